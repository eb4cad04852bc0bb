package dev.tophash.cli;

import dev.tophash.NativeMap;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Puts rows into a map, by the thousand. Not thread-safe. */
final class EntryLoader<K, V> {
    private static final int BATCH = 4096;

    private final NativeMap<K, V> map;
    private final EntryTypes<K, V> types;
    private final Duplicates duplicates;
    private final BadRows badRows;

    private final K[] keys;
    private final V[] values;
    private final long[] lines = new long[BATCH];
    private int count;

    /** For batches that are looked through before: where each key is among the different ones. */
    private final Map<K, Integer> places = new HashMap<>();

    /** The caller owns the map, and calls {@link #flush} at the end. */
    @SuppressWarnings("unchecked") // arrays of Object, but only K and V get in, and they stay here
    EntryLoader(
            NativeMap<K, V> map, EntryTypes<K, V> types, Duplicates duplicates, BadRows badRows) {
        this.map = map;
        this.types = types;
        this.duplicates = duplicates;
        this.badRows = badRows;
        keys = (K[]) new Object[BATCH];
        values = (V[]) new Object[BATCH];
    }

    /** Takes a row. */
    void add(Row row, int keyColumn, int valueColumn) throws CommandFailure {
        try {
            keys[count] = row.value(keyColumn, types.keys().parser());
            values[count] = row.value(valueColumn, types.values().parser());
        } catch (BadRow e) {
            flush(); // bad rows among those before come first
            badRows.add(row.line(), e);
            return;
        }
        lines[count++] = row.line();
        if (count == BATCH) {
            flush();
        }
    }

    /** Puts what was taken so far. */
    void flush() throws CommandFailure {
        if (duplicates == Duplicates.LAST) {
            map.putAll(Arrays.copyOf(keys, count), Arrays.copyOf(values, count));
        } else if (count > 0) {
            merge();
        }
        count = 0;
    }

    /** Brings the rows together with the values that their keys have, in order. */
    private void merge() throws CommandFailure {
        int[] place = new int[count];
        K[] different = Arrays.copyOf(keys, count);
        places.clear();
        for (int i = 0; i < count; i++) {
            int next = places.size();
            Integer known = places.putIfAbsent(keys[i], next);
            place[i] = known == null ? next : known;
            different[place[i]] = keys[i];
        }
        different = Arrays.copyOf(different, places.size());
        V[] merged = Arrays.copyOf(values, different.length);
        map.getAll(different, merged);
        for (int i = 0; i < count; i++) {
            V before = merged[place[i]];
            try {
                merged[place[i]] =
                        before == null
                                ? values[i]
                                : duplicates.merge(types, keys[i], before, values[i]);
            } catch (BadRow e) {
                badRows.add(lines[i], e);
            }
        }
        map.putAll(different, merged);
    }
}
