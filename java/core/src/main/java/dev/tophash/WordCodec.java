package dev.tophash;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Objects that fit a register. Maps of which both keys and values do pass them to the engine
 * without a detour through memory.
 */
abstract class WordCodec<T> implements Codec<T> {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final byte width;

    /**
     * A codec.
     *
     * @param width 1, 2, 4 or 8 bytes
     */
    WordCodec(int width) {
        this.width = (byte) width;
    }

    /** The object's bits; those above the width are ignored. */
    abstract long toWord(T value);

    /** The object of a word in which the bits above the width may be anything. */
    abstract T fromWord(long word);

    @Override
    public final long width() {
        return width;
    }

    @Override
    public final long alignment() {
        return width;
    }

    @Override
    public final long encode(T value, MemorySegment target, long offset) {
        long word = toWord(value);
        switch (width) {
            case Byte.BYTES -> target.set(ValueLayout.JAVA_BYTE, offset, (byte) word);
            case Short.BYTES -> target.set(SHORT, offset, (short) word);
            case Integer.BYTES -> target.set(INT, offset, (int) word);
            default -> target.set(LONG, offset, word);
        }
        return width;
    }

    @Override
    public final T decode(MemorySegment source, long offset, long size) {
        return fromWord(
                switch (width) {
                    case Byte.BYTES -> source.get(ValueLayout.JAVA_BYTE, offset);
                    case Short.BYTES -> source.get(SHORT, offset);
                    case Integer.BYTES -> source.get(INT, offset);
                    default -> source.get(LONG, offset);
                });
    }
}
