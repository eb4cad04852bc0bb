package dev.tophash;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

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
        long[] someKeys = new long[room];
        long[] someWords = new long[room];
        long[] sortedKeys = new long[room];
        long[] sortedWords = new long[room];
        MemorySegment keySegment = MemorySegment.ofArray(sortedKeys);
        MemorySegment wordSegment = MemorySegment.ofArray(sortedWords);
        long present = 0;
        for (long from = 0; from < n; from += room) {
            int some = (int) Math.min(room, n - from);
            // Copied first: whoever changes the keys meanwhile must not get one into a wrong shard.
            MemorySegment.copy(keys, JAVA_LONG, from * Long.BYTES, someKeys, 0, some);
            MemorySegment.copy(words, JAVA_LONG, from * Long.BYTES, someWords, 0, some);
            ShardOrder order =
                    new ShardOrder(some, shards.count(), i -> shards.indexOf(someKeys[i]));
            for (int i = 0; i < some; i++) {
                sortedKeys[order.place(i)] = someKeys[i];
                sortedWords[order.place(i)] = someWords[i];
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
