package dev.tophash.jcstress;

import dev.tophash.ConcurrentLongLongMap;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Maps that all states of a test share: jcstress has thousands of states at a time, too many for a
 * native map each. A state has keys of its own instead.
 */
final class Maps {
    private static final AtomicLong NEXT = new AtomicLong(1 << 20);

    private Maps() {}

    /** A map with one part, so that everything goes on in the same arrays. */
    static ConcurrentLongLongMap inOnePart() {
        return ConcurrentLongLongMap.builder().shards(1).defaultValue(0).build();
    }

    /** The first of some keys that nobody else gets. */
    static long keys(int count) {
        return NEXT.getAndAdd(count);
    }
}
