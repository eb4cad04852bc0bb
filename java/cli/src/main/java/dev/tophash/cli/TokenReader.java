package dev.tophash.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Reads inputs in a thread of its own and cuts them into tokens, a few chunks ahead of whoever
 * takes them. Finding words takes about as long as counting them, so two cores do it in half the
 * time.
 */
final class TokenReader {
    /**
     * Bytes read at once: large enough to make handing over cheap, small enough to stay in the
     * cache.
     */
    private static final int SLICE = 64 << 10;

    /** The longest array that every JVM can make. */
    private static final int LONGEST = Integer.MAX_VALUE - 8;

    private static final int CHUNKS = 4;

    private final List<Input> inputs;
    private final Tokenizer tokenizer;
    private final int slice;
    private final int longest;
    private final BlockingQueue<Chunk> empty = new ArrayBlockingQueue<>(CHUNKS);
    private final BlockingQueue<Chunk> full = new ArrayBlockingQueue<>(CHUNKS);

    private Chunk current;
    private long bytes;

    /** Reads the inputs one after the other; each ends its last token. */
    TokenReader(List<Input> inputs, Tokenizer tokenizer) {
        this(inputs, tokenizer, SLICE, LONGEST);
    }

    /** For tests: reads {@code slice} bytes at once, and allows tokens of up to {@code longest}. */
    TokenReader(List<Input> inputs, Tokenizer tokenizer, int slice, int longest) {
        this.inputs = inputs;
        this.tokenizer = tokenizer;
        this.slice = slice;
        this.longest = longest;
        for (int i = 0; i < CHUNKS; i++) {
            empty.add(new Chunk(slice));
        }
    }

    /**
     * Starts reading. The thread does not keep the JVM alive, as nothing can end a read from a
     * terminal.
     */
    void start() {
        Thread.ofPlatform().name("tophash-reader").daemon().start(this::run);
    }

    /**
     * The next chunk, in order; the caller gives it back. After one that is the last, no more
     * follow.
     */
    Chunk take() throws InterruptedException {
        return full.take();
    }

    /** Takes a chunk that was counted. */
    void giveBack(Chunk chunk) {
        empty.add(chunk);
    }

    private void run() {
        try {
            Throwable failure = null;
            current = empty.take();
            try {
                for (Input input : inputs) {
                    read(input);
                }
            } catch (CommandFailure | RuntimeException | Error e) {
                failure = e;
            }
            current.failure = failure;
            current.last = true;
            current.bytesSoFar = bytes;
            full.add(current);
        } catch (InterruptedException e) {
            // Nobody interrupts this thread; if somebody does, nobody waits for it either.
            Thread.currentThread().interrupt();
        }
    }

    private void read(Input input) throws CommandFailure, InterruptedException {
        try (InputStream in = input.open()) {
            while (true) {
                int from = current.limit;
                int read =
                        in.read(
                                current.buffer,
                                from,
                                Math.min(slice, current.buffer.length - from));
                if (read < 0) {
                    break;
                }
                bytes += read;
                current.limit += read;
                tokenizer.scan(current, from);
                handOver();
                if (current.limit == current.buffer.length && !current.grow(longest)) {
                    throw CommandFailure.failure(
                            input.name() + ": a key of " + longest + " bytes or more");
                }
            }
            tokenizer.finish(current);
            handOver();
        } catch (IOException e) {
            throw CommandFailure.usage(input.name() + ": " + e.getMessage());
        }
    }

    /** Passes the chunk on if it has tokens. What is left of it is then shorter than a slice. */
    private void handOver() throws InterruptedException {
        int needed = tokenizer.needed(current.limit);
        int left = current.limit - needed;
        Chunk next = current;
        if (current.count > 0) {
            next = empty.take();
            next.clear();
        } else if (needed == 0 || left > slice) {
            return; // a long token grows; moving it again and again would take for ever
        }
        System.arraycopy(current.buffer, needed, next.buffer, 0, left);
        tokenizer.moved(needed);
        next.limit = left;
        if (next != current) {
            current.bytesSoFar = bytes;
            full.add(current);
            current = next;
        }
    }
}
