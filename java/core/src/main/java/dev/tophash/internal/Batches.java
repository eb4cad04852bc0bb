package dev.tophash.internal;

import dev.tophash.internal.ffi.tophash_h;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/**
 * Checks of batch arguments that are the same for every map, and the pieces of arrays that C is
 * handed.
 */
public final class Batches {
    private static final int FOUND_CHUNK = 1024;
    private static final long MOST = tophash_h.TH_MAX_BYTES();

    private Batches() {}

    /** The part [offset, offset + length) of an array. */
    public static MemorySegment part(long[] array, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, array.length);
        return MemorySegment.ofArray(array)
                .asSlice((long) offset * Long.BYTES, (long) length * Long.BYTES);
    }

    /** The part [offset, offset + length) of an array. */
    public static MemorySegment part(int[] array, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, array.length);
        return MemorySegment.ofArray(array)
                .asSlice((long) offset * Integer.BYTES, (long) length * Integer.BYTES);
    }

    /** The part [offset, offset + length) of an array. */
    public static MemorySegment part(double[] array, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, array.length);
        return MemorySegment.ofArray(array)
                .asSlice((long) offset * Double.BYTES, (long) length * Double.BYTES);
    }

    /**
     * Checks that two arrays go together.
     *
     * @return their length
     */
    public static int sameLength(int keys, int others) {
        if (keys != others) {
            throw new IllegalArgumentException(
                    "the second array has " + others + " elements, must have " + keys);
        }
        return keys;
    }

    /**
     * Checks a segment of numbers that C will read.
     *
     * @param width bytes of one
     * @param name of the argument, for the message
     * @return how many there are
     */
    public static long elements(MemorySegment segment, int width, String name) {
        long size = segment.byteSize();
        if (size % width != 0) {
            throw new IllegalArgumentException(
                    name + " has " + size + " bytes, not a multiple of " + width);
        }
        if (segment.maxByteAlignment() < width) {
            throw new IllegalArgumentException(
                    name
                            + " is aligned to "
                            + segment.maxByteAlignment()
                            + " bytes, must be to "
                            + width);
        }
        return size / width;
    }

    /** Checks a segment of so many numbers. */
    public static void elements(MemorySegment segment, int width, String name, long length) {
        long found = elements(segment, width, name);
        if (found != length) {
            throw new IllegalArgumentException(
                    name + " has " + found + " elements, must have " + length);
        }
    }

    /**
     * The exception for a key or value that is not as long as all others.
     *
     * @param what it is, for the message
     */
    public static IllegalArgumentException wrongLength(String what, long length, int width) {
        return new IllegalArgumentException(what + " has " + length + " bytes, must have " + width);
    }

    /** Asks about the elements from one on, as many as {@code answers} has bytes. */
    @FunctionalInterface
    public interface Question {
        long ask(long from, MemorySegment answers);
    }

    /**
     * Answers as booleans, a chunk at a time.
     *
     * @return how many are true
     */
    public static long found(boolean[] found, int offset, int length, Question question) {
        byte[] bytes = new byte[Math.min(length, FOUND_CHUNK)];
        long present = 0;
        for (int done = 0, n; done < length; done += n) {
            n = Math.min(length - done, FOUND_CHUNK);
            present += question.ask(done, MemorySegment.ofArray(bytes).asSlice(0, n));
            for (int i = 0; i < n; i++) {
                found[offset + done + i] = bytes[i] != 0;
            }
        }
        return present;
    }

    /** Throws what reading a segment throws when its arena is closed or another thread's. */
    public static void readable(MemorySegment segment) {
        if (segment.byteSize() > 0) {
            segment.get(ValueLayout.JAVA_BYTE, 0);
        }
    }

    /** Checks a segment that results are written to. */
    public static void writable(MemorySegment segment, String name) {
        if (segment.isReadOnly()) {
            throw new IllegalArgumentException(name + " is read-only");
        }
    }

    /** Checks that spans lie within their data and are not too long. */
    public static void spans(
            MemorySegment data, long[] starts, long[] ends, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, starts.length);
        Objects.checkFromIndexSize(offset, length, ends.length);
        long size = data.byteSize();
        for (int i = offset; i < offset + length; i++) {
            if (isBad(starts[i], ends[i], size)) {
                throw badSpan(i - offset, starts[i], ends[i], size);
            }
        }
    }

    /**
     * The same for bounds in segments, {@code long} each.
     *
     * @return how many spans there are
     */
    public static long spans(MemorySegment data, MemorySegment starts, MemorySegment ends) {
        long n = elements(starts, Long.BYTES, "starts");
        elements(ends, Long.BYTES, "ends", n);
        long size = data.byteSize();
        for (long i = 0; i < n; i++) {
            long start = starts.getAtIndex(ValueLayout.JAVA_LONG, i);
            long end = ends.getAtIndex(ValueLayout.JAVA_LONG, i);
            if (isBad(start, end, size)) {
                throw badSpan(i, start, end, size);
            }
        }
        return n;
    }

    /**
     * Whether one of these is negative: the start, the length, what is left of the data, what is
     * left of the greatest length. A single test, because it is made for each span of each batch,
     * and mostly before C2 has seen it.
     */
    public static boolean isBad(long start, long end, long size) {
        long length = end - start;
        return (start | length | (size - end) | (MOST - length)) < 0;
    }

    /**
     * What is wrong with a span.
     *
     * @param i its index
     * @param size bytes of the data
     */
    public static RuntimeException badSpan(long i, long start, long end, long size) {
        if (start >= 0 && start <= end && end <= size) {
            return new IllegalArgumentException(
                    "span " + i + " has " + (end - start) + " bytes, must have at most " + MOST);
        }
        return new IndexOutOfBoundsException(
                "span " + i + " is [" + start + ", " + end + ") of " + size + " bytes of data");
    }
}
