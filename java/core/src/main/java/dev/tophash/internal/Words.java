package dev.tophash.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Values as the words that quick functions take and return; what lies above a value is ignored. */
public final class Words {
    private Words() {}

    public static long of(int value) {
        return value;
    }

    public static long of(long value) {
        return value;
    }

    public static long of(double value) {
        return Double.doubleToRawLongBits(value);
    }

    public static int toint(long word) {
        return (int) word;
    }

    public static long tolong(long word) {
        return word;
    }

    public static double todouble(long word) {
        return Double.longBitsToDouble(word);
    }

    /**
     * Sets all numbers of a segment to one.
     *
     * @param width bytes of each, 4 or 8
     */
    public static void fill(MemorySegment numbers, int width, long word) {
        for (long i = 0; i < numbers.byteSize(); i += width) {
            if (width == Integer.BYTES) {
                numbers.set(ValueLayout.JAVA_INT_UNALIGNED, i, (int) word);
            } else {
                numbers.set(ValueLayout.JAVA_LONG_UNALIGNED, i, word);
            }
        }
    }
}
