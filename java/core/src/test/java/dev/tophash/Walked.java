package dev.tophash;

import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/**
 * A map or set under test together with one way to walk over it. Its entries are numbered: number i
 * stands for the long i, the int i, or a string with i in it.
 *
 * @param hasValues whether a walk reads values; otherwise it reads keys as values
 */
record Walked(
        OffHeap map,
        Put put,
        LongConsumer remove,
        LongPredicate contains,
        Runnable clear,
        LongSupplier size,
        Supplier<Walk> start,
        boolean hasValues)
        implements AutoCloseable {
    /** The ways to walk: a cursor, or an iterator of a map, a set or a view. */
    enum Kind {
        LONG_LONG_CURSOR,
        INT_INT_CURSOR,
        LONG_DOUBLE_CURSOR,
        INT_SET_CURSOR,
        ENTRIES_OF_STRINGS,
        ENTRIES_OF_WORDS,
        KEYS,
        VALUES,
        ELEMENTS,
        MAP_VIEW,
        SET_VIEW;

        Walked create(int seed) {
            return switch (this) {
                case LONG_LONG_CURSOR -> longLongCursor(seed);
                case INT_INT_CURSOR -> intIntCursor(seed);
                case LONG_DOUBLE_CURSOR -> longDoubleCursor(seed);
                case INT_SET_CURSOR -> intSetCursor(seed);
                case ENTRIES_OF_STRINGS -> entriesOfStrings(seed);
                case ENTRIES_OF_WORDS -> entriesOfWords(seed);
                case KEYS -> Walked.keys(seed);
                case VALUES -> Walked.values(seed);
                case ELEMENTS -> elements(seed);
                case MAP_VIEW -> mapView(seed);
                case SET_VIEW -> setView(seed);
            };
        }

        /** A map with the entries from -> from, ... to - 1 -> to - 1. */
        Walked filled(int seed, long from, long to) {
            Walked walked = create(seed);
            walked.fill(from, to);
            return walked;
        }
    }

    /** Puts an entry; sets ignore the value. */
    @FunctionalInterface
    interface Put {
        void accept(long i, long value);
    }

    /** What cursors and iterators have in common. */
    interface Walk {
        boolean next();

        long key();

        long value();

        void remove();
    }

    void fill(long from, long to) {
        for (long i = from; i < to; i++) {
            put.accept(i, i);
        }
    }

    @Override
    public void close() {
        map.close();
    }

    private static final String LONG = " of the keys that do not fit into the slots of a table";

    private static String string(long i) {
        return i % 2 == 0 ? "#" + i : "#" + i + LONG;
    }

    private static long number(String s) {
        int end = s.indexOf(' ');
        return Long.parseLong(s, 1, end < 0 ? s.length() : end, 10);
    }

    /** A walk by a cursor. */
    private record ByCursor<C extends MapCursor>(
            C cursor, ToLongFunction<C> keys, ToLongFunction<C> values) implements Walk {
        @Override
        public boolean next() {
            return cursor.next();
        }

        @Override
        public long key() {
            return keys.applyAsLong(cursor);
        }

        @Override
        public long value() {
            return values.applyAsLong(cursor);
        }

        @Override
        public void remove() {
            cursor.remove();
        }
    }

    /** A walk by an iterator. */
    private static final class ByIterator<T> implements Walk {
        private final Iterator<T> iterator;
        private final ToLongFunction<T> keys;
        private final ToLongFunction<T> values;
        private T current;

        ByIterator(Iterable<T> all, ToLongFunction<T> keys, ToLongFunction<T> values) {
            this.iterator = all.iterator();
            this.keys = keys;
            this.values = values;
        }

        @Override
        public boolean next() {
            if (!iterator.hasNext()) {
                return false;
            }
            current = iterator.next();
            return true;
        }

        @Override
        public long key() {
            return keys.applyAsLong(current);
        }

        @Override
        public long value() {
            return values.applyAsLong(current);
        }

        @Override
        public void remove() {
            iterator.remove();
        }
    }

    private static Walked longLongCursor(int seed) {
        LongLongMap map = LongLongMap.builder().seed(seed).build();
        return new Walked(
                map,
                map::put,
                map::remove,
                map::containsKey,
                map::clear,
                map::size,
                () ->
                        new ByCursor<>(
                                map.cursor(), LongLongMap.Cursor::key, LongLongMap.Cursor::value),
                true);
    }

    private static Walked intIntCursor(int seed) {
        IntIntMap map = IntIntMap.builder().seed(seed).build();
        return new Walked(
                map,
                (i, value) -> map.put((int) i, (int) value),
                i -> map.remove((int) i),
                i -> map.containsKey((int) i),
                map::clear,
                map::size,
                () -> new ByCursor<>(map.cursor(), IntIntMap.Cursor::key, IntIntMap.Cursor::value),
                true);
    }

    private static Walked longDoubleCursor(int seed) {
        LongDoubleMap map = LongDoubleMap.builder().seed(seed).build();
        return new Walked(
                map,
                map::put,
                map::remove,
                map::containsKey,
                map::clear,
                map::size,
                () ->
                        new ByCursor<>(
                                map.cursor(), LongDoubleMap.Cursor::key, c -> (long) c.value()),
                true);
    }

    private static Walked intSetCursor(int seed) {
        IntSet set = IntSet.builder().seed(seed).build();
        return new Walked(
                set,
                (i, value) -> set.add((int) i),
                i -> set.remove((int) i),
                i -> set.contains((int) i),
                set::clear,
                set::size,
                () -> new ByCursor<>(set.cursor(), IntSet.Cursor::element, IntSet.Cursor::element),
                false);
    }

    /** A walk over a part of a map from numbers to numbers. */
    private static <T> Walked ofView(
            OffHeap owner,
            Map<Long, Long> map,
            Iterable<T> all,
            ToLongFunction<T> keys,
            ToLongFunction<T> values,
            boolean hasValues) {
        return new Walked(
                owner,
                map::put,
                map::remove,
                map::containsKey,
                map::clear,
                map::size,
                () -> new ByIterator<>(all, keys, values),
                hasValues);
    }

    private static Walked entriesOfWords(int seed) {
        NativeMap<Long, Long> map = NativeMap.builder(Codecs.LONG, Codecs.LONG).seed(seed).build();
        return ofView(map, map, map.entrySet(), Map.Entry::getKey, Map.Entry::getValue, true);
    }

    private static Walked keys(int seed) {
        NativeMap<Long, Long> map = NativeMap.builder(Codecs.LONG, Codecs.LONG).seed(seed).build();
        return ofView(map, map, map.keySet(), i -> i, i -> i, false);
    }

    private static Walked mapView(int seed) {
        LongLongMap map = LongLongMap.builder().seed(seed).build();
        Map<Long, Long> view = map.asMap();
        return ofView(map, view, view.entrySet(), Map.Entry::getKey, Map.Entry::getValue, true);
    }

    private static Walked entriesOfStrings(int seed) {
        NativeMap<String, Long> map =
                NativeMap.builder(Codecs.STRING, Codecs.LONG).seed(seed).build();
        return new Walked(
                map,
                (i, value) -> map.put(string(i), value),
                i -> map.remove(string(i)),
                i -> map.containsKey(string(i)),
                map::clear,
                map::sizeAsLong,
                () ->
                        new ByIterator<>(
                                map.entrySet(), e -> number(e.getKey()), Map.Entry::getValue),
                true);
    }

    /** Values that say what their key is. */
    private static Walked values(int seed) {
        NativeMap<Long, String> map =
                NativeMap.builder(Codecs.LONG, Codecs.STRING).seed(seed).build();
        return new Walked(
                map,
                (i, value) -> map.put(i, value + "=" + string(i)),
                map::remove,
                map::containsKey,
                map::clear,
                map::sizeAsLong,
                () ->
                        new ByIterator<>(
                                map.values(),
                                s -> number(s.substring(s.indexOf('=') + 1)),
                                s -> Long.parseLong(s, 0, s.indexOf('='), 10)),
                true);
    }

    private static Walked elements(int seed) {
        NativeSet<String> set = NativeSet.builder(Codecs.STRING).seed(seed).build();
        return new Walked(
                set,
                (i, value) -> set.add(string(i)),
                i -> set.remove(string(i)),
                i -> set.contains(string(i)),
                set::clear,
                set::sizeAsLong,
                () -> new ByIterator<>(set, Walked::number, Walked::number),
                false);
    }

    private static Walked setView(int seed) {
        LongSet owner = LongSet.builder().seed(seed).build();
        Set<Long> set = owner.asSet();
        return new Walked(
                owner,
                (i, value) -> set.add(i),
                set::remove,
                set::contains,
                set::clear,
                set::size,
                () -> new ByIterator<>(set, i -> i, i -> i),
                false);
    }
}
