package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Batches of durable maps: what they do, what they cost, and what is left of one that ends early.
 */
@Timeout(300)
class DurableBatchTest {
    @TempDir Path directory;

    private Path file() {
        return directory.resolve("map");
    }

    private DurableMap<String, Long> open() throws IOException {
        return DurableMap.open(file(), String.class, Long.class);
    }

    private static String[] keys(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "key " + i).toArray(String[]::new);
    }

    private static Long[] values(int length, long first) {
        Long[] values = new Long[length];
        Arrays.setAll(values, i -> first + i);
        return values;
    }

    @Test
    void doWhatSingleWritesDo() throws Exception {
        Map<String, Long> model = new HashMap<>();
        Random random = new Random(3);
        for (int round = 0; round < 4; round++) {
            try (DurableMap<String, Long> map = open()) {
                assertEquals(model, map);
                for (int i = 0; i < 20; i++) {
                    int from = random.nextInt(400);
                    String[] keys = keys(from, from + random.nextInt(300));
                    Long[] values = values(keys.length, i);
                    long present = Arrays.stream(keys).filter(model::containsKey).count();
                    if (i % 3 == 2) {
                        assertEquals(present, map.removeAll(keys));
                        Arrays.asList(keys).forEach(model::remove);
                    } else {
                        assertEquals(present, map.putAll(keys, values));
                        for (int k = 0; k < keys.length; k++) {
                            model.put(keys[k], values[k]);
                        }
                    }
                }
                checkLookups(map, model);
            }
        }
    }

    private static void checkLookups(DurableMap<String, Long> map, Map<String, Long> model) {
        String[] keys = keys(0, 1000);
        Long[] values = new Long[keys.length];
        boolean[] found = new boolean[keys.length];
        assertEquals(model.size(), map.sizeAsLong());
        assertEquals(model.size(), map.getAll(keys, values));
        assertEquals(model.size(), map.containsAll(keys, found));
        assertArrayEquals(Arrays.stream(keys).map(model::get).toArray(), values);
        for (int i = 0; i < keys.length; i++) {
            assertEquals(model.containsKey(keys[i]), found[i], keys[i]);
        }
    }

    @Test
    void ofTheSameKeyTheLastOneCounts() throws Exception {
        try (DurableMap<String, Long> map = open()) {
            assertEquals(2, map.putAll(new String[] {"a", "a", "a"}, new Long[] {1L, 2L, 3L}));
            assertEquals(1, map.removeAll(new String[] {"b", "a", "a"}));
            assertEquals(1, map.putAll(new String[] {"a", "a"}, new Long[] {4L, 5L}));
        }
        try (DurableMap<String, Long> map = open()) {
            assertEquals(Map.of("a", 5L), map);
        }
    }

    /** Frames in the first segment: each is written, and synced, in one piece. */
    private int frames() throws IOException {
        ByteBuffer segment =
                ByteBuffer.wrap(Files.readAllBytes(directory.resolve("map.log.1")))
                        .order(ByteOrder.LITTLE_ENDIAN);
        int frames = 0;
        for (int at = 192; at < segment.limit(); at += 32 + segment.getInt(at + 24)) {
            frames++;
        }
        return frames;
    }

    @ParameterizedTest
    @ValueSource(strings = {"putAll", "putAll of a map", "removeAll", "replaceAll", "clear"})
    void costOneSync(String batch) throws Exception {
        try (DurableMap<String, Long> map = open()) {
            map.putAll(keys(0, 500), values(500, 0));
            assertEquals(1, frames());
            switch (batch) {
                case "putAll" -> map.putAll(keys(0, 700), values(700, 1));
                case "putAll of a map" -> map.putAll(Map.copyOf(map));
                case "removeAll" -> map.removeAll(keys(0, 300));
                case "replaceAll" -> map.replaceAll((k, v) -> v + 1);
                default -> map.clear();
            }
            assertEquals(2, frames());
            assertSafe(map);
        }
    }

    private void assertSafe(DurableMap<String, Long> map) throws IOException {
        Path crashed = DurableFiles.crashed(file(), "crashed");
        try (DurableMap<String, Long> other = DurableMap.open(crashed, String.class, Long.class)) {
            assertEquals(map, other);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"arrays", "map", "removeAll"})
    void oneThatThrowsHasDoneWhatCameBefore(String how) throws Exception {
        String[] keys = keys(0, 100);
        Map<String, Long> expected = new HashMap<>();
        try (DurableMap<String, Long> map = open()) {
            map.put("key 1", -1L);
            map.put("key 99", -1L);
            switch (how) {
                case "arrays" -> {
                    Long[] values = values(100, 0);
                    values[60] = null;
                    assertThrows(NullPointerException.class, () -> map.putAll(keys, values));
                }
                case "map" -> {
                    Map<String, Long> bad = new LinkedHashMap<>();
                    for (int i = 0; i < 100; i++) {
                        bad.put(keys[i], i == 60 ? null : (Long) (long) i);
                    }
                    assertThrows(NullPointerException.class, () -> map.putAll(bad));
                }
                default -> {
                    keys[60] = null;
                    assertThrows(NullPointerException.class, () -> map.removeAll(keys));
                }
            }
            expected.put("key 99", -1L);
            if (!how.equals("removeAll")) {
                for (long i = 0; i < 60; i++) {
                    expected.put("key " + i, i);
                }
            }
            assertEquals(expected, map);
            assertSafe(map);
        }
    }

    @Test
    void lengthsThatDifferAreRefused() throws Exception {
        try (DurableMap<String, Long> map = open()) {
            assertThrows(
                    IllegalArgumentException.class, () -> map.putAll(keys(0, 2), values(3, 0)));
            assertThrows(IllegalArgumentException.class, () -> map.getAll(keys(0, 2), new Long[1]));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> map.containsAll(keys(0, 2), new boolean[3]));
            assertTrue(map.isEmpty());
        }
    }

    /** What all maps off the heap can do, beside the log. */
    @Test
    void memoryIsMovedAndShrunkBesideTheLog() throws Exception {
        try (DurableMap<String, Long> map = open()) {
            map.reserve(5000);
            map.putAll(keys(0, 1000), values(1000, 0));
            map.migrate(MemoryPolicy.spread());
            long reserved = map.nativeBytes();
            map.removeAll(keys(10, 1000));
            map.shrinkToFit();
            assertTrue(map.nativeBytes() < reserved, "of " + reserved + " all are there");
            assertEquals(10, map.fullStats().size());
            assertEquals(10, map.keySet().stream().distinct().count());
            assertSafe(map);
            IllegalStateException e = assertThrows(IllegalStateException.class, map::verify);
            assertTrue(e.getMessage().contains("was not opened from a file"), e.getMessage());
        }
    }
}
