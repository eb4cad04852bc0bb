package dev.tophash;

import java.util.function.UnaryOperator;

/** A {@link ConcurrentLongLongMap} as a map of boxed keys and values. */
final class ConcurrentLongLongEntries extends ConcurrentEntryMap<Long, Long> {
    /** A value that few entries have. */
    private static final long GUARD = 0x5eed_c0de_5eed_c0deL;

    private final ConcurrentLongLongMap table;

    ConcurrentLongLongEntries(ConcurrentLongLongMap table) {
        this.table = table;
    }

    @Override
    OffHeapTable table() {
        return table;
    }

    @Override
    Object find(Object key) {
        if (!(key instanceof Long k)) {
            table.checkOpen();
            return NOTHING;
        }
        // Each answer is from one moment: a value that is not the guard, or that there is none.
        for (long guard = GUARD; ; guard = ~guard) {
            long value = table.getOrDefault(k, guard);
            if (value != guard) {
                return value;
            }
            if (!table.containsKey(k)) {
                return NOTHING;
            }
        }
    }

    @Override
    Object insert(Long key, Long value, PutMode mode) {
        long after = value;
        Object[] before = {NOTHING};
        if (mode == PutMode.IF_PRESENT && find(key) == NOTHING) {
            return NOTHING;
        }
        update(
                key,
                found -> {
                    before[0] = found;
                    boolean stays =
                            mode == PutMode.IF_ABSENT && found != NOTHING
                                    || mode == PutMode.IF_PRESENT && found == NOTHING;
                    return stays ? AS_IT_IS : (Object) after;
                },
                false);
        return before[0];
    }

    @Override
    Object delete(Object key) {
        if (!(key instanceof Long k) || table.isUntouched()) {
            table.checkOpen();
            return NOTHING;
        }
        Object[] before = {NOTHING};
        update(
                k,
                found -> {
                    before[0] = found;
                    return NOTHING;
                },
                false);
        return before[0];
    }

    @Override
    Object update(Long key, UnaryOperator<Object> function) {
        return update(key, function, true);
    }

    private Object update(long key, UnaryOperator<Object> function, boolean ofUser) {
        Shards.Shard<LongLongMap> shard = table.lock(key);
        try {
            LongLongMap map = shard.table;
            Object before = map.containsKey(key) ? (Object) map.get(key) : NOTHING;
            Computation computation = ofUser ? Computation.begin(table) : null;
            Object after;
            try {
                after = function.apply(before);
            } finally {
                if (ofUser) {
                    computation.end();
                }
            }
            if (after == AS_IT_IS) {
                return before;
            }
            if (after == NOTHING) {
                map.remove(key);
            } else {
                map.put(key, (Long) after);
            }
            return after;
        } finally {
            shard.unlock();
        }
    }

    @Override
    Walk<Long, Long> walk() {
        return table.walk();
    }
}
