package dev.tophash;

import java.util.function.IntUnaryOperator;

/** The elements of a batch in the order of their shards; those of a shard stay in theirs. */
final class ShardOrder {
    /** Element i goes to this place. */
    private final int[] place;

    /** Where each shard's elements begin; one more, where the last ones end. */
    private final int[] starts;

    /**
     * Sorts.
     *
     * @param n number of elements
     * @param shards number of shards
     * @param shardOf the shard of element i
     */
    ShardOrder(int n, int shards, IntUnaryOperator shardOf) {
        int[] shard = new int[n];
        starts = new int[shards + 1];
        for (int i = 0; i < n; i++) {
            shard[i] = shardOf.applyAsInt(i);
            starts[shard[i] + 1]++;
        }
        for (int i = 0; i < shards; i++) {
            starts[i + 1] += starts[i];
        }
        int[] next = starts.clone();
        place = shard;
        for (int i = 0; i < n; i++) {
            place[i] = next[shard[i]]++;
        }
    }

    int start(int shard) {
        return starts[shard];
    }

    int end(int shard) {
        return starts[shard + 1];
    }

    /** The elements, sorted. */
    <T> T[] sorted(T[] elements) {
        T[] sorted = elements.clone();
        for (int i = 0; i < place.length; i++) {
            sorted[place[i]] = elements[i];
        }
        return sorted;
    }

    /** Where element i goes. */
    int place(int i) {
        return place[i];
    }
}
