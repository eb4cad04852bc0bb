package dev.tophash.benchmarks;

/** Keys without a pattern. */
public final class Keys {
    /** Keys that one invocation of a benchmark works on. */
    public static final int BATCH = 1024;

    /** Numbers from here on are those of absent keys. */
    public static final long ABSENT = 1L << 40;

    private Keys() {}

    /** Key number i: a bijection that leaves no pattern (the finalizer of MurmurHash3). */
    public static long key(long i) {
        long k = i + 1;
        k = (k ^ k >>> 33) * 0xff51afd7ed558ccdL;
        k = (k ^ k >>> 33) * 0xc4ceb9fe1a85ec53L;
        return k ^ k >>> 33;
    }
}
