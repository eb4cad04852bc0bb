package dev.tophash.benchmarks;

import java.util.Random;

/** Keys without a pattern, and questions about them in random order. */
final class Keys {
    /** Keys that one invocation of a benchmark works on. */
    static final int BATCH = 1024;

    /**
     * As many questions as are asked in turn; at 16 bytes each they stay small beside a large map.
     */
    private static final int QUESTIONS = 1 << 18;

    private Keys() {}

    /** Key number i: a bijection that leaves no pattern (the finalizer of MurmurHash3). */
    static long key(long i) {
        long k = i + 1;
        k = (k ^ k >>> 33) * 0xff51afd7ed558ccdL;
        k = (k ^ k >>> 33) * 0xc4ceb9fe1a85ec53L;
        return k ^ k >>> 33;
    }

    /** Keys with numbers in [from, from + n). */
    static long[] questions(long from, long n) {
        Random random = new Random(42);
        long[] keys = new long[QUESTIONS];
        for (int i = 0; i < QUESTIONS; i++) {
            keys[i] = key(from + random.nextLong(n));
        }
        return keys;
    }

    /** Where the batch after the one at an offset starts. */
    static int next(int offset) {
        return (offset + BATCH) & (QUESTIONS - 1);
    }
}
