package dev.tophash;

import dev.tophash.internal.AddressCalls;
import dev.tophash.internal.Status;
import dev.tophash.internal.TableOptions;

import java.lang.invoke.VarHandle;
import java.util.function.UnaryOperator;

/**
 * The table of a {@link ConcurrentNativeMap} or {@link ConcurrentNativeSet}. Reads are those of an
 * ordinary table, on the native map as a whole; writes go to the table of a shard.
 */
final class ConcurrentCodecTable<K, V> extends CodecTable<K, V> {
    private final Shards<CodecTable<K, V>> shards;

    /** Is told of every change while the lock of the key's shard is held; or null. */
    private Journal<K, V> journal;

    ConcurrentCodecTable(
            Codec<K> keys, Codec<V> values, boolean isSet, TableOptions options, int count) {
        super(
                notNullable(keys, "key"),
                notNullable(values, "value"),
                isSet,
                options.withShards(count));
        this.shards =
                new Shards<>(this, count, false, o -> new CodecTable<>(keys, values, isSet, o));
    }

    private static <T> Codec<T> notNullable(Codec<T> codec, String what) {
        if (codec.accepts(null)) {
            throw new IllegalArgumentException(
                    "a codec that takes null is none for a " + what + " of a concurrent map");
        }
        return codec;
    }

    @Override
    Shards<CodecTable<K, V>> shards() {
        return shards;
    }

    @Override
    String typeName() {
        return isSet() ? "ConcurrentNativeSet" : "ConcurrentNativeMap";
    }

    /** Whether nothing was ever written, so that there is nothing to remove. */
    boolean isUntouched() {
        checkOpen();
        return !shards.exist();
    }

    /** Waits for the lock of a key's shard. To be unlocked. */
    Shards.Shard<CodecTable<K, V>> lock(K key) {
        return shards.lock(shardOf(key));
    }

    /** The shard of a key that the codec accepts. */
    int shardOf(K key) {
        if (hasWordKeys()) {
            return shards.indexOf(keyWord(key));
        }
        shards.indexOf(0); // makes the native map if there is none
        Scratch scratch = Scratch.take();
        try {
            long length = scratch.key().encode(keys(), keys().width(), key);
            int index = AddressCalls.shardOf(map, stamp, scratch.key().address(), length);
            VarHandle.acquireFence(); // a negative answer is one that the map is closed
            checkOpen();
            Status.check(index, "the shard of a key");
            return index;
        } finally {
            scratch.giveBack();
        }
    }

    /** Makes the shards before anything is written. */
    void makeShards() {
        shards.indexOf(0);
    }

    /** From now on a journal is told of changes. Before any other thread knows this table. */
    void keep(Journal<K, V> kept) {
        journal = kept;
    }

    /** Whether a journal is told of changes. */
    boolean isKept() {
        return journal != null;
    }

    /** Tells the journal of a change, or takes it back. */
    private void tell(Shards.Shard<CodecTable<K, V>> shard, K key, V value, Object before) {
        try {
            journal.changed(key, value);
        } catch (RuntimeException | Error e) {
            if (before == NOTHING) {
                shard.table.discard(key);
            } else {
                shard.table.insert(key, asValue(before), PutMode.ALWAYS);
            }
            throw e;
        }
    }

    @Override
    Object insert(K key, V value, PutMode mode) {
        checkedKey(key);
        checkedValue(value);
        if (mode == PutMode.IF_PRESENT && isUntouched()) {
            return NOTHING;
        }
        Shards.Shard<CodecTable<K, V>> shard = lock(key);
        try {
            Object before = shard.table.insert(key, value, mode);
            boolean changed =
                    mode == PutMode.ALWAYS || before == NOTHING == (mode == PutMode.IF_ABSENT);
            if (journal != null && changed) {
                tell(shard, key, value, before);
            }
            return before;
        } finally {
            shard.unlock();
        }
    }

    @Override
    Object delete(Object key) {
        if (!keys().accepts(key) || isUntouched()) {
            checkOpen();
            return NOTHING;
        }
        Shards.Shard<CodecTable<K, V>> shard = lock(asKey(key));
        try {
            Object before = shard.table.delete(key);
            if (journal != null && before != NOTHING) {
                tell(shard, asKey(key), null, before);
            }
            return before;
        } finally {
            shard.unlock();
        }
    }

    @Override
    boolean discard(Object key) {
        if (journal != null) {
            return delete(key) != NOTHING; // which knows what to put back
        }
        if (!keys().accepts(key) || isUntouched()) {
            checkOpen();
            return false;
        }
        Shards.Shard<CodecTable<K, V>> shard = lock(asKey(key));
        try {
            return shard.table.discard(key);
        } finally {
            shard.unlock();
        }
    }

    /**
     * Replaces a key's value by what a function makes of it, while nobody else writes to the key.
     *
     * @param function is given the value, or {@link #NOTHING}; returns what to put, {@code NOTHING}
     *     to remove, or {@link ConcurrentEntryMap#AS_IT_IS}
     * @return the value that the key has now, or {@code NOTHING}
     */
    Object update(K key, UnaryOperator<Object> function) {
        checkedKey(key);
        int index = shardOf(key);
        Shards.Shard<CodecTable<K, V>> shard = shards.lock(index);
        try {
            Object before = shard.table.find(key);
            Object after = computed(function, before);
            if (shardOf(key) != index) {
                throw new IllegalStateException("a function has changed the key that it was given");
            }
            if (after == ConcurrentEntryMap.AS_IT_IS) {
                return before;
            }
            if (after == NOTHING) {
                shard.table.discard(key);
            } else {
                shard.table.insert(key, asValue(after), PutMode.ALWAYS);
            }
            if (journal != null && (after != NOTHING || before != NOTHING)) {
                tell(shard, key, after == NOTHING ? null : asValue(after), before);
            }
            return after;
        } finally {
            shard.unlock();
        }
    }

    private Object computed(UnaryOperator<Object> function, Object before) {
        Computation computation = Computation.begin(this);
        try {
            return function.apply(before);
        } finally {
            computation.end();
        }
    }

    @SuppressWarnings("unchecked")
    private V asValue(Object value) {
        return (V) value;
    }

    ConcurrentWalk<K, V, CodecTable<K, V>, CodecCursor<K, V>> walk() {
        return new ConcurrentWalk<>(this, shards, CodecCursor::new);
    }
}
