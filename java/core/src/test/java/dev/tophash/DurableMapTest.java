package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Maps that survive: what is there when they are opened again. */
@Timeout(300)
class DurableMapTest {
    @TempDir Path directory;

    private Path file() {
        return directory.resolve("map.tophash");
    }

    private DurableMap<String, String> open() throws IOException {
        return DurableFiles.open(file());
    }

    private Path crashed(String name) throws IOException {
        return DurableFiles.crashed(file(), name);
    }

    static List<Durability> durabilities() {
        return List.of(
                Durability.EACH_WRITE, Durability.every(Duration.ofMillis(5)), Durability.ON_CLOSE);
    }

    @ParameterizedTest
    @MethodSource("durabilities")
    void isWhatItWasWhenItIsOpenedAgain(Durability durability) throws Exception {
        Map<String, Long> model = new HashMap<>();
        Random random = new Random(1);
        for (int round = 0; round < 6; round++) {
            try (DurableMap<String, Long> map =
                    DurableMap.builder(Codecs.STRING, Codecs.LONG)
                            .durability(durability)
                            .open(file())) {
                assertEquals(model, map);
                for (int i = 0; i < 300; i++) {
                    change(map, model, random);
                }
                if (round % 2 == 1) {
                    map.compact();
                    change(map, model, random);
                }
                if (round == 3) {
                    map.clear();
                    model.clear();
                }
            }
        }
    }

    private static void change(Map<String, Long> map, Map<String, Long> model, Random random) {
        String key = "key that is long enough for a block " + random.nextInt(50);
        long value = random.nextInt(3);
        switch (random.nextInt(10)) {
            case 0 -> assertEquals(model.remove(key), map.remove(key));
            case 1 -> assertEquals(model.putIfAbsent(key, value), map.putIfAbsent(key, value));
            case 2 -> assertEquals(model.replace(key, value), map.replace(key, value));
            case 3 -> assertEquals(model.replace(key, value, 7L), map.replace(key, value, 7L));
            case 4 -> assertEquals(model.remove(key, value), map.remove(key, value));
            case 5 ->
                    assertEquals(
                            model.merge(key, value, Long::sum), map.merge(key, value, Long::sum));
            case 6 ->
                    assertEquals(
                            model.compute(key, (k, v) -> v == null ? 1L : null),
                            map.compute(key, (k, v) -> v == null ? 1L : null));
            case 7 -> {
                model.replaceAll((k, v) -> v + 1);
                map.replaceAll((k, v) -> v + 1);
            }
            case 8 -> {
                Map<String, Long> some = Map.of(key, value, "another", 5L);
                model.putAll(some);
                map.putAll(some);
            }
            default -> assertEquals(model.put(key, value), map.put(key, value));
        }
    }

    @Test
    void whatHasReturnedSurvivesACrash() throws Exception {
        try (DurableMap<String, String> map = DurableMap.open(file(), String.class, String.class)) {
            for (int i = 0; i < 10; i++) {
                map.put("k" + i, "v".repeat(i * 100));
                map.remove("k" + (i - 5));
                if (i == 6) {
                    map.compact();
                }
                try (DurableMap<String, String> other = DurableFiles.open(crashed("crash" + i))) {
                    assertEquals(map, other);
                }
            }
        }
    }

    @Test
    void lessDurableOnesLoseNoMoreThanTheySay() throws Exception {
        try (DurableMap<String, String> map = open()) {
            map.put("a", "1");
            map.sync();
            map.put("b", "2");
            try (DurableMap<String, String> other = DurableFiles.open(crashed("crash"))) {
                assertEquals("1", other.get("a"));
            }
        }
        try (DurableMap<String, String> map =
                DurableMap.builder(Codecs.STRING, Codecs.STRING)
                        .durability(Durability.every(Duration.ofMillis(1)))
                        .open(file())) {
            map.put("c", "3");
            long deadline = Effort.deadline();
            boolean there = false;
            for (int i = 0; !there && System.nanoTime() < deadline; i++) {
                try (DurableMap<String, String> other = DurableFiles.open(crashed("later" + i))) {
                    there = "3".equals(other.get("c"));
                }
            }
            assertTrue(there, "was never written");
        }
    }

    @Test
    void compactsByItself() throws Exception {
        try (DurableMap<String, String> map =
                DurableMap.builder(Codecs.STRING, Codecs.STRING)
                        .durability(Durability.every(Duration.ofMillis(1)))
                        .compactAfter(10_000)
                        .open(file())) {
            String value = "v".repeat(1000);
            long deadline = Effort.deadline();
            for (int i = 0; !Files.exists(file()) && System.nanoTime() < deadline; i++) {
                map.put("k" + i % 10, value + i);
            }
            assertTrue(Files.exists(file()));
        }
    }

    @Test
    void compactionBesideWritersLosesNothing() throws Exception {
        int threads = 3;
        long each = Effort.rounds(20_000);
        try (DurableMap<Long, Long> map =
                        DurableMap.builder(Codecs.LONG, Codecs.LONG)
                                .durability(Durability.ON_CLOSE)
                                .open(file());
                ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            List<Future<?>> writers = new ArrayList<>();
            for (long t = 1; t <= threads; t++) {
                long me = t << 32;
                writers.add(pool.submit(() -> write(map, me, each)));
            }
            int compactions = 0;
            while (!writers.stream().allMatch(Future::isDone) || compactions < 3) {
                map.compact();
                compactions++;
            }
            for (Future<?> one : writers) {
                one.get();
            }
        }
        try (DurableMap<Long, Long> map = DurableMap.open(file(), Long.class, Long.class)) {
            assertEquals(500 + threads * 100, map.size());
            long sum = 0;
            for (long i = 0; i < 500; i++) {
                sum += map.get(i);
            }
            assertEquals(threads * each, sum);
        }
    }

    /** Counts on keys that others use too, and leaves its last 100 own ones. */
    private static void write(Map<Long, Long> map, long own, long times) {
        for (long i = 0; i < times; i++) {
            map.merge(i % 500, 1L, Long::sum);
            map.put(own | i, i);
            if (i >= 100) {
                map.remove(own | i - 100);
            }
        }
    }

    @Test
    void oneOwnerAtATime() throws Exception {
        try (DurableMap<String, String> map = open()) {
            map.put("a", "b");
            IOException e = assertThrows(IOException.class, this::open);
            assertTrue(e.getMessage().contains("is open as a durable map in this"), e.toString());
        }
        open().close();
    }

    @Test
    void otherTypesAreRefused() throws Exception {
        try (DurableMap<String, String> map = open()) {
            map.put("a", "b");
        }
        assertThrows(
                DamagedLogException.class, () -> DurableMap.open(file(), String.class, Long.class));
        try (DurableMap<String, String> map = open()) {
            map.compact();
        }
        assertThrows(
                MapFileException.class, () -> DurableMap.open(file(), String.class, Long.class));
        open().close();
    }

    @Test
    void closedMapSaysSo() throws Exception {
        DurableMap<String, String> map = open();
        map.put("a", "b");
        map.close();
        map.close();
        assertTrue(map.isClosed());
        assertThrows(IllegalStateException.class, () -> map.put("c", "d"));
        assertThrows(IllegalStateException.class, () -> map.get("a"));
        assertThrows(IllegalStateException.class, map::sync);
        assertThrows(IllegalStateException.class, map::compact);
        assertEquals("DurableMap[closed]", map.toString());
    }

    @Test
    void foldersThatAreNotThere() {
        assertThrows(IOException.class, () -> DurableFiles.open(directory.resolve("none/map")));
    }

    /** Takes "bad" into the map, and fails when the log asks for it. */
    private static final class FailingCodec implements Codec<String> {
        private int calls;

        @Override
        public long width() {
            return VARIABLE;
        }

        @Override
        public boolean accepts(Object o) {
            return o instanceof String;
        }

        @Override
        public long encode(String value, MemorySegment target, long offset) {
            if (value.equals("bad") && ++calls % 2 == 0) {
                throw new IllegalArgumentException("no more");
            }
            return Codecs.STRING.encode(value, target, offset);
        }

        @Override
        public String decode(MemorySegment source, long offset, long size) {
            return Codecs.STRING.decode(source, offset, size);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"put", "merge"})
    void changeThatTheLogDoesNotTakeIsTakenBack(String how) throws Exception {
        Codec<String> values = new FailingCodec();
        try (DurableMap<String, String> map =
                DurableMap.builder(Codecs.STRING, values).open(file())) {
            map.put("a", "good");
            for (String key : List.of("a", "b")) {
                assertThrows(
                        IllegalArgumentException.class,
                        () -> {
                            if (how.equals("put")) {
                                map.put(key, "bad");
                            } else {
                                map.merge(key, "bad", (x, y) -> y);
                            }
                        });
            }
            assertEquals(Map.of("a", "good"), map);
        }
        try (DurableMap<String, String> map =
                DurableMap.builder(Codecs.STRING, values).open(file())) {
            assertEquals(Map.of("a", "good"), map);
        }
    }

    @Test
    void interruptedWritersGoOn() throws Exception {
        try (DurableMap<String, String> map = DurableMap.open(file(), String.class, String.class)) {
            Thread.currentThread().interrupt();
            map.put("a", "b");
            map.compact();
            map.put("c", "d");
            assertTrue(Thread.interrupted());
        }
        try (DurableMap<String, String> map = open()) {
            assertEquals(Map.of("a", "b", "c", "d"), map);
        }
    }

    @Test
    void intervalsHaveLimits() {
        for (Duration bad : List.of(Duration.ZERO, Duration.ofNanos(999_999), Duration.ofDays(1))) {
            assertThrows(IllegalArgumentException.class, () -> Durability.every(bad));
        }
        assertEquals("every PT1S", Durability.every(Duration.ofSeconds(1)).toString());
        assertThrows(
                IllegalArgumentException.class,
                () -> DurableMap.builder(Codecs.STRING, Codecs.STRING).compactAfter(0));
    }
}
