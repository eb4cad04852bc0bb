package dev.tophash.benchmarks;

import dev.tophash.Codecs;
import dev.tophash.LongLongMap;
import dev.tophash.NativeMap;
import dev.tophash.OffHeap;

import java.util.HashMap;
import java.util.Map;
import java.util.function.IntUnaryOperator;

/** Maps that are emptied and filled again, each to its own kind of value. */
public enum ClearedMap {
    NATIVE_MAP {
        @Override
        Subject create() {
            return new Strings() {
                private NativeMap<Integer, String> map = withRoomFor(0);

                private NativeMap<Integer, String> withRoomFor(int entries) {
                    return NativeMap.builder(Codecs.INTEGER, Codecs.STRING)
                            .expectedSize(entries)
                            .build();
                }

                @Override
                Map<Integer, String> map() {
                    return map;
                }

                @Override
                OffHeap offHeap() {
                    return map;
                }

                @Override
                void renew(int expectedSize) {
                    map.close();
                    map = withRoomFor(expectedSize);
                }
            };
        }
    },

    HASH_MAP {
        @Override
        Subject create() {
            return new Strings() {
                private HashMap<Integer, String> map = new HashMap<>();

                @Override
                Map<Integer, String> map() {
                    return map;
                }

                @Override
                void renew(int expectedSize) {
                    map = HashMap.newHashMap(expectedSize);
                }
            };
        }
    },

    LONG_LONG_MAP {
        @Override
        Subject create() {
            return new Subject() {
                private LongLongMap map = LongLongMap.create();

                @Override
                void fill(IntUnaryOperator keys, int entries) {
                    for (int i = 0; i < entries; i++) {
                        map.put(keys.applyAsInt(i), i);
                    }
                }

                @Override
                OffHeap offHeap() {
                    return map;
                }

                @Override
                void renew(int expectedSize) {
                    map.close();
                    map = LongLongMap.withExpectedSize(expectedSize);
                }

                @Override
                void clear() {
                    map.clear();
                }

                @Override
                void removeAll(IntUnaryOperator keys, int entries) {
                    for (int i = 0; i < entries; i++) {
                        map.remove(keys.applyAsInt(i));
                    }
                }
            };
        }
    };

    abstract Subject create();

    /** Which keys are put, in which order. */
    public enum Order implements IntUnaryOperator {
        /** 0, 1, 2, ...: neighbours in a {@code HashMap}. */
        COUNTING {
            @Override
            public int applyAsInt(int i) {
                return i;
            }
        },
        /** Each far from the one before. */
        SCATTERED {
            @Override
            public int applyAsInt(int i) {
                return i * 0x9e3779b1;
            }
        }
    }

    /** Ways to empty a map. */
    public enum Way {
        /** Drop it, closing it where that can be done, and make another. */
        RENEW {
            @Override
            void empty(Subject subject, IntUnaryOperator keys, int entries) {
                subject.renew(0);
            }
        },
        /** The same, and the other has room for as many. */
        RENEW_SIZED {
            @Override
            void empty(Subject subject, IntUnaryOperator keys, int entries) {
                subject.renew(entries);
            }
        },
        CLEAR {
            @Override
            void empty(Subject subject, IntUnaryOperator keys, int entries) {
                subject.clear();
            }
        },
        REMOVE {
            @Override
            void empty(Subject subject, IntUnaryOperator keys, int entries) {
                subject.removeAll(keys, entries);
            }
        };

        abstract void empty(Subject subject, IntUnaryOperator keys, int entries);
    }

    /** A map as the benchmark calls it. */
    abstract static class Subject {
        abstract void fill(IntUnaryOperator keys, int entries);

        abstract void renew(int expectedSize);

        abstract void clear();

        abstract void removeAll(IntUnaryOperator keys, int entries);

        /** The map if it is one of Tophash's, or null. */
        OffHeap offHeap() {
            return null;
        }
    }

    /** Integers to strings. */
    private abstract static class Strings extends Subject {
        private int round;

        abstract Map<Integer, String> map();

        @Override
        final void fill(IntUnaryOperator keys, int entries) {
            String value = round++ % 2 == 0 ? "val" : "new";
            Map<Integer, String> map = map();
            for (int i = 0; i < entries; i++) {
                map.put(keys.applyAsInt(i), value);
            }
        }

        @Override
        final void clear() {
            map().clear();
        }

        @Override
        final void removeAll(IntUnaryOperator keys, int entries) {
            Map<Integer, String> map = map();
            for (int i = 0; i < entries; i++) {
                map.remove(keys.applyAsInt(i));
            }
        }
    }
}
