package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/** What a {@link ConcurrentLongLongMap} does with one thread. */
class ConcurrentLongLongMapTest {
    @Test
    void holdsNothingBeforeTheFirstWrite() {
        long before = Tophash.nativeBytes();
        try (ConcurrentLongLongMap map = ConcurrentLongLongMap.create()) {
            assertEquals(0, map.get(1));
            assertFalse(map.containsKey(1));
            assertEquals(0, map.remove(1));
            assertFalse(map.remove(1, 0));
            assertFalse(map.replace(1, 0, 2));
            assertEquals(0, map.size());
            assertTrue(map.isEmpty());
            assertEquals(0, map.getAll(new long[3], new long[3]));
            assertEquals(0, map.containsAll(new long[3], new boolean[3]));
            assertEquals(0, map.removeAll(new long[3]));
            map.forEach((k, v) -> assertTrue(false));
            map.clear();
            map.shrinkToFit();
            assertEquals(0, map.nativeBytes());
            assertEquals(before, Tophash.nativeBytes());
        }
    }

    @Test
    void aPartIsMadeAtItsFirstWrite() {
        try (ConcurrentLongLongMap map = ConcurrentLongLongMap.builder().shards(4096).build()) {
            map.put(1, 2);
            long one = map.nativeBytes();
            map.put(2, 3);
            map.put(3, 4);
            long three = map.nativeBytes();
            assertTrue(three > one && three < 2 * one, one + " and " + three);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 64, 4096})
    void doesWhatAHashMapDoes(int shards) {
        Random random = new Random(shards);
        Map<Long, Long> model = new HashMap<>();
        try (ConcurrentLongLongMap map =
                ConcurrentLongLongMap.builder().shards(shards).defaultValue(-7).build()) {
            for (int i = 0; i < 60_000; i++) {
                long key = random.nextInt(5000) * 0x9e3779b97f4a7c15L;
                long value = random.nextInt(4);
                step(map, model, random.nextInt(9), key, value);
            }
            assertEquals(model.size(), map.size());
            assertEquals(model, map.asMap());
            Map<Long, Long> walked = new HashMap<>();
            map.forEach((k, v) -> assertEquals(null, walked.put(k, v)));
            assertEquals(model, walked);
        }
    }

    private static void step(
            ConcurrentLongLongMap map, Map<Long, Long> model, int kind, long key, long value) {
        switch (kind) {
            case 0 -> assertEquals(orDefault(model.put(key, value)), map.put(key, value));
            case 1 ->
                    assertEquals(
                            orDefault(model.putIfAbsent(key, value)), map.putIfAbsent(key, value));
            case 2 -> assertEquals(orDefault(model.remove(key)), map.remove(key));
            case 3 -> assertEquals(model.remove(key, value), map.remove(key, value));
            case 4 ->
                    assertEquals(
                            model.replace(key, value, value + 1),
                            map.replace(key, value, value + 1));
            case 5 ->
                    assertEquals(
                            model.computeIfAbsent(key, k -> k + value),
                            map.computeIfAbsent(key, k -> k + value));
            case 6 ->
                    assertEquals(
                            model.merge(key, value, Long::sum), map.merge(key, value, Long::sum));
            case 7 -> {
                long before = map.addTo(key, value);
                assertEquals(orDefault(model.get(key)), before);
                model.put(key, before + value);
            }
            default -> {
                assertEquals(orDefault(model.get(key)), map.get(key));
                assertEquals(model.containsKey(key), map.containsKey(key));
            }
        }
    }

    private static long orDefault(Long value) {
        return value == null ? -7 : value;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100, 1024, 50_000})
    void batchesDoWhatSingleCallsDo(int n) {
        Random random = new Random(n);
        long[] keys = random.longs(n, 0, n).toArray();
        long[] values = random.longs(n).toArray();
        try (ConcurrentLongLongMap map = ConcurrentLongLongMap.create();
                LongLongMap model = LongLongMap.create()) {
            assertEquals(model.putAll(keys, values), map.putAll(keys, values));
            assertEquals(model.addAll(keys, values), map.addAll(keys, values));
            long[] asked = random.longs(2L * n, 0, 2L * n).toArray();
            long[] found = new long[2 * n];
            long[] expected = new long[2 * n];
            assertEquals(model.getAll(asked, expected), map.getAll(asked, found));
            assertArrayEquals(expected, found);
            boolean[] there = new boolean[2 * n];
            boolean[] thereInModel = new boolean[2 * n];
            assertEquals(model.containsAll(asked, thereInModel), map.containsAll(asked, there));
            assertArrayEquals(thereInModel, there);
            assertEquals(model.removeAll(asked), map.removeAll(asked));
            assertEquals(model.size(), map.size());
        }
    }

    @Test
    void clearsShrinksReservesAndMigrates() {
        try (ConcurrentLongLongMap map = ConcurrentLongLongMap.create()) {
            map.reserve(100_000);
            long reserved = map.nativeBytes();
            for (long i = 0; i < 100_000; i++) {
                map.put(i, ~i);
            }
            assertTrue(map.nativeBytes() < reserved * 1.1, "grew all the same");
            map.migrate(MemoryPolicy.local());
            map.shrinkToFit();
            for (long i = 0; i < 100_000; i++) {
                assertEquals(~i, map.get(i));
            }
            assertEquals(100_000, map.stats().size());
            assertEquals(100_000, map.fullStats().size());
            map.clear();
            assertEquals(0, map.size());
            assertEquals(0, map.get(5));
            map.put(5, 6);
            assertEquals(6, map.get(5));
            map.clear();
            map.shrinkToFit();
            assertTrue(map.nativeBytes() < 200_000, map.nativeBytes() + " bytes");
        }
    }

    @Test
    void closesWithItsArena() {
        ConcurrentLongLongMap map;
        try (Arena arena = Arena.ofShared()) {
            map = ConcurrentLongLongMap.builder().arena(arena).build();
            map.put(1, 2);
        }
        assertTrue(map.isClosed());
        assertTrue(
                assertThrows(IllegalStateException.class, () -> map.put(1, 2))
                        .getMessage()
                        .contains("ConcurrentLongLongMap is closed"));
        assertThrows(IllegalStateException.class, () -> map.get(1));
    }

    @Test
    void numbersOfShardsThatThereCannotBe() {
        for (int shards : new int[] {-1, 0, 3, 4097, 8192}) {
            assertTrue(
                    assertThrows(
                                    IllegalArgumentException.class,
                                    () -> ConcurrentLongLongMap.builder().shards(shards))
                            .getMessage()
                            .contains("shards is " + shards));
        }
    }
}
