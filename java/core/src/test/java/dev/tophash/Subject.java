package dev.tophash;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.function.BiConsumer;

/**
 * A map under test whose keys are numbered, so that one test speaks about all maps: number i stands
 * for the long i, for a short or a long string with i in it, or for i in a digest's 16 bytes.
 */
sealed interface Subject extends AutoCloseable {
    /** The maps, and for bytes the ways in which keys and values are stored. */
    enum Kind {
        LONGS,
        SHORT_STRINGS,
        LONG_STRINGS,
        DIGESTS,
        VALUES;

        Subject create() {
            return withExpectedSize(0);
        }

        Subject withExpectedSize(long entries) {
            return switch (this) {
                case LONGS -> new Longs(LongLongMap.withExpectedSize(entries));
                case SHORT_STRINGS -> new Strings(StringLongMap.withExpectedSize(entries), false);
                case LONG_STRINGS -> new Strings(StringLongMap.withExpectedSize(entries), true);
                case DIGESTS ->
                        new Digests(
                                BytesLongMap.builder().keyWidth(16).expectedSize(entries).build());
                case VALUES -> new Values(BytesBytesMap.withExpectedSize(entries));
            };
        }

        /** A map with the entries from -> from, ... to - 1 -> to - 1. */
        Subject filled(long from, long to) {
            Subject subject = create();
            for (long i = from; i < to; i++) {
                subject.put(i, i);
            }
            return subject;
        }
    }

    OffHeapTable map();

    long get(long i);

    boolean contains(long i);

    long put(long i, long value);

    long putIfAbsent(long i, long value);

    long addTo(long i, long delta);

    long remove(long i);

    void putAll(long[] keys, long[] values);

    void removeAll(long[] keys);

    MapCursor cursor();

    /** Number of the key that a cursor of this map is at. */
    long keyOf(MapCursor cursor);

    void forEach(BiConsumer<Long, Long> action);

    /** Value of the entry that a cursor of any of these maps is at. */
    static long valueOf(MapCursor cursor) {
        return switch (cursor) {
            case LongLongMap.Cursor longs -> longs.value();
            case BytesKeyCursor bytes -> bytes.value();
            case BytesBytesMap.Cursor values -> Values.number(values.value());
            default -> throw new AssertionError(cursor);
        };
    }

    /** Gives the entry that a cursor of any of these maps is at another value. */
    static void setValue(MapCursor cursor, long value) {
        switch (cursor) {
            case LongLongMap.Cursor longs -> longs.setValue(value);
            case BytesKeyCursor bytes -> bytes.setValue(value);
            case BytesBytesMap.Cursor values -> values.setValue(Values.value(value));
            default -> throw new AssertionError(cursor);
        }
    }

    default long size() {
        return map().size();
    }

    @Override
    default void close() {
        map().close();
    }

    /** Numbers as keys. */
    record Longs(LongLongMap map) implements Subject {
        @Override
        public long get(long i) {
            return map.get(i);
        }

        @Override
        public boolean contains(long i) {
            return map.containsKey(i);
        }

        @Override
        public long put(long i, long value) {
            return map.put(i, value);
        }

        @Override
        public long putIfAbsent(long i, long value) {
            return map.putIfAbsent(i, value);
        }

        @Override
        public long addTo(long i, long delta) {
            return map.addTo(i, delta);
        }

        @Override
        public long remove(long i) {
            return map.remove(i);
        }

        @Override
        public void putAll(long[] keys, long[] values) {
            map.putAll(keys, values);
        }

        @Override
        public void removeAll(long[] keys) {
            map.removeAll(keys);
        }

        @Override
        public MapCursor cursor() {
            return map.cursor();
        }

        @Override
        public long keyOf(MapCursor cursor) {
            return ((LongLongMap.Cursor) cursor).key();
        }

        @Override
        public void forEach(BiConsumer<Long, Long> action) {
            map.forEach(action::accept);
        }
    }

    /** Numbers within strings as keys. */
    record Strings(StringLongMap map, boolean longKeys) implements Subject {
        private static final String PREFIX = "a key beyond the twelve bytes that a slot holds #";

        private String key(long i) {
            return longKeys ? PREFIX + i : "#" + i;
        }

        private long number(String key) {
            return Long.parseLong(key, key.indexOf('#') + 1, key.length(), 10);
        }

        private String[] keys(long[] numbers) {
            String[] keys = new String[numbers.length];
            for (int i = 0; i < keys.length; i++) {
                keys[i] = key(numbers[i]);
            }
            return keys;
        }

        @Override
        public long get(long i) {
            return map.get(key(i));
        }

        @Override
        public boolean contains(long i) {
            return map.containsKey(key(i));
        }

        @Override
        public long put(long i, long value) {
            return map.put(key(i), value);
        }

        @Override
        public long putIfAbsent(long i, long value) {
            return map.putIfAbsent(key(i), value);
        }

        @Override
        public long addTo(long i, long delta) {
            return map.addTo(key(i), delta);
        }

        @Override
        public long remove(long i) {
            return map.remove(key(i));
        }

        @Override
        public void putAll(long[] numbers, long[] values) {
            map.putAll(keys(numbers), values);
        }

        @Override
        public void removeAll(long[] numbers) {
            map.removeAll(keys(numbers));
        }

        @Override
        public MapCursor cursor() {
            return map.cursor();
        }

        @Override
        public long keyOf(MapCursor cursor) {
            return number(((StringLongMap.Cursor) cursor).key());
        }

        @Override
        public void forEach(BiConsumer<Long, Long> action) {
            map.forEach((key, value) -> action.accept(number(key), value));
        }
    }

    /** Numbers within keys of one width. */
    record Digests(BytesLongMap map) implements Subject {
        private static byte[] key(long i) {
            return ByteBuffer.allocate(16).putLong(~i).putLong(i).array();
        }

        private static Spans keys(long[] numbers) {
            byte[][] keys = new byte[numbers.length][];
            for (int i = 0; i < keys.length; i++) {
                keys[i] = key(numbers[i]);
            }
            return Spans.of(keys);
        }

        @Override
        public long get(long i) {
            return map.get(key(i));
        }

        @Override
        public boolean contains(long i) {
            return map.containsKey(key(i));
        }

        @Override
        public long put(long i, long value) {
            return map.put(key(i), value);
        }

        @Override
        public long putIfAbsent(long i, long value) {
            return map.putIfAbsent(key(i), value);
        }

        @Override
        public long addTo(long i, long delta) {
            return map.addTo(key(i), delta);
        }

        @Override
        public long remove(long i) {
            return map.remove(key(i));
        }

        @Override
        public void putAll(long[] numbers, long[] values) {
            map.putAll(keys(numbers), values);
        }

        @Override
        public void removeAll(long[] numbers) {
            map.removeAll(keys(numbers));
        }

        @Override
        public MapCursor cursor() {
            return map.cursor();
        }

        @Override
        public long keyOf(MapCursor cursor) {
            return ByteBuffer.wrap(((BytesLongMap.Cursor) cursor).key()).getLong(8);
        }

        @Override
        public void forEach(BiConsumer<Long, Long> action) {
            map.forEach((key, value) -> action.accept(ByteBuffer.wrap(key).getLong(8), value));
        }
    }

    /** Numbers within strings as keys, and at the start of longer and shorter values. */
    record Values(BytesBytesMap map) implements Subject {
        private static byte[] key(long i) {
            return ("key #" + i).getBytes(UTF_8);
        }

        static Spans keys(long[] numbers) {
            byte[][] keys = new byte[numbers.length][];
            for (int i = 0; i < keys.length; i++) {
                keys[i] = key(numbers[i]);
            }
            return Spans.of(keys);
        }

        static byte[] value(long value) {
            int length = Long.BYTES + (int) Math.floorMod(value, 40L);
            return ByteBuffer.allocate(length).putLong(value).array();
        }

        /** Number of a value; 0 for one that is none, which racing threads may come to see. */
        static long number(byte[] value) {
            return value == null || value.length < Long.BYTES
                    ? 0
                    : ByteBuffer.wrap(value).getLong();
        }

        @Override
        public long get(long i) {
            return number(map.get(key(i)));
        }

        @Override
        public boolean contains(long i) {
            return map.containsKey(key(i));
        }

        @Override
        public long put(long i, long value) {
            return number(map.getAndPut(key(i), value(value)));
        }

        @Override
        public long putIfAbsent(long i, long value) {
            return map.putIfAbsent(key(i), value(value)) ? get(i) : 0;
        }

        @Override
        public long addTo(long i, long delta) {
            long before = get(i);
            map.put(key(i), value(before + delta));
            return before;
        }

        @Override
        public long remove(long i) {
            return number(map.getAndRemove(key(i)));
        }

        @Override
        public void putAll(long[] numbers, long[] values) {
            byte[][] bytes = new byte[numbers.length][];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = value(values[i]);
            }
            map.putAll(keys(numbers), Spans.of(bytes));
        }

        @Override
        public void removeAll(long[] numbers) {
            map.removeAll(keys(numbers));
        }

        @Override
        public MapCursor cursor() {
            return map.cursor();
        }

        private static long numberOf(byte[] key) {
            return Long.parseLong(new String(key, UTF_8).substring(5));
        }

        @Override
        public long keyOf(MapCursor cursor) {
            return numberOf(((BytesBytesMap.Cursor) cursor).key());
        }

        @Override
        public void forEach(BiConsumer<Long, Long> action) {
            map.forEach((key, value) -> action.accept(numberOf(key), number(value)));
        }
    }
}
