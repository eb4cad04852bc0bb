package dev.tophash.benchmarks;

import dev.tophash.LongLongMap;
import dev.tophash.NativeMap;

import it.unimi.dsi.fastutil.longs.Long2LongOpenHashMap;

import java.util.HashMap;

/**
 * The maps that are compared. A benchmark's JVM meets one of them only, so that calls are inlined.
 */
public enum Rival {
    TOPHASH {
        @Override
        Subject create() {
            LongLongMap map = LongLongMap.create();
            return new Subject() {
                @Override
                public long get(long key) {
                    return map.get(key);
                }

                @Override
                public long put(long key, long value) {
                    return map.put(key, value);
                }

                @Override
                public void getAll(long[] keys, long[] values, int offset, int length) {
                    map.getAll(keys, values, offset, length);
                }

                @Override
                public void putAll(long[] keys, long[] values, int offset, int length) {
                    map.putAll(keys, values, offset, length);
                }
            };
        }
    },

    /** The same engine behind {@code java.util.Map}. */
    NATIVE_MAP {
        @Override
        Subject create() {
            NativeMap<Long, Long> map = NativeMap.of(Long.class, Long.class);
            return new Subject() {
                @Override
                public long get(long key) {
                    return orZero(map.get(key));
                }

                @Override
                public long put(long key, long value) {
                    return orZero(map.put(key, value));
                }
            };
        }
    },

    HASHMAP {
        @Override
        Subject create() {
            HashMap<Long, Long> map = new HashMap<>();
            return new Subject() {
                @Override
                public long get(long key) {
                    return orZero(map.get(key));
                }

                @Override
                public long put(long key, long value) {
                    return orZero(map.put(key, value));
                }
            };
        }
    },

    FASTUTIL {
        @Override
        Subject create() {
            Long2LongOpenHashMap map = new Long2LongOpenHashMap();
            return new Subject() {
                @Override
                public long get(long key) {
                    return map.get(key);
                }

                @Override
                public long put(long key, long value) {
                    return map.put(key, value);
                }
            };
        }
    };

    private static long orZero(Long value) {
        return value == null ? 0 : value;
    }

    /** An empty map. */
    abstract Subject create();

    /** What the benchmarks call. A map without batches does them one by one. */
    interface Subject {
        long get(long key);

        long put(long key, long value);

        default void getAll(long[] keys, long[] values, int offset, int length) {
            for (int i = offset; i < offset + length; i++) {
                values[i] = get(keys[i]);
            }
        }

        default void putAll(long[] keys, long[] values, int offset, int length) {
            for (int i = offset; i < offset + length; i++) {
                put(keys[i], values[i]);
            }
        }
    }
}
