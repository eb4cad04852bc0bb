package dev.tophash;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** The ways to hand a {@link StringLongMap} many keys at once. Each must do the same. */
enum StringBatches {
    STRINGS {
        @Override
        long run(Call call, StringLongMap map, String[] keys, long[] others, boolean[] found) {
            return switch (call) {
                case GET -> map.getAll(keys, others);
                case PUT -> map.putAll(keys, others);
                case ADD -> map.addAll(keys, others);
                case REMOVE -> map.removeAll(keys);
                case CONTAINS -> map.containsAll(keys, found);
            };
        }
    },

    PART_OF_STRINGS {
        @Override
        long run(Call call, StringLongMap map, String[] keys, long[] others, boolean[] found) {
            int n = keys.length;
            String[] wideKeys = new String[n + 2];
            System.arraycopy(keys, 0, wideKeys, 1, n);
            long[] wide = new long[n + 2];
            System.arraycopy(others, 0, wide, 1, n);
            boolean[] wideFound = new boolean[n + 2];
            wideFound[0] = true;
            wideFound[n + 1] = true;
            long hits =
                    switch (call) {
                        case GET -> map.getAll(wideKeys, wide, 1, n);
                        case PUT -> map.putAll(wideKeys, wide, 1, n);
                        case ADD -> map.addAll(wideKeys, wide, 1, n);
                        case REMOVE -> map.removeAll(wideKeys, 1, n);
                        case CONTAINS -> map.containsAll(wideKeys, wideFound, 1, n);
                    };
            narrow(wide, others, wideFound, found);
            return hits;
        }
    },

    /** Keys end to end in an array. */
    HEAP_SPANS {
        @Override
        long run(Call call, StringLongMap map, String[] keys, long[] others, boolean[] found) {
            Spans spans = new Spans(keys, "");
            MemorySegment data = MemorySegment.ofArray(spans.bytes()).asReadOnly();
            return call(call, map, data, spans.starts, spans.ends, others, found, 0, keys.length);
        }
    },

    /** Keys with something between them in native memory; a part of the arrays. */
    NATIVE_SPANS {
        @Override
        long run(Call call, StringLongMap map, String[] keys, long[] others, boolean[] found) {
            int n = keys.length;
            Spans spans = new Spans(keys, "//");
            long[] starts = new long[n + 2];
            long[] ends = new long[n + 2];
            Arrays.fill(starts, -1); // no key: must not be looked at
            System.arraycopy(spans.starts, 0, starts, 1, n);
            System.arraycopy(spans.ends, 0, ends, 1, n);
            long[] wide = new long[n + 2];
            System.arraycopy(others, 0, wide, 1, n);
            boolean[] wideFound = new boolean[n + 2];
            wideFound[0] = true;
            wideFound[n + 1] = true;
            try (Arena arena = Arena.ofConfined()) {
                byte[] bytes = spans.bytes();
                MemorySegment data = arena.allocate(bytes.length + 1L).asSlice(1);
                data.copyFrom(MemorySegment.ofArray(bytes));
                long hits = call(call, map, data, starts, ends, wide, wideFound, 1, n);
                narrow(wide, others, wideFound, found);
                return hits;
            }
        }
    };

    /** The batch calls. */
    enum Call {
        GET,
        PUT,
        ADD,
        REMOVE,
        CONTAINS
    }

    /** Keys laid into one piece of memory. */
    private static final class Spans {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final long[] starts;
        private final long[] ends;

        Spans(String[] keys, String between) {
            starts = new long[keys.length];
            ends = new long[keys.length];
            for (int i = 0; i < keys.length; i++) {
                bytes.writeBytes(between.getBytes(UTF_8));
                starts[i] = bytes.size();
                bytes.writeBytes(keys[i].getBytes(UTF_8));
                ends[i] = bytes.size();
            }
        }

        byte[] bytes() {
            return bytes.toByteArray();
        }
    }

    abstract long run(Call call, StringLongMap map, String[] keys, long[] others, boolean[] found);

    final long getAll(StringLongMap map, String[] keys, long[] values) {
        return run(Call.GET, map, keys, values, new boolean[keys.length]);
    }

    final long putAll(StringLongMap map, String[] keys, long[] values) {
        return run(Call.PUT, map, keys, values, new boolean[keys.length]);
    }

    final long addAll(StringLongMap map, String[] keys, long[] deltas) {
        return run(Call.ADD, map, keys, deltas, new boolean[keys.length]);
    }

    final long removeAll(StringLongMap map, String[] keys) {
        return run(Call.REMOVE, map, keys, new long[keys.length], new boolean[keys.length]);
    }

    final long containsAll(StringLongMap map, String[] keys, boolean[] found) {
        return run(Call.CONTAINS, map, keys, new long[keys.length], found);
    }

    private static long call(
            Call call,
            StringLongMap map,
            MemorySegment data,
            long[] starts,
            long[] ends,
            long[] others,
            boolean[] found,
            int offset,
            int n) {
        return switch (call) {
            case GET -> map.getAll(data, starts, ends, others, offset, n);
            case PUT -> map.putAll(data, starts, ends, others, offset, n);
            case ADD -> map.addAll(data, starts, ends, others, offset, n);
            case REMOVE -> map.removeAll(data, starts, ends, offset, n);
            case CONTAINS -> map.containsAll(data, starts, ends, found, offset, n);
        };
    }

    private static void narrow(long[] wide, long[] others, boolean[] wideFound, boolean[] found) {
        int n = others.length;
        if (wide[0] != 0 || wide[n + 1] != 0 || !wideFound[0] || !wideFound[n + 1]) {
            throw new AssertionError("written outside of the part");
        }
        System.arraycopy(wide, 1, others, 0, n);
        System.arraycopy(wideFound, 1, found, 0, n);
    }
}
