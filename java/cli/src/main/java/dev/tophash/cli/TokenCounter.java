package dev.tophash.cli;

import dev.tophash.StringLongMap;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.LongConsumer;

/**
 * Counts the tokens of inputs into a map. Tokens go to the map by the thousand, straight from the buffer
 * that the input was read into; no object is made for any of them. Not thread-safe.
 */
final class TokenCounter {
    /** Large enough that calls cost nothing, small enough that it stays in the cache between the passes. */
    private static final int BUFFER = 256 << 10;

    /** The longest array that every JVM can make. */
    private static final int LONGEST = Integer.MAX_VALUE - 8;

    private final StringLongMap map;
    private final Tokenizer tokenizer;
    private final int longest;
    private final long[] ones = new long[Tokenizer.CAPACITY];

    private byte[] buffer;
    private MemorySegment segment;
    private long bytes;
    private long tokens;

    /** The caller owns the map and closes it. */
    TokenCounter(StringLongMap map, Tokenizer tokenizer) {
        this(map, tokenizer, BUFFER, LONGEST);
    }

    /** For tests: a first buffer of {@code size} bytes that grows to at most {@code longest}. */
    TokenCounter(StringLongMap map, Tokenizer tokenizer, int size, int longest) {
        this.map = map;
        this.tokenizer = tokenizer;
        this.longest = longest;
        Arrays.fill(ones, 1);
        useBuffer(new byte[size]);
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
     * Reads an input to its end and counts its tokens; the last one ends with the input.
     *
     * @param name how messages name the input
     * @param progress is told {@link #bytes} after each read
     * @throws IOException if reading fails
     * @throws CommandFailure if a token is longer than a Java array
     */
    void count(InputStream in, String name, LongConsumer progress) throws IOException, CommandFailure {
        int position = 0;
        while (true) {
            int read = in.read(buffer, position, buffer.length - position);
            if (read < 0) {
                break;
            }
            int limit = position + read;
            bytes += read;
            while (position < limit) {
                position = tokenizer.scan(buffer, position, limit);
                flush();
            }
            position = dropTaken(limit);
            if (position == buffer.length) {
                grow(name);
            }
            progress.accept(bytes);
        }
        tokenizer.finish(position);
        flush();
    }

    /** Moves the unfinished token to the front; returns where the next byte goes. */
    private int dropTaken(int limit) {
        int needed = tokenizer.needed(limit);
        if (needed > 0) {
            System.arraycopy(buffer, needed, buffer, 0, limit - needed);
            tokenizer.moved(needed);
        }
        return limit - needed;
    }

    private void grow(String name) throws CommandFailure {
        if (buffer.length == longest) {
            throw CommandFailure.failure(name + ": a key of more than " + longest + " bytes");
        }
        useBuffer(Arrays.copyOf(buffer, (int) Math.min(longest, 2L * buffer.length)));
    }

    private void useBuffer(byte[] bytes) {
        buffer = bytes;
        segment = MemorySegment.ofArray(bytes);
    }

    private void flush() {
        if (tokenizer.count > 0) {
            map.addAll(segment, tokenizer.starts, tokenizer.ends, ones, 0, tokenizer.count);
            tokens += tokenizer.count;
            tokenizer.count = 0;
        }
    }
}
