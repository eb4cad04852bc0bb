package dev.tophash.cli;

import dev.tophash.StringLongMap;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** The entries of a map with the highest counts. */
final class TopEntries {
    /** A key as it was in the input, and how often. */
    record Entry(byte[] key, long count) {}

    /** Highest count first; among equal counts, keys in the order of their unsigned bytes. */
    private static final Comparator<Entry> ORDER =
            Comparator.comparingLong(Entry::count)
                    .reversed()
                    .thenComparing(Entry::key, Arrays::compareUnsigned);

    private TopEntries() {}

    /** At most {@code limit} entries (0 or more), in order. */
    static List<Entry> of(StringLongMap map, int limit) {
        PriorityQueue<Entry> best = new PriorityQueue<>(ORDER.reversed());
        var cursor = map.cursor();
        while (limit > 0 && cursor.next()) {
            long count = cursor.value();
            if (best.size() == limit && count < best.peek().count) {
                continue; // nearly all of them: no object is made
            }
            best.add(new Entry(cursor.keyBytes(), count));
            if (best.size() > limit) {
                best.poll();
            }
        }
        List<Entry> entries = new ArrayList<>(best);
        entries.sort(ORDER);
        return entries;
    }
}
