package dev.tophash;

import java.util.Arrays;
import java.util.function.IntFunction;

/**
 * Batches that write to a {@link ConcurrentNativeMap} or {@link ConcurrentNativeSet}: a chunk of
 * keys is sorted by shard, and each shard gets its part as an ordinary batch under its lock.
 *
 * <p>Where a journal is told of changes, entries are written one by one in their order: so what the
 * journal has of a batch, should it be cut off, is its beginning.
 */
final class ConcurrentBatches<K, V> {
    private static final int CHUNK = 1 << 13;

    private final ConcurrentCodecTable<K, V> table;

    ConcurrentBatches(ConcurrentCodecTable<K, V> table) {
        this.table = table;
    }

    @FunctionalInterface
    private interface Part<K, V> {
        /** Does the batch of one shard; returns how many of its keys were present. */
        long run(CodecBatches<K, V> batches, int from, int to);
    }

    long putAll(K[] keys, V[] values, int length) {
        table.checkOpen();
        if (table.isKept()) {
            return oneByOne(length, i -> table.insert(keys[i], values[i], PutMode.ALWAYS));
        }
        long present = 0;
        for (int n, from = 0; from < length; from += n) {
            n = Math.min(CHUNK, length - from);
            K[] some = Arrays.copyOfRange(keys, from, from + n);
            ShardOrder order = order(some);
            K[] sortedKeys = order.sorted(some);
            V[] sortedValues = order.sorted(Arrays.copyOfRange(values, from, from + n));
            present +=
                    forEachShard(
                            order,
                            (batches, start, end) ->
                                    batches.putAll(
                                            Arrays.copyOfRange(sortedKeys, start, end),
                                            Arrays.copyOfRange(sortedValues, start, end),
                                            end - start));
        }
        return present;
    }

    long removeAll(K[] keys) {
        if (table.isKept()) {
            return oneByOne(keys.length, i -> table.delete(table.checkedKey(keys[i])));
        }
        if (table.isUntouched()) {
            return 0;
        }
        long present = 0;
        for (int n, from = 0; from < keys.length; from += n) {
            n = Math.min(CHUNK, keys.length - from);
            K[] some = Arrays.copyOfRange(keys, from, from + n);
            ShardOrder order = order(some);
            K[] sorted = order.sorted(some);
            present +=
                    forEachShard(
                            order,
                            (batches, start, end) ->
                                    batches.removeAll(Arrays.copyOfRange(sorted, start, end)));
        }
        return present;
    }

    private static long oneByOne(int length, IntFunction<Object> write) {
        long present = 0;
        for (int i = 0; i < length; i++) {
            present += write.apply(i) == CodecTable.NOTHING ? 0 : 1;
        }
        return present;
    }

    private ShardOrder order(K[] keys) {
        return new ShardOrder(
                keys.length, table.shards().count(), i -> table.shardOf(table.checkedKey(keys[i])));
    }

    private long forEachShard(ShardOrder order, Part<K, V> part) {
        long present = 0;
        for (int shard = 0; shard < table.shards().count(); shard++) {
            if (order.start(shard) == order.end(shard)) {
                continue;
            }
            Shards.Shard<CodecTable<K, V>> locked = table.shards().lock(shard);
            try {
                present +=
                        part.run(
                                new CodecBatches<>(locked.table),
                                order.start(shard),
                                order.end(shard));
            } finally {
                locked.unlock();
            }
        }
        return present;
    }
}
