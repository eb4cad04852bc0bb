package dev.tophash.cli;

import dev.tophash.StringLongMap;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** The entries of a map with the highest counts. */
final class TopEntries {
    /**
     * A key as it was in the input, and how often. In order, the highest count comes first; among
     * equal counts, keys go by their unsigned bytes.
     */
    record Entry(byte[] key, long count) implements Comparable<Entry> {
        @Override
        public int compareTo(Entry other) {
            int byCount = Long.compare(other.count, count);
            return byCount != 0 ? byCount : Arrays.compareUnsigned(key, other.key);
        }
    }

    private TopEntries() {}

    /** At most {@code limit} entries (0 or more), in order. */
    static List<Entry> of(StringLongMap map, int limit) {
        PriorityQueue<Entry> best = new PriorityQueue<>(Comparator.reverseOrder());
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
        entries.sort(null);
        return entries;
    }
}
