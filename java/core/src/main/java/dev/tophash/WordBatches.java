package dev.tophash;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Batches that write to a {@link ConcurrentLongLongMap}: a chunk of keys is sorted by shard, and
 * each shard gets its part as an ordinary batch under its lock.
 */
final class WordBatches {
    /** Keys sorted at a time: some hundred for each shard of a usual map, which fit a cache. */
    private static final int CHUNK = 1 << 14;

    private WordBatches() {}

    /** What is done to the keys of one shard. */
    @FunctionalInterface
    interface Write {
        /** Writes; returns how many of the keys were present. */
        long to(LongLongMap shard, MemorySegment keys, MemorySegment words);
    }

    /**
     * Does a batch.
     *
     * @param words values, deltas, or the keys again: element i goes with key i
     * @return how many keys were present
     */
    static long run(
            Shards<LongLongMap> shards,
            MemorySegment keys,
            MemorySegment words,
            long n,
            Write write) {
        int room = (int) Math.min(n, CHUNK);
        long[] sortedKeys = new long[room];
        long[] sortedWords = new long[room];
        MemorySegment keySegment = MemorySegment.ofArray(sortedKeys);
        MemorySegment wordSegment = MemorySegment.ofArray(sortedWords);
        long present = 0;
        for (long from = 0; from < n; from += room) {
            int some = (int) Math.min(room, n - from);
            long base = from;
            ShardOrder order =
                    new ShardOrder(
                            some,
                            shards.count(),
                            i -> shards.indexOf(keys.getAtIndex(ValueLayout.JAVA_LONG, base + i)));
            for (int i = 0; i < some; i++) {
                int place = order.place(i);
                sortedKeys[place] = keys.getAtIndex(ValueLayout.JAVA_LONG, base + i);
                sortedWords[place] = words.getAtIndex(ValueLayout.JAVA_LONG, base + i);
            }
            present += runChunk(shards, order, keySegment, wordSegment, write);
        }
        return present;
    }

    private static long runChunk(
            Shards<LongLongMap> shards,
            ShardOrder order,
            MemorySegment keys,
            MemorySegment words,
            Write write) {
        long present = 0;
        for (int i = 0; i < shards.count(); i++) {
            long start = (long) order.start(i) * Long.BYTES;
            long size = (long) order.end(i) * Long.BYTES - start;
            if (size == 0) {
                continue;
            }
            Shards.Shard<LongLongMap> shard = shards.lock(i);
            try {
                present +=
                        write.to(
                                shard.table, keys.asSlice(start, size), words.asSlice(start, size));
            } finally {
                shard.unlock();
            }
        }
        return present;
    }
}
