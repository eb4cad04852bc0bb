package dev.tophash.benchmarks;

import dev.tophash.benchmarks.contender.LongMap;

import java.util.function.LongUnaryOperator;
import java.util.random.RandomGenerator;

/**
 * Keys to ask a map for, in random order, and how to ask for a batch of them. There are as many as
 * the map has entries, up to 4 million: asking for the same few again and again would tell how fast
 * the cache is.
 */
final class Questions {
    private static final int LEAST = 1 << 16;
    private static final int MOST = 1 << 22;

    final long[] keys;
    private final long[] values;
    private int offset;

    /** Questions about the keys of the numbers in [from, from + n). */
    Questions(long from, long n) {
        this(n, random -> Keys.key(from + random.nextLong(n)));
    }

    /** Questions that are drawn in some way of one's own. */
    Questions(long entries, Draw draw) {
        int count = (int) Math.clamp(Long.highestOneBit(entries), LEAST, MOST);
        RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
        keys = new long[count];
        for (int i = 0; i < count; i++) {
            keys[i] = draw.next(random);
        }
        values = new long[count];
    }

    /** Draws a key. */
    interface Draw {
        long next(RandomGenerator random);
    }

    /** Where the next batch starts. */
    int next() {
        int start = offset;
        offset = (offset + Keys.BATCH) & (keys.length - 1);
        return start;
    }

    long sum(LongUnaryOperator question) {
        int from = next();
        long sum = 0;
        for (int i = from; i < from + Keys.BATCH; i++) {
            sum += question.applyAsLong(keys[i]);
        }
        return sum;
    }

    /** One by one. */
    long get(LongMap map) {
        return sum(map::get);
    }

    long[] getAll(LongMap map) {
        map.getAll(keys, values, next(), Keys.BATCH);
        return values;
    }

    /** One by one, each time another value. */
    void put(LongMap map) {
        int from = next();
        for (int i = from; i < from + Keys.BATCH; i++) {
            map.put(keys[i], i);
        }
    }

    void putAll(LongMap map) {
        map.putAll(keys, values, next(), Keys.BATCH);
    }
}
