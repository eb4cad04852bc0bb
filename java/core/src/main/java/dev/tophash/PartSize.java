package dev.tophash;

import dev.tophash.internal.Capacity;
import dev.tophash.internal.TableType;
import dev.tophash.internal.ffi.tophash_h;

import java.util.Objects;

/**
 * How many bytes the keys, or the values, of a map have: what a {@link CapacityPlan} is made of.
 */
public final class PartSize {
    /** Values of a set: no bytes. */
    public static final PartSize NONE = new PartSize(0, 1, 0);

    private final int width;
    private final int alignment;
    private final double meanBlock;

    private PartSize(int width, int alignment, double meanBlock) {
        this.width = width;
        this.alignment = alignment;
        this.meanBlock = meanBlock;
    }

    /**
     * The size of a type whose ready-made codec has a fixed width.
     *
     * @param type its class, see {@link Codecs#of}; a primitive type or its box
     * @return its size
     * @throws IllegalArgumentException if there is no ready-made codec for it, or its width varies:
     *     then {@link #length} or {@link #lengths} is to say how long its encodings are
     */
    public static PartSize of(Class<?> type) {
        return of(Codecs.of(type), type.getTypeName());
    }

    /**
     * The size of what a codec of fixed width encodes.
     *
     * @param codec a codec
     * @return its size
     * @throws IllegalArgumentException if its width varies, or is none that a map can have
     */
    public static PartSize of(Codec<?> codec) {
        return of(codec, "what this codec encodes");
    }

    private static PartSize of(Codec<?> codec, String what) {
        long width = codec.width();
        if (width == Codec.VARIABLE) {
            throw new IllegalArgumentException(
                    what + " has no fixed width; PartSize.length or lengths tells how long it is");
        }
        return fixed(width, codec.alignment());
    }

    /**
     * Bytes of a fixed width that are aligned to nothing, as {@link BytesLongMap.Builder#keyWidth}
     * makes them.
     *
     * @param width 1 to 128 bytes for keys, 0 to 1024 for values
     * @return that size
     * @throws IllegalArgumentException if it is not in that range
     */
    public static PartSize fixed(long width) {
        return fixed(width, 1);
    }

    private static PartSize fixed(long width, long alignment) {
        if (width < 0 || width > tophash_h.TH_MAX_FIXED_VALUE()) {
            throw new IllegalArgumentException(
                    "a width of "
                            + width
                            + " bytes, must be from 0 to "
                            + tophash_h.TH_MAX_FIXED_VALUE());
        }
        if (Long.bitCount(alignment) != 1 || alignment > Long.BYTES || width % alignment != 0) {
            throw new IllegalArgumentException(
                    "a width of " + width + " bytes is aligned to " + alignment);
        }
        return new PartSize((int) width, (int) alignment, 0);
    }

    /**
     * Bytes of any length, such as strings, all as long as this. A length that is a mean of several
     * gives a rough plan, since memory is handed out in steps; {@link #lengths} gives a better one.
     *
     * @param bytes 0 to 2<sup>31</sup> - 1; of strings, in UTF-8
     * @return that size
     * @throws IllegalArgumentException if it is not in that range
     */
    public static PartSize length(long bytes) {
        return lengths(bytes);
    }

    /**
     * Bytes of any length, such as strings, distributed as a sample of them is.
     *
     * @param sample lengths of one or more of them, in any order, 0 to 2<sup>31</sup> - 1 bytes
     * @return that size
     * @throws IllegalArgumentException if the sample is empty, or a length is not in that range
     */
    public static PartSize lengths(long... sample) {
        if (sample.length == 0) {
            throw new IllegalArgumentException("a sample of no lengths");
        }
        double sum = 0;
        for (long length : sample) {
            if (length < 0 || length > tophash_h.TH_MAX_BYTES()) {
                throw new IllegalArgumentException(
                        "a length of "
                                + length
                                + " bytes, must be from 0 to "
                                + tophash_h.TH_MAX_BYTES());
            }
            sum += Capacity.block(length);
        }
        return new PartSize(TableType.BYTES, 1, sum / sample.length);
    }

    /** The type of a map with these keys and values. */
    static long type(PartSize key, PartSize value) {
        Objects.requireNonNull(value);
        int most = tophash_h.TH_MAX_FIXED_KEY();
        if (key.width == 0 || key.width > most) {
            throw new IllegalArgumentException(
                    "a key of " + key.width + " bytes, must have from 1 to " + most);
        }
        return TableType.of(key.width, key.alignment, value.width, value.alignment);
    }

    /** Bytes of one in the bytes heap, on average. */
    double meanBlock() {
        return meanBlock;
    }

    /**
     * How many different keys of this size there are.
     *
     * @return 256 for 1 byte, 65,536 for 2 and so on; {@link Long#MAX_VALUE} from 7 bytes on
     */
    public long different() {
        return width == TableType.BYTES || width >= Long.BYTES - 1
                ? Long.MAX_VALUE
                : 1L << Byte.SIZE * width;
    }

    /** Such as {@code 8 bytes}. */
    @Override
    public String toString() {
        return width == TableType.BYTES ? "bytes of any length" : width + " bytes";
    }
}
