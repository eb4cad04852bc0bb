package dev.tophash.cli;

import dev.tophash.Spans;
import dev.tophash.StringLongMap;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.LongConsumer;

/**
 * Counts tokens into a map. They go there by the thousand, straight from the buffer that the input
 * was read into; no object is made for any of them. Not thread-safe.
 */
final class TokenCounter {
    private final StringLongMap map;
    private MemorySegment ones = MemorySegment.ofArray(new long[0]);
    private long bytes;
    private long tokens;

    /** The caller owns the map and closes it. */
    TokenCounter(StringLongMap map) {
        this.map = map;
    }

    /** Bytes read so far. */
    long bytes() {
        return bytes;
    }

    /** Tokens counted so far. */
    long tokens() {
        return tokens;
    }

    /**
     * Counts everything that a reader finds, which this method starts.
     *
     * @param progress is told {@link #bytes} from time to time, in this thread
     * @throws CommandFailure if an input cannot be read, or a token is longer than a Java array
     */
    void count(TokenReader reader, LongConsumer progress) throws CommandFailure {
        reader.start();
        try {
            boolean last;
            do {
                Chunk chunk = reader.take();
                count(chunk);
                progress.accept(bytes);
                last = chunk.last;
                reader.giveBack(chunk);
            } while (!last);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw CommandFailure.failure("interrupted");
        }
    }

    private void count(Chunk chunk) throws CommandFailure {
        if (chunk.failure != null) {
            rethrow(chunk.failure);
        }
        if (ones.byteSize() / Long.BYTES < chunk.count) {
            long[] more = new long[chunk.starts.length];
            Arrays.fill(more, 1);
            ones = MemorySegment.ofArray(more);
        }
        if (chunk.count > 0) {
            Spans keys = Spans.of(chunk.segment, chunk.starts, chunk.ends, 0, chunk.count);
            map.addAll(keys, ones.asSlice(0, (long) chunk.count * Long.BYTES));
        }
        tokens += chunk.count;
        bytes = chunk.bytesSoFar;
    }

    /** Throws in this thread what ended the reader's: what its code can throw, and nothing else. */
    private static void rethrow(Throwable failure) throws CommandFailure {
        if (failure instanceof CommandFailure e) {
            throw e;
        }
        if (failure instanceof RuntimeException e) {
            throw e;
        }
        throw (Error) failure;
    }
}
