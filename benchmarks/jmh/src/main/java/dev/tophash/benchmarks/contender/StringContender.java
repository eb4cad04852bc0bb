package dev.tophash.benchmarks.contender;

import dev.tophash.StringLongMap;

import java.util.HashMap;

/** The maps of strings that are compared. */
public enum StringContender {
    TOPHASH {
        @Override
        public StringMap create() {
            StringLongMap map = StringLongMap.create();
            return new StringMap() {
                @Override
                public long get(String key) {
                    return map.get(key);
                }

                @Override
                public void put(String key, long value) {
                    map.put(key, value);
                }

                @Override
                public void getAll(String[] keys, long[] values) {
                    map.getAll(keys, values);
                }

                @Override
                public void close() {
                    map.close();
                }
            };
        }
    },

    HASHMAP {
        @Override
        public StringMap create() {
            HashMap<String, Long> map = new HashMap<>();
            return new StringMap() {
                @Override
                public long get(String key) {
                    Long value = map.get(key);
                    return value == null ? 0 : value;
                }

                @Override
                public void put(String key, long value) {
                    map.put(key, value);
                }
            };
        }
    };

    /** An empty map. */
    public abstract StringMap create();
}
