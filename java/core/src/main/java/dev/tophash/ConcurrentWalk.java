package dev.tophash;

import java.util.function.Function;

/**
 * A walk over a concurrent map: shard by shard, each by an ordinary cursor that is filled while the
 * shard is locked, a chunk of at most 256 entries at a time, and read while it is not. What it
 * promises is in {@link ConcurrentNativeMap}.
 *
 * @param <T> the ordinary map of a shard
 * @param <W> its cursor
 */
final class ConcurrentWalk<K, V, T extends OffHeapTable, W extends MapCursor & EntryMap.Walk<K, V>>
        implements EntryMap.Walk<K, V>, ElementSet.Walk<K> {
    private final OffHeapTable whole;
    private final Shards<T> shards;
    private final Function<T, W> start;

    /** The shard that the cursor walks, and the one after the last. */
    private int shard;

    private int end;
    private W cursor;

    /**
     * A walk over all of a map.
     *
     * @param start makes a cursor
     */
    ConcurrentWalk(OffHeapTable whole, Shards<T> shards, Function<T, W> start) {
        this(whole, shards, start, 0, shards.count());
        whole.checkOpen();
    }

    private ConcurrentWalk(
            OffHeapTable whole, Shards<T> shards, Function<T, W> start, int from, int to) {
        this.whole = whole;
        this.shards = shards;
        this.start = start;
        this.shard = from;
        this.end = to;
    }

    @Override
    public boolean next() {
        whole.checkOpen();
        while (cursor == null || !cursor.nextFetched()) {
            if (!fill()) {
                return false;
            }
        }
        return true;
    }

    /** Fetches the next chunk, of this shard or a later one; false when the walk has ended. */
    private boolean fill() {
        if (!shards.exist()) {
            return false;
        }
        for (; shard < end; shard++) {
            Shards.Shard<T> locked = shards.lock(shard);
            try {
                if (cursor == null) {
                    cursor = start.apply(locked.table);
                }
                if (cursor.nextChunk() > 0) {
                    return true;
                }
            } finally {
                locked.unlock();
            }
            cursor = null;
        }
        return false;
    }

    /** The current chunk's cursor, for loops over whole chunks; null when the walk has ended. */
    W nextChunk() {
        whole.checkOpen();
        return fill() ? cursor : null;
    }

    private W here() {
        whole.checkOpen();
        if (cursor == null) {
            throw new IllegalStateException("the walk is not at an entry");
        }
        return cursor;
    }

    @Override
    public K boxedKey() {
        return here().boxedKey();
    }

    @Override
    public K boxedElement() {
        return here().boxedKey();
    }

    @Override
    public V boxedValue() {
        return here().boxedValue();
    }

    /** What removes by a concurrent walk goes to the map. */
    @Override
    public void remove() {
        throw new UnsupportedOperationException();
    }

    /** Half of the shards that were not begun. */
    @Override
    public ConcurrentWalk<K, V, T, W> split() {
        int first = cursor == null ? shard : shard + 1;
        int half = (end - first) / 2;
        if (half == 0) {
            return null;
        }
        end -= half;
        return new ConcurrentWalk<>(whole, shards, start, end, end + half);
    }
}
