package dev.tophash.internal;

import dev.tophash.internal.ffi.tophash_h;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Checks of batch arguments that are the same for every map, and the pieces of arrays that C is
 * handed.
 */
public final class Batches {
    private Batches() {}

    /** The part [offset, offset + length) of an array. */
    public static MemorySegment part(long[] array, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, array.length);
        return MemorySegment.ofArray(array)
                .asSlice((long) offset * Long.BYTES, (long) length * Long.BYTES);
    }

    /**
     * Checks a segment of longs that C will read.
     *
     * @param name of the argument, for the message
     * @return how many longs it has
     */
    public static long longs(MemorySegment segment, String name) {
        long size = segment.byteSize();
        if (size % Long.BYTES != 0) {
            throw new IllegalArgumentException(
                    name + " has " + size + " bytes, not a multiple of 8");
        }
        if (segment.maxByteAlignment() < Long.BYTES) {
            throw new IllegalArgumentException(
                    name + " is aligned to " + segment.maxByteAlignment() + " bytes, must be to 8");
        }
        return size / Long.BYTES;
    }

    /** Checks a segment of longs of a given length. */
    public static void longs(MemorySegment segment, String name, long length) {
        long found = longs(segment, name);
        if (found != length) {
            throw new IllegalArgumentException(
                    name + " has " + found + " longs, must have " + length);
        }
    }

    /** Checks a segment that results are written to. */
    public static void writable(MemorySegment segment, String name) {
        if (segment.isReadOnly()) {
            throw new IllegalArgumentException(name + " is read-only");
        }
    }

    /** Checks that keys lie within their data and are not too long. */
    public static void spans(
            MemorySegment data, long[] starts, long[] ends, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, starts.length);
        Objects.checkFromIndexSize(offset, length, ends.length);
        long size = data.byteSize();
        long most = tophash_h.TH_MAX_BYTES();
        for (int i = offset; i < offset + length; i++) {
            long start = starts[i];
            long end = ends[i];
            // Negative if one of them is: this loop runs for every batch, and mostly before C2 has
            // seen it.
            if ((start | (end - start) | (size - end) | (most - (end - start))) < 0) {
                throw badSpan(i, start, end, size, most);
            }
        }
    }

    private static RuntimeException badSpan(int i, long start, long end, long size, long most) {
        if (start >= 0 && start <= end && end <= size) {
            return new IllegalArgumentException(
                    "key " + i + " has " + (end - start) + " bytes, must have at most " + most);
        }
        return new IndexOutOfBoundsException(
                "key " + i + " is [" + start + ", " + end + ") of " + size + " bytes of data");
    }
}
