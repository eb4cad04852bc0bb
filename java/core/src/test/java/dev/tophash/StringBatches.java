package dev.tophash;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
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

    /** Spans of keys end to end in an array. */
    HEAP_SPANS {
        @Override
        long run(Call call, StringLongMap map, String[] keys, long[] others, boolean[] found) {
            Laid laid = new Laid(keys, "");
            MemorySegment data = MemorySegment.ofArray(laid.bytes()).asReadOnly();
            return call(call, map, Spans.of(data, laid.starts, laid.ends), others, found);
        }
    },

    /** Spans of copies of the keys. */
    COPIED_SPANS {
        @Override
        long run(Call call, StringLongMap map, String[] keys, long[] others, boolean[] found) {
            return call(call, map, Spans.ofUtf8(keys), others, found);
        }
    },

    /** Spans of keys with something between them in native memory, by a part of the arrays. */
    NATIVE_SPANS {
        @Override
        long run(Call call, StringLongMap map, String[] keys, long[] others, boolean[] found) {
            int n = keys.length;
            Laid laid = new Laid(keys, "//");
            long[] starts = new long[n + 2];
            long[] ends = new long[n + 2];
            Arrays.fill(starts, -1); // no key: must not be looked at
            System.arraycopy(laid.starts, 0, starts, 1, n);
            System.arraycopy(laid.ends, 0, ends, 1, n);
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment data = laid.bytes(arena);
                return call(call, map, Spans.of(data, starts, ends, 1, n), others, found);
            }
        }
    },

    /** Everything in native memory, with guards around what may be written. */
    SEGMENTS {
        @Override
        long run(Call call, StringLongMap map, String[] keys, long[] others, boolean[] found) {
            int n = keys.length;
            Laid laid = new Laid(keys, "/");
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment starts = arena.allocateFrom(JAVA_LONG, laid.starts);
                MemorySegment ends = arena.allocateFrom(JAVA_LONG, laid.ends);
                Spans spans = Spans.of(laid.bytes(arena), starts, ends);
                MemorySegment wide = arena.allocate((n + 2L) * Long.BYTES, Long.BYTES);
                MemorySegment values = wide.asSlice(Long.BYTES, (long) n * Long.BYTES);
                values.copyFrom(MemorySegment.ofArray(others));
                MemorySegment wideFound = arena.allocate(n + 2L).fill((byte) 7);
                MemorySegment answers = wideFound.asSlice(1, n);
                long hits =
                        switch (call) {
                            case GET -> map.getAll(spans, values);
                            case PUT -> map.putAll(spans, values.asReadOnly());
                            case ADD -> map.addAll(spans, values.asReadOnly());
                            case REMOVE -> map.removeAll(spans);
                            case CONTAINS -> map.containsAll(spans, answers);
                        };
                if (wide.getAtIndex(JAVA_LONG, 0) != 0
                        || wide.getAtIndex(JAVA_LONG, n + 1L) != 0
                        || wideFound.get(JAVA_BYTE, 0) != 7
                        || wideFound.get(JAVA_BYTE, n + 1L) != 7) {
                    throw new AssertionError("written outside of the segment");
                }
                MemorySegment.ofArray(others).copyFrom(values);
                if (call == Call.CONTAINS) {
                    for (int i = 0; i < n; i++) {
                        found[i] = answers.get(JAVA_BYTE, i) == 1;
                    }
                }
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
    private static final class Laid {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final long[] starts;
        private final long[] ends;

        Laid(String[] keys, String between) {
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

        /** The bytes in native memory, at an odd address. */
        MemorySegment bytes(Arena arena) {
            MemorySegment data = arena.allocate(bytes.size() + 1L, Long.BYTES).asSlice(1);
            return data.copyFrom(MemorySegment.ofArray(bytes()));
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
            Call call, StringLongMap map, Spans keys, long[] others, boolean[] found) {
        return switch (call) {
            case GET -> map.getAll(keys, others);
            case PUT -> map.putAll(keys, others);
            case ADD -> map.addAll(keys, others);
            case REMOVE -> map.removeAll(keys);
            case CONTAINS -> map.containsAll(keys, found);
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
