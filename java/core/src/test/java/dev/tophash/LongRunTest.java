package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/**
 * One long random run each, to several hundred thousand entries and down again, next to a {@link
 * HashMap}.
 */
class LongRunTest {
    private static final int KEYS = Effort.rounds(600_000);
    private static final int OPERATIONS = Effort.rounds(1_500_000);

    /** In thirds: mostly insertions, a balance, mostly removals. */
    private static boolean inserts(Random random, int i) {
        int third = i / (OPERATIONS / 3 + 1);
        return random.nextInt(10) < (third == 0 ? 9 : third == 1 ? 5 : 2);
    }

    @Test
    void longs() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Map<Long, Long> model = new HashMap<>();
        int most = 0;
        try (LongLongMap map = LongLongMap.create()) {
            for (int i = 0; i < OPERATIONS; i++) {
                long key = random.nextInt(KEYS) * 0x9e3779b97f4a7c15L;
                if (inserts(random, i)) {
                    Long before = model.put(key, (long) i);
                    assertEquals(
                            before == null ? 0 : before, map.put(key, i), () -> "seed " + seed);
                } else {
                    Long before = model.remove(key);
                    assertEquals(
                            before == null ? 0 : before, map.remove(key), () -> "seed " + seed);
                }
                most = Math.max(most, model.size());
            }
            assertTrue(most > KEYS / 2);
            assertEquals(model.size(), map.size());
            long[] walked = {0};
            map.forEach(
                    (key, value) -> {
                        walked[0]++;
                        assertEquals(model.get(key), value, () -> "seed " + seed);
                    });
            assertEquals(model.size(), walked[0]);
            long[] keys = model.keySet().stream().mapToLong(k -> k).toArray();
            assertEquals(keys.length, map.getAll(keys, new long[keys.length]));
            assertEquals(keys.length, map.removeAll(keys));
            assertTrue(map.isEmpty());
        }
    }

    /** Keys of 1 to 60 bytes, so that the bytes heap is used, emptied and compacted. */
    @Test
    void strings() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Map<String, Long> model = new HashMap<>();
        try (StringLongMap map = StringLongMap.create()) {
            for (int i = 0; i < OPERATIONS / 3; i++) {
                int number = random.nextInt(KEYS / 3);
                String key =
                        "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"
                                        .substring(number % 53)
                                + number;
                if (inserts(random, 3 * i)) {
                    Long before = model.merge(key, (long) i, Long::sum);
                    assertEquals(before - i, map.addTo(key, i), () -> "seed " + seed);
                } else {
                    Long before = model.remove(key);
                    assertEquals(
                            before == null ? 0 : before, map.remove(key), () -> "seed " + seed);
                }
            }
            assertEquals(model.size(), map.size());
            long[] walked = {0};
            map.forEach(
                    (key, value) -> {
                        walked[0]++;
                        assertEquals(model.get(key), value, () -> "seed " + seed);
                    });
            assertEquals(model.size(), walked[0]);
            String[] keys = model.keySet().toArray(String[]::new);
            assertEquals(keys.length, map.removeAll(keys));
            assertTrue(map.isEmpty());
        }
    }
}
