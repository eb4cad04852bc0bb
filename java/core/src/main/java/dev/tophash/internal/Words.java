package dev.tophash.internal;

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
}
