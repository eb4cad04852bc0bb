package dev.tophash.cli;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * A piece of input and the tokens that end in it. One thread fills it, another one counts it; it
 * belongs to one of them at a time.
 */
final class Chunk {
    /**
     * The bytes, from 0 to {@link #limit}: an unfinished token first, then what was read after it.
     */
    byte[] buffer;

    /** The same bytes. */
    MemorySegment segment;

    int limit;

    /** Token i is {@code buffer[starts[i], ends[i])} for i from 0 to {@link #count}. */
    final long[] starts;

    final long[] ends;
    int count;

    /** Bytes read of all inputs up to here. */
    long bytesSoFar;

    /** Nothing follows; if {@link #failure} is not null, because of that. */
    boolean last;

    Throwable failure;

    private final int slice;

    /**
     * For at most {@code slice} bytes of new input, which have at most as many tokens, and one at
     * the end.
     */
    Chunk(int slice) {
        this.slice = slice;
        starts = new long[slice + 1];
        ends = new long[slice + 1];
        clear();
    }

    /**
     * Makes it empty again. A buffer that grew for a long token is given up, so that only one is
     * large.
     */
    void clear() {
        if (buffer == null || buffer.length > 2 * slice) {
            use(new byte[2 * slice]);
        }
        limit = 0;
        count = 0;
    }

    /** Enlarges the buffer to at most {@code longest} bytes; returns whether it could. */
    boolean grow(int longest) {
        if (buffer.length >= longest) {
            return false;
        }
        use(Arrays.copyOf(buffer, (int) Math.min(longest, 2L * buffer.length)));
        return true;
    }

    private void use(byte[] bytes) {
        buffer = bytes;
        segment = MemorySegment.ofArray(bytes);
    }

    void add(int start, int end) {
        starts[count] = start;
        ends[count++] = end;
    }
}
