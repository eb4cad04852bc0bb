package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** Concurrent maps under many threads. */
@Timeout(300)
class ConcurrentThreadsTest {
    private static void inThreads(int threads, Callable<Void> work) throws Exception {
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            List<Future<Void>> running = new ArrayList<>();
            CountDownLatch ready = new CountDownLatch(threads);
            for (int i = 0; i < threads; i++) {
                running.add(
                        pool.submit(
                                () -> {
                                    ready.countDown();
                                    ready.await();
                                    return work.call();
                                }));
            }
            for (Future<Void> one : running) {
                one.get();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 16})
    void racingFirstWritesLoseNothing(int writers) throws Exception {
        for (int round = 0; round < 200; round++) {
            try (ConcurrentLongLongMap map = ConcurrentLongLongMap.create()) {
                AtomicLong next = new AtomicLong();
                inThreads(
                        writers,
                        () -> {
                            long me = next.getAndIncrement();
                            for (long i = 0; i < 50; i++) {
                                map.put(me << 32 | i, ~i);
                                map.addTo(-1, 1);
                            }
                            return null;
                        });
                assertEquals(writers * 50L + 1, map.size());
                assertEquals(writers * 50L, map.get(-1));
            }
        }
    }

    /** Readers look for keys that are always there, while other keys come and go and parts grow. */
    @Test
    void readersMissNothingThroughGrowth() throws Exception {
        try (ConcurrentLongLongMap map = ConcurrentLongLongMap.builder().shards(4).build()) {
            int stay = 1000;
            for (long i = 0; i < stay; i++) {
                map.put(-i - 1, ~i);
            }
            AtomicBoolean done = new AtomicBoolean();
            AtomicLong wrong = new AtomicLong();
            Thread reader = Thread.ofPlatform().start(() -> readThem(map, stay, done, wrong));
            for (int round = 0; round < 6; round++) {
                for (long i = 0; i < 120_000; i++) {
                    map.put(i, i * 3);
                }
                for (long i = 0; i < 120_000; i++) {
                    assertEquals(i * 3, map.remove(i));
                }
                map.shrinkToFit();
            }
            done.set(true);
            reader.join();
            assertEquals(0, wrong.get());
        }
    }

    private static void readThem(
            ConcurrentLongLongMap map, int stay, AtomicBoolean done, AtomicLong wrong) {
        long[] keys = new long[stay];
        long[] values = new long[stay];
        for (int i = 0; i < stay; i++) {
            keys[i] = -i - 1;
        }
        while (!done.get()) {
            for (int i = 0; i < stay; i++) {
                if (map.get(keys[i]) != ~(long) i) {
                    wrong.incrementAndGet();
                }
            }
            if (map.getAll(keys, values) != stay) {
                wrong.incrementAndGet();
            }
            long other = ThreadLocalRandom.current().nextLong(120_000);
            long value = map.getOrDefault(other, -1);
            if (value != -1 && value != other * 3) {
                wrong.incrementAndGet();
            }
        }
    }

    /** Values of many sizes, each of which tells whether it is whole. */
    @Test
    void valuesAreWhole() throws Exception {
        try (ConcurrentNativeMap<String, byte[]> map =
                ConcurrentNativeMap.builder(Codecs.STRING, Codecs.BYTES).shards(2).build()) {
            AtomicBoolean done = new AtomicBoolean();
            AtomicLong wrong = new AtomicLong();
            Thread reader =
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        while (!done.get()) {
                                            int key = ThreadLocalRandom.current().nextInt(64);
                                            if (!isWhole(map.get("key " + key), key)) {
                                                wrong.incrementAndGet();
                                            }
                                        }
                                    });
            inThreads(
                    2,
                    () -> {
                        for (int i = 0; i < 150_000; i++) {
                            int key = ThreadLocalRandom.current().nextInt(64);
                            if (i % 5 == 0) {
                                map.remove("key " + key);
                            } else {
                                map.put("key " + key, whole(key));
                            }
                        }
                        return null;
                    });
            done.set(true);
            reader.join();
            assertEquals(0, wrong.get());
        }
    }

    private static byte[] whole(int key) {
        byte[] value = new byte[1 + ThreadLocalRandom.current().nextInt(200)];
        java.util.Arrays.fill(value, (byte) (key + value.length));
        return value;
    }

    private static boolean isWhole(byte[] value, int key) {
        if (value != null) {
            for (byte b : value) {
                if (b != (byte) (key + value.length)) {
                    return false;
                }
            }
        }
        return true;
    }

    @Test
    void mergesAreAtomic() throws Exception {
        try (ConcurrentNativeMap<String, Long> map =
                ConcurrentNativeMap.of(String.class, Long.class)) {
            inThreads(
                    4,
                    () -> {
                        for (int i = 0; i < 20_000; i++) {
                            map.merge("key " + i % 10, 1L, Long::sum);
                        }
                        return null;
                    });
            for (int i = 0; i < 10; i++) {
                assertEquals(8000, map.get("key " + i));
            }
        }
    }

    @Test
    void functionsOfAbsentKeysAreCalledOnce() throws Exception {
        try (ConcurrentNativeMap<Long, Long> map = ConcurrentNativeMap.of(Long.class, Long.class)) {
            AtomicLong calls = new AtomicLong();
            inThreads(
                    4,
                    () -> {
                        for (long i = 0; i < 5000; i++) {
                            map.computeIfAbsent(i, k -> calls.incrementAndGet());
                        }
                        return null;
                    });
            assertEquals(5000, calls.get());
            assertEquals(5000, map.size());
        }
    }

    @Test
    void recursionIsReported() {
        try (ConcurrentNativeMap<Long, Long> map = ConcurrentNativeMap.of(Long.class, Long.class);
                ConcurrentNativeMap<Long, Long> other =
                        ConcurrentNativeMap.of(Long.class, Long.class)) {
            map.put(-1L, 1L);
            for (long inner = 0; inner < 100; inner++) {
                long key = inner;
                IllegalStateException e =
                        assertThrows(
                                IllegalStateException.class,
                                () -> map.computeIfAbsent(0L, k -> map.put(key, 1L)));
                assertTrue(e.getMessage().contains("recursive"), e.getMessage());
                assertThrows(
                        IllegalStateException.class,
                        () -> map.merge(-1L, 1L, (a, b) -> map.compute(key, (k, v) -> 1L)));
            }
            assertNull(map.get(50L));
            // Through another map and back.
            assertThrows(
                    IllegalStateException.class,
                    () ->
                            map.computeIfAbsent(
                                    7L, k -> other.computeIfAbsent(7L, o -> map.put(8L, 8L))));
            // Looking up is allowed, and so are other maps.
            map.put(1L, 10L);
            assertEquals(
                    11, map.compute(2L, (k, v) -> other.merge(2L, map.get(1L) + 1, Long::sum)));
            assertEquals(11, map.get(2L));
            map.put(3L, 3L); // and afterwards everything
        }
    }

    @Test
    void closingUnderUseIsAnIllegalState() throws Exception {
        for (int round = 0; round < 50; round++) {
            ConcurrentNativeMap<String, Long> map =
                    ConcurrentNativeMap.of(String.class, Long.class);
            CountDownLatch writing = new CountDownLatch(4);
            try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
                List<Future<Void>> running = new ArrayList<>();
                for (int t = 0; t < 4; t++) {
                    boolean writes = t < 2;
                    running.add(pool.submit(() -> useUntilClosed(map, writes, writing)));
                }
                writing.await();
                map.close();
                for (Future<Void> one : running) {
                    one.get();
                }
            }
        }
    }

    private static Void useUntilClosed(
            ConcurrentNativeMap<String, Long> map, boolean writes, CountDownLatch writing) {
        try {
            for (long i = 0; ; i++) {
                String key = "a key that is not short " + i % 5000;
                if (writes) {
                    map.put(key, i % 5000);
                } else {
                    Long value = map.get(key);
                    assertTrue(value == null || value == i % 5000, () -> "found " + value);
                }
                if (i == 100) {
                    writing.countDown();
                }
            }
        } catch (IllegalStateException e) {
            assertTrue(e.getMessage().contains("closed"), e.getMessage());
            return null;
        }
    }

    @Test
    void virtualThreadsWaitWithoutTheirCarriers() throws Exception {
        try (ConcurrentLongLongMap map = ConcurrentLongLongMap.builder().shards(1).build();
                ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            CountDownLatch inside = new CountDownLatch(1);
            CountDownLatch go = new CountDownLatch(1);
            Future<?> holder =
                    pool.submit(
                            () ->
                                    map.merge(
                                            map.put(1, 1),
                                            1,
                                            (a, b) -> {
                                                throw new AssertionError();
                                            }));
            holder.get();
            Future<Long> slow =
                    pool.submit(
                            () ->
                                    map.merge(
                                            1,
                                            1,
                                            (a, b) -> {
                                                inside.countDown();
                                                try {
                                                    go.await();
                                                } catch (InterruptedException e) {
                                                    throw new AssertionError(e);
                                                }
                                                return a + b;
                                            }));
            inside.await();
            int many = 4 * Runtime.getRuntime().availableProcessors() + 100;
            List<Future<Long>> waiting = new ArrayList<>();
            for (int i = 0; i < many; i++) {
                waiting.add(pool.submit(() -> map.addTo(1, 1)));
            }
            // All of them wait for the lock, and yet others get on, readers of the very key too.
            assertEquals(1L, pool.submit(() -> map.get(1)).get());
            go.countDown();
            assertEquals(2, slow.get());
            for (Future<Long> one : waiting) {
                one.get();
            }
            assertEquals(2 + many, map.get(1));
        }
    }

    @Test
    void walksSeeWhatStays() throws Exception {
        try (ConcurrentLongLongMap map = ConcurrentLongLongMap.create()) {
            for (long i = 0; i < 2000; i++) {
                map.put(i, i);
            }
            AtomicBoolean done = new AtomicBoolean();
            Thread writer =
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        for (long i = 0; !done.get(); i++) {
                                            map.put(10_000 + i % 50_000, i);
                                            map.remove(10_000 + (i + 25_000) % 50_000);
                                        }
                                    });
            for (int round = 0; round < 50; round++) {
                boolean[] seen = new boolean[2000];
                long[] count = new long[1];
                map.forEach(
                        (k, v) -> {
                            if (k < 2000) {
                                assertTrue(!seen[(int) k] && v == k);
                                seen[(int) k] = true;
                                count[0]++;
                            }
                        });
                assertEquals(2000, count[0]);
            }
            done.set(true);
            writer.join();
        }
    }

    record Pair(int a, int b) {}

    @Test
    void codecsOfAnyAlignmentWillDo() {
        try (ConcurrentNativeMap<Pair, Pair> map =
                ConcurrentNativeMap.create(
                        Codecs.ofRecord(Pair.class), Codecs.ofRecord(Pair.class))) {
            for (int i = 0; i < 100; i++) {
                map.put(new Pair(i, -i), new Pair(-i, i));
            }
            assertEquals(new Pair(-50, 50), map.get(new Pair(50, -50)));
            assertEquals(100, map.size());
        }
    }

    /** A value that is not the one that was tested any more is not removed. */
    @Test
    void removalsByValueLoseNoUpdate() throws Exception {
        try (ConcurrentNativeMap<Long, Long> map = ConcurrentNativeMap.of(Long.class, Long.class)) {
            AtomicBoolean done = new AtomicBoolean();
            AtomicLong removed = new AtomicLong();
            Thread cleaner =
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        while (!done.get()) {
                                            map.values().removeIf(v -> v == 0);
                                            map.entrySet().removeIf(e -> e.getValue() == 0);
                                        }
                                    });
            for (int i = 0; i < 200_000; i++) {
                long key = i % 8;
                map.put(key, 0L);
                map.put(key, 1L);
                if (map.get(key) == null) { // a 1 was removed for a 0 that had been there
                    removed.incrementAndGet();
                }
            }
            done.set(true);
            cleaner.join();
            assertEquals(0, removed.get());
        }
    }

    @Test
    void whatFindsNothingMakesNoNativeMap() {
        try (ConcurrentNativeMap<Long, Long> map = ConcurrentNativeMap.of(Long.class, Long.class)) {
            assertEquals(false, map.replace(1L, 1L, 2L));
            assertEquals(false, map.remove(1L, 1L));
            assertNull(map.replace(1L, 2L));
            assertNull(map.computeIfPresent(1L, (k, v) -> v));
            assertEquals(0, map.nativeBytes());
        }
    }

    /** What is cleared stays for late readers, but not for ever. */
    @Test
    void retiredMemoryIsBounded() {
        try (ConcurrentLongLongMap map = ConcurrentLongLongMap.builder().shards(1).build()) {
            for (long key = 0; key < 20_000; key++) {
                map.put(key, key);
            }
            long array = map.nativeBytes();
            long most = 0;
            for (int round = 0; round < 3000; round++) {
                map.clear();
                map.put(round, round); // needs a new array, as large as the old one
                most = Math.max(most, Tophash.retiredBytes());
            }
            assertTrue(most >= 100 * array, "nothing is held back: " + most);
            assertTrue(most <= 1100 * array + (64 << 20), most + " bytes are held back");
        }
    }
}
