package dev.tophash.benchmarks;

import java.util.function.LongUnaryOperator;
import java.util.random.RandomGenerator;

/** Kinds of keys that real programs have. */
public enum KeyPattern {
    RANDOM(Keys::key),
    SEQUENTIAL(i -> i),
    /** Multiples of a page. */
    STRIDED(i -> i << 12),
    /** Nothing in the low 32 bits. */
    HIGH_BITS(i -> i << 32),
    /** Addresses of objects of 48 bytes. */
    POINTERS(i -> 0x7f00_0000_0000L + i * 48),
    /** Random keys, a few of which are asked for most of the time. */
    ZIPF(Keys::key) {
        /** Zipf's law with exponent 1, by inverting its continuous form. */
        @Override
        long number(RandomGenerator random, long entries) {
            return (long) Math.pow(entries, random.nextDouble()) % entries;
        }
    };

    private final LongUnaryOperator key;

    KeyPattern(LongUnaryOperator key) {
        this.key = key;
    }

    /** Key number i. */
    public long key(long i) {
        return key.applyAsLong(i);
    }

    /** The number of the key that is asked for next. */
    long number(RandomGenerator random, long entries) {
        return random.nextLong(entries);
    }
}
