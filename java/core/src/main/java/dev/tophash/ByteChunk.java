package dev.tophash;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tophash.internal.TableType;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The keys, or the values, that a cursor has fetched: sequences of bytes end to end. Those of one
 * width are aligned to 8 bytes as a whole, so that a width that is a multiple of 8 keeps every
 * sequence aligned.
 */
final class ByteChunk {
    private final int width;

    /** Of sequences of varying length, for copies; else null. */
    private byte[] bytes;

    private long[] ends;
    private MemorySegment segment = MemorySegment.NULL;
    private MemorySegment endSegment = MemorySegment.NULL;

    /**
     * A chunk without room, until {@link #resize}.
     *
     * @param width bytes of each sequence, or {@link TableType#BYTES} if they vary
     */
    ByteChunk(int width) {
        this.width = width;
    }

    /**
     * Makes room, and forgets the content.
     *
     * @param entries number of sequences
     * @param size bytes of all together; not looked at for sequences of one width
     */
    void resize(int entries, long size) {
        if (width == TableType.BYTES) {
            byte[] newBytes = new byte[Math.toIntExact(size)];
            long[] newEnds = new long[entries];
            // Both or none: C is told how many ends there are, and trusts that.
            bytes = newBytes;
            ends = newEnds;
            segment = MemorySegment.ofArray(bytes);
            endSegment = MemorySegment.ofArray(ends);
        } else {
            long words = ((long) entries * width + Long.BYTES - 1) / Long.BYTES;
            segment = MemorySegment.ofArray(new long[Math.toIntExact(words)]);
        }
    }

    /** Where C puts the sequences. */
    MemorySegment segment() {
        return segment;
    }

    /** Where C puts their ends; NULL if all have one width. */
    MemorySegment ends() {
        return endSegment;
    }

    /** Where sequence i starts within the segment. */
    long start(int i) {
        if (width != TableType.BYTES) {
            return (long) i * width;
        }
        return i == 0 ? 0 : ends[i - 1];
    }

    /** Where sequence i ends within the segment. */
    long end(int i) {
        return width != TableType.BYTES ? (i + 1L) * width : ends[i];
    }

    /** Bytes of sequence i. */
    long length(int i) {
        return end(i) - start(i);
    }

    /** Sequence i where it lies; good until the next fetch. */
    MemorySegment slice(int i) {
        return segment.asSlice(start(i), length(i));
    }

    /** A copy of sequence i. */
    byte[] copy(int i) {
        if (width == TableType.BYTES) {
            return Arrays.copyOfRange(bytes, (int) start(i), (int) ends[i]);
        }
        byte[] copy = new byte[width];
        MemorySegment.ofArray(copy).copyFrom(slice(i));
        return copy;
    }

    /** Sequence i decoded as UTF-8; malformed bytes become U+FFFD. */
    String utf8(int i) {
        return width == TableType.BYTES
                ? new String(bytes, (int) start(i), (int) length(i), UTF_8)
                : new String(copy(i), UTF_8);
    }
}
