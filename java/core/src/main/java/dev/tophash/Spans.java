package dev.tophash;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.tophash.internal.Batches;
import dev.tophash.internal.TableType;
import dev.tophash.internal.Utf8;
import dev.tophash.internal.ffi.tophash_h;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Many sequences of bytes in one memory segment: the keys, or the values, of a batch. Sequence i is
 * the bytes [starts[i], ends[i]) of the data. Sequences may overlap, lie in any order, have
 * anything between them, and be empty.
 *
 * {@snippet :
 * byte[] line = "to be or not to be".getBytes(UTF_8);
 * Spans words = Spans.of(
 *         MemorySegment.ofArray(line),
 *         new long[] {0, 3, 6, 9, 13, 16},
 *         new long[] {2, 5, 8, 12, 15, 18});
 * map.addAll(words, new long[] {1, 1, 1, 1, 1, 1});
 * }
 *
 * Data and bounds are not copied (except by {@link #of(byte[]...)} and {@link #ofUtf8}), and they
 * are checked once, when the spans are made. Who changes bounds afterwards may get an {@link
 * IndexOutOfBoundsException} from a batch, which has then done the sequences before. Memory outside
 * of the data is not read in any case.
 */
public final class Spans {
    /** Sequences whose bounds are spelled out at a time. */
    static final int CHUNK = 1024;

    private final MemorySegment data;

    /** NULL if the sequences are packed, and so is {@code ends}. */
    private final MemorySegment starts;

    private final MemorySegment ends;
    private final long count;

    /** Bytes of each packed sequence, or {@link TableType#BYTES}. */
    private final int width;

    private Spans(
            MemorySegment data, MemorySegment starts, MemorySegment ends, long count, int width) {
        this.data = data;
        this.starts = starts;
        this.ends = ends;
        this.count = count;
        this.width = width;
    }

    /**
     * Spans of a segment.
     *
     * @param data bytes of all sequences, in native memory or on the heap
     * @param starts where each starts in {@code data}, in bytes
     * @param ends where each ends, exclusive; for sequences end to end, {@code starts} one later
     * @return the spans
     * @throws IllegalArgumentException if the arrays differ in length, or a sequence has more than
     *     2<sup>31</sup>-1 bytes
     * @throws IndexOutOfBoundsException if a sequence does not lie within the data
     */
    public static Spans of(MemorySegment data, long[] starts, long[] ends) {
        return of(data, starts, ends, 0, Batches.sameLength(starts.length, ends.length));
    }

    /**
     * Spans of a segment.
     *
     * @param data bytes of all sequences, in native memory or on the heap
     * @param starts where each starts in {@code data}, in bytes
     * @param ends where each ends, exclusive
     * @param offset first element of both arrays
     * @param length number of elements
     * @return the spans, numbered from 0
     * @throws IllegalArgumentException if a sequence has more than 2<sup>31</sup>-1 bytes
     * @throws IndexOutOfBoundsException if the part does not lie within both arrays, or a sequence
     *     not within the data
     */
    public static Spans of(MemorySegment data, long[] starts, long[] ends, int offset, int length) {
        Batches.spans(data, starts, ends, offset, length);
        return new Spans(
                data,
                Batches.part(starts, offset, length),
                Batches.part(ends, offset, length),
                length,
                TableType.BYTES);
    }

    /**
     * Spans of a segment with bounds in segments: for more than fit an array.
     *
     * @param data bytes of all sequences, in native memory or on the heap
     * @param starts where each starts in {@code data}, in bytes: elements of type {@code long} in
     *     native byte order
     * @param ends where each ends, exclusive: as many of the same type
     * @return the spans
     * @throws IllegalArgumentException if the segments of bounds differ in length or are
     *     misaligned, or a sequence has more than 2<sup>31</sup>-1 bytes
     * @throws IndexOutOfBoundsException if a sequence does not lie within the data
     */
    public static Spans of(MemorySegment data, MemorySegment starts, MemorySegment ends) {
        return new Spans(data, starts, ends, Batches.spans(data, starts, ends), TableType.BYTES);
    }

    /**
     * Sequences of one length that lie end to end.
     *
     * @param data the sequences, in native memory or on the heap
     * @param width bytes of each, 1 or more
     * @return the spans; their bounds take no memory
     * @throws IllegalArgumentException if {@code width} is less than 1, or the size of the data is
     *     not a multiple of it
     */
    public static Spans packed(MemorySegment data, int width) {
        if (width < 1) {
            throw new IllegalArgumentException("width is " + width + ", must be at least 1");
        }
        if (data.byteSize() % width != 0) {
            throw new IllegalArgumentException(
                    "data has " + data.byteSize() + " bytes, not a multiple of " + width);
        }
        return new Spans(
                data, MemorySegment.NULL, MemorySegment.NULL, data.byteSize() / width, width);
    }

    /**
     * Copies sequences into one array.
     *
     * @param sequences the bytes of each
     * @return the spans
     * @throws IllegalArgumentException if they have more bytes together than an array can hold
     */
    public static Spans of(byte[]... sequences) {
        long[] bounds = new long[sequences.length + 1];
        for (int i = 0; i < sequences.length; i++) {
            bounds[i + 1] = bounds[i] + sequences[i].length;
        }
        long size = bounds[sequences.length];
        if (size > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(
                    "the sequences have " + size + " bytes together, more than an array can hold");
        }
        byte[] data = new byte[(int) size];
        for (int i = 0; i < sequences.length; i++) {
            // What another thread may have put there since must not have another length.
            System.arraycopy(
                    sequences[i], 0, data, (int) bounds[i], (int) (bounds[i + 1] - bounds[i]));
        }
        return endToEnd(data, bounds, sequences.length);
    }

    /**
     * Encodes strings into one array.
     *
     * @param strings the characters of each
     * @return spans of their UTF-8 bytes
     * @throws IllegalArgumentException if a string has a surrogate without its partner, or they
     *     have more bytes together than an array can hold
     */
    public static Spans ofUtf8(String... strings) {
        byte[][] sequences = new byte[strings.length][];
        for (int i = 0; i < strings.length; i++) {
            sequences[i] = Utf8.encode(strings[i]);
        }
        return of(sequences);
    }

    /**
     * Sequences end to end.
     *
     * @param bounds the start of sequence i at index i, its end at index i + 1
     */
    static Spans endToEnd(byte[] data, long[] bounds, int count) {
        return new Spans(
                MemorySegment.ofArray(data),
                Batches.part(bounds, 0, count),
                Batches.part(bounds, 1, count),
                count,
                TableType.BYTES);
    }

    /**
     * Number of sequences.
     *
     * @return 0 or more
     */
    public long count() {
        return count;
    }

    /**
     * Length of a sequence.
     *
     * @param i its index, from 0
     * @return bytes, 0 or more
     * @throws IndexOutOfBoundsException if there is no such sequence
     */
    public long length(long i) {
        Objects.checkIndex(i, count);
        return isPacked() ? width : end(i) - start(i);
    }

    /**
     * A sequence where it lies.
     *
     * @param i its index, from 0
     * @return a slice of the data
     * @throws IndexOutOfBoundsException if there is no such sequence
     */
    public MemorySegment get(long i) {
        Objects.checkIndex(i, count);
        long start = start(i);
        return data.asSlice(start, end(i) - start);
    }

    /**
     * Some of the sequences, one after the other.
     *
     * @param from index of the first
     * @param length how many
     * @return spans of the same data, numbered from 0
     * @throws IndexOutOfBoundsException if there are not so many from there on
     */
    public Spans part(long from, long length) {
        Objects.checkFromIndexSize(from, length, count);
        if (isPacked()) {
            return packed(data.asSlice(from * width, length * width), width);
        }
        return new Spans(
                data,
                starts.asSlice(from * Long.BYTES, length * Long.BYTES),
                ends.asSlice(from * Long.BYTES, length * Long.BYTES),
                length,
                width);
    }

    /** How many there are; the bytes are not shown. */
    @Override
    public String toString() {
        return "Spans[count=" + count + ", data=" + data.byteSize() + " bytes]";
    }

    private boolean isPacked() {
        return width != TableType.BYTES;
    }

    private long start(long i) {
        return isPacked() ? i * width : starts.getAtIndex(JAVA_LONG, i);
    }

    private long end(long i) {
        return isPacked() ? (i + 1) * width : ends.getAtIndex(JAVA_LONG, i);
    }

    MemorySegment data() {
        return data;
    }

    /** As C takes them: NULL for packed sequences. */
    MemorySegment starts() {
        return starts;
    }

    MemorySegment ends() {
        return ends;
    }

    /**
     * Bytes that sequence i takes in a map's bytes heap; in range even if the bounds have been
     * changed.
     */
    long room(long i, int tableWidth) {
        return tableWidth == TableType.BYTES
                ? Math.clamp(length(i), 0L, (long) tophash_h.TH_MAX_BYTES())
                : 0;
    }

    /**
     * Checks that all sequences have a length.
     *
     * @param tableWidth bytes, or {@link TableType#BYTES} for any
     * @param what they are, for the message
     */
    void requireLength(int tableWidth, String what) {
        if (tableWidth == TableType.BYTES || width == tableWidth) {
            return;
        }
        for (long i = 0; i < count; i++) {
            long length = end(i) - start(i);
            if (length != tableWidth) {
                throw Batches.wrongLength(what + " " + i, length, tableWidth);
            }
        }
    }

    /** Whether C takes these sequences for keys or values of a width as they are. */
    boolean fit(int tableWidth) {
        return !isPacked() || tableWidth != TableType.BYTES;
    }

    /** A part that C takes as it is. */
    Spans fitting(long from, long length, int tableWidth) {
        Spans part = part(from, length);
        return part.fit(tableWidth) ? part : part.spelledOut();
    }

    /** Packed sequences as keys or values of any length: with bounds. */
    private Spans spelledOut() {
        long[] bounds = new long[Math.toIntExact(count + 1)];
        for (int i = 0; i <= count; i++) {
            bounds[i] = (long) i * width;
        }
        return new Spans(
                data,
                Batches.part(bounds, 0, (int) count),
                Batches.part(bounds, 1, (int) count),
                count,
                TableType.BYTES);
    }

    /**
     * Why C refused sequence i, which was fine when these spans were made; null if it looks fine.
     */
    RuntimeException refusal(long i, int tableWidth, String what) {
        long start = start(i);
        long end = end(i);
        if (Batches.isBad(start, end, data.byteSize())) {
            return Batches.badSpan(i, start, end, data.byteSize());
        }
        return tableWidth == TableType.BYTES || end - start == tableWidth
                ? null
                : Batches.wrongLength(what + " " + i, end - start, tableWidth);
    }
}
