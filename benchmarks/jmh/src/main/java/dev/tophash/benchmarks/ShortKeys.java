package dev.tophash.benchmarks;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.tophash.BytesLongMap;
import dev.tophash.LongLongMap;
import dev.tophash.NativeMap;
import dev.tophash.OffHeap;
import dev.tophash.StringLongMap;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.HashMap;

/**
 * Ways to keep keys of eight characters, such as {@code 00c0ffee}, in a map to {@code long}. A
 * benchmark's JVM meets one of them only, so that calls are inlined.
 */
public enum ShortKeys {
    STRING_LONG_MAP {
        @Override
        Subject create() {
            StringLongMap map = StringLongMap.create();
            return new Subject(map) {
                @Override
                public long get(Object key) {
                    return map.get((String) key);
                }

                @Override
                public long put(Object key, long value) {
                    return map.put((String) key, value);
                }
            };
        }
    },

    NATIVE_MAP {
        @Override
        Subject create() {
            NativeMap<String, Long> map = NativeMap.of(String.class, Long.class);
            return new Subject(map) {
                @Override
                public long get(Object key) {
                    return orZero(map.get(key));
                }

                @Override
                public long put(Object key, long value) {
                    return orZero(map.put((String) key, value));
                }
            };
        }
    },

    HASH_MAP {
        @Override
        Subject create() {
            HashMap<String, Long> map = new HashMap<>();
            return new Subject(map) {
                @Override
                public long get(Object key) {
                    return orZero(map.get(key));
                }

                @Override
                public long put(Object key, long value) {
                    return orZero(map.put((String) key, value));
                }
            };
        }
    },

    BYTES_ANY_LENGTH {
        @Override
        Subject create() {
            return bytes(BytesLongMap.create());
        }

        @Override
        Object key(byte[] characters) {
            return characters;
        }
    },

    BYTES_WIDTH_8 {
        @Override
        Subject create() {
            return bytes(BytesLongMap.builder().keyWidth(LENGTH).build());
        }

        @Override
        Object key(byte[] characters) {
            return characters;
        }
    },

    /** Eight bytes are also a long. */
    LONG_LONG_MAP {
        @Override
        Subject create() {
            LongLongMap map = LongLongMap.create();
            return new Subject(map) {
                @Override
                public long get(Object key) {
                    return map.get((long) AS_LONG.get((byte[]) key, 0));
                }

                @Override
                public long put(Object key, long value) {
                    return map.put((long) AS_LONG.get((byte[]) key, 0), value);
                }
            };
        }

        @Override
        Object key(byte[] characters) {
            return characters;
        }
    };

    /** Characters of a key. */
    static final int LENGTH = 8;

    private static final VarHandle AS_LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** An empty map. */
    abstract Subject create();

    /** A new object for a key as this map takes it. */
    Object key(byte[] characters) {
        return new String(characters, ISO_8859_1);
    }

    /**
     * The key of a number: {@code %08x}. Written with one instruction, because bytes that were
     * written one by one and are read as a word make the processor wait for all that went before.
     */
    final Object key(int number) {
        long digits = Integer.toUnsignedLong(number);
        digits = (digits << 16 | digits) & 0x0000ffff0000ffffL;
        digits = (digits << 8 | digits) & 0x00ff00ff00ff00ffL;
        digits = (digits << 4 | digits) & 0x0f0f0f0f0f0f0f0fL;
        long letters = (digits + 0x0606060606060606L >>> 4) & 0x0101010101010101L;
        byte[] characters = new byte[LENGTH];
        AS_LONG.set(
                characters,
                0,
                Long.reverseBytes(digits + 0x3030303030303030L + letters * ('a' - '0' - 10)));
        return key(characters);
    }

    private static long orZero(Long value) {
        return value == null ? 0 : value;
    }

    private static Subject bytes(BytesLongMap map) {
        return new Subject(map) {
            @Override
            public long get(Object key) {
                return map.get((byte[]) key);
            }

            @Override
            public long put(Object key, long value) {
                return map.put((byte[]) key, value);
            }
        };
    }

    /** A map as the benchmarks call it. */
    abstract static class Subject {
        private final Object whole;

        Subject(Object map) {
            this.whole = map;
        }

        abstract long get(Object key);

        abstract long put(Object key, long value);

        /** The map if it is one of Tophash's, or null. */
        final OffHeap offHeap() {
            return whole instanceof OffHeap map ? map : null;
        }
    }
}
