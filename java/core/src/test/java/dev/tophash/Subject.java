package dev.tophash;

import java.util.function.BiConsumer;

/**
 * A map under test whose keys are numbered, so that one test speaks about all maps: number i stands
 * for the long i, or for a short or a long string with i in it.
 */
sealed interface Subject extends AutoCloseable {
    /** The maps, and for strings the two ways in which keys are stored. */
    enum Kind {
        LONGS,
        SHORT_STRINGS,
        LONG_STRINGS;

        Subject create() {
            return withExpectedSize(0);
        }

        Subject withExpectedSize(long entries) {
            return this == LONGS
                    ? new Longs(LongLongMap.withExpectedSize(entries))
                    : new Strings(StringLongMap.withExpectedSize(entries), this == LONG_STRINGS);
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

    OffHeapMap map();

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
}
