package dev.tophash;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** The ways to hand a {@link LongLongMap} many keys at once. Each must do the same. */
enum LongBatches {
    ARRAYS {
        @Override
        long run(Call call, LongLongMap map, long[] keys, long[] others) {
            return switch (call) {
                case GET -> map.getAll(keys, others);
                case PUT -> map.putAll(keys, others);
                case ADD -> map.addAll(keys, others);
                case REMOVE -> map.removeAll(keys);
            };
        }

        @Override
        long containsAll(LongLongMap map, long[] keys, boolean[] found) {
            return map.containsAll(keys, found);
        }
    },

    PART_OF_ARRAYS {
        @Override
        long run(Call call, LongLongMap map, long[] keys, long[] others) {
            long[] wideKeys = widened(keys);
            long[] wide = widened(others);
            int n = keys.length;
            long hits =
                    switch (call) {
                        case GET -> map.getAll(wideKeys, wide, BEFORE, n);
                        case PUT -> map.putAll(wideKeys, wide, BEFORE, n);
                        case ADD -> map.addAll(wideKeys, wide, BEFORE, n);
                        case REMOVE -> map.removeAll(wideKeys, BEFORE, n);
                    };
            narrow(wide, others);
            return hits;
        }

        @Override
        long containsAll(LongLongMap map, long[] keys, boolean[] found) {
            boolean[] wide = new boolean[found.length + BEFORE + AFTER];
            wide[BEFORE - 1] = true;
            wide[BEFORE + found.length] = true;
            long hits = map.containsAll(widened(keys), wide, BEFORE, keys.length);
            if (!wide[BEFORE - 1] || !wide[BEFORE + found.length]) {
                throw new AssertionError("written outside of the part");
            }
            System.arraycopy(wide, BEFORE, found, 0, found.length);
            return hits;
        }
    },

    NATIVE_SEGMENTS {
        @Override
        long run(Call call, LongLongMap map, long[] keys, long[] others) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment k = arena.allocateFrom(JAVA_LONG, keys).asReadOnly();
                MemorySegment o = arena.allocateFrom(JAVA_LONG, others);
                long hits = segments(call, map, k, o);
                MemorySegment.copy(o, JAVA_LONG, 0, others, 0, others.length);
                return hits;
            }
        }

        @Override
        long containsAll(LongLongMap map, long[] keys, boolean[] found) {
            try (Arena arena = Arena.ofConfined()) {
                return segments(
                        map,
                        arena.allocateFrom(JAVA_LONG, keys),
                        arena.allocate(found.length),
                        found);
            }
        }
    },

    HEAP_SLICES {
        @Override
        long run(Call call, LongLongMap map, long[] keys, long[] others) {
            long[] wide = widened(others);
            long hits =
                    segments(
                            call,
                            map,
                            slice(widened(keys), keys.length),
                            slice(wide, others.length));
            narrow(wide, others);
            return hits;
        }

        @Override
        long containsAll(LongLongMap map, long[] keys, boolean[] found) {
            MemorySegment bytes = MemorySegment.ofArray(new byte[found.length + 3]).asSlice(3);
            return segments(map, slice(widened(keys), keys.length), bytes, found);
        }
    };

    /** The calls with a key and a long each. */
    enum Call {
        GET,
        PUT,
        ADD,
        REMOVE
    }

    private static final int BEFORE = 3;
    private static final int AFTER = 2;
    private static final long GUARD = 0x7e7e_7e7e_7e7e_7e7eL;

    /** One of the four calls; GET leaves its results in {@code others}. */
    abstract long run(Call call, LongLongMap map, long[] keys, long[] others);

    abstract long containsAll(LongLongMap map, long[] keys, boolean[] found);

    final long getAll(LongLongMap map, long[] keys, long[] values) {
        return run(Call.GET, map, keys, values);
    }

    final long putAll(LongLongMap map, long[] keys, long[] values) {
        return run(Call.PUT, map, keys, values);
    }

    final long addAll(LongLongMap map, long[] keys, long[] deltas) {
        return run(Call.ADD, map, keys, deltas);
    }

    final long removeAll(LongLongMap map, long[] keys) {
        return run(Call.REMOVE, map, keys, keys.clone());
    }

    private static long segments(
            Call call, LongLongMap map, MemorySegment keys, MemorySegment others) {
        return switch (call) {
            case GET -> map.getAll(keys, others);
            case PUT -> map.putAll(keys, others.asReadOnly());
            case ADD -> map.addAll(keys, others.asReadOnly());
            case REMOVE -> map.removeAll(keys);
        };
    }

    private static long segments(
            LongLongMap map, MemorySegment keys, MemorySegment bytes, boolean[] found) {
        long hits = map.containsAll(keys, bytes);
        for (int i = 0; i < found.length; i++) {
            byte b = bytes.get(JAVA_BYTE, i);
            if (b != 0 && b != 1) {
                throw new AssertionError("found is " + b);
            }
            found[i] = b == 1;
        }
        return hits;
    }

    private static long[] widened(long[] array) {
        long[] wide = new long[array.length + BEFORE + AFTER];
        Arrays.fill(wide, GUARD);
        System.arraycopy(array, 0, wide, BEFORE, array.length);
        return wide;
    }

    private static void narrow(long[] wide, long[] array) {
        if (wide[BEFORE - 1] != GUARD || wide[BEFORE + array.length] != GUARD) {
            throw new AssertionError("written outside of the part");
        }
        System.arraycopy(wide, BEFORE, array, 0, array.length);
    }

    private static MemorySegment slice(long[] wide, int n) {
        return MemorySegment.ofArray(wide).asSlice(BEFORE * 8L, n * 8L);
    }
}
