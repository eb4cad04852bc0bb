package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** A concurrent map is saved as it is at one moment, while others go on writing to it. */
@Timeout(600)
class SnapshotTest {
    private static final int SAVES = Effort.rounds(10);

    @TempDir Path directory;

    /** Work of a thread, until it is told to stop. */
    private interface Work {
        void run(AtomicBoolean stop) throws Exception;
    }

    /** Runs the last one until its end, and the others meanwhile. */
    private static void together(Work saver, Work... writers) throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        try (ExecutorService pool = Executors.newCachedThreadPool()) {
            List<Future<?>> running = new ArrayList<>();
            for (Work writer : writers) {
                running.add(
                        pool.submit(
                                () -> {
                                    writer.run(stop);
                                    return null;
                                }));
            }
            try {
                saver.run(stop);
            } finally {
                stop.set(true);
            }
            for (Future<?> one : running) {
                one.get();
            }
        }
    }

    /** Ways to write one key after the other, all over the shards. */
    private enum Way {
        PUT {
            @Override
            void write(ConcurrentLongLongMap map, long key, long value) {
                map.put(key, value);
            }
        },
        MERGE {
            @Override
            void write(ConcurrentLongLongMap map, long key, long value) {
                map.merge(key, value, (before, given) -> given);
            }
        },
        ADD_AND_REMOVE {
            @Override
            void write(ConcurrentLongLongMap map, long key, long value) {
                map.remove(key);
                map.addTo(key, value);
            }
        };

        abstract void write(ConcurrentLongLongMap map, long key, long value);
    }

    private static final int KEYS = 40_000;

    /** Numbers inserted at most, so that the files do not get too large for a test. */
    private static final int MOST = 300_000;

    /**
     * One writer inserts 0, 1, 2, ...: if a number is in the file all before it are. Another puts
     * round after round over the same keys: those of one round are followed by those of the one
     * before. Without a moment that holds for all shards, both would be found to be false.
     */
    @ParameterizedTest
    @EnumSource
    void whatIsSavedIsOfOneMoment(Way way) throws Exception {
        try (ConcurrentLongLongMap map = ConcurrentLongLongMap.create()) {
            for (int i = 0; i < KEYS; i++) {
                map.put(~i, 0);
            }
            AtomicLong inserted = new AtomicLong();
            together(
                    stop -> {
                        for (int i = 0; i < SAVES; i++) {
                            long before = inserted.get();
                            Path file = directory.resolve("snapshot");
                            map.saveTo(file);
                            long after = inserted.get();
                            try (ConcurrentLongLongMap saved = ConcurrentLongLongMap.open(file)) {
                                long n = checkMoment(saved, way == Way.ADD_AND_REMOVE);
                                assertTrue(before <= n && n <= after + 1, before + " " + n);
                            }
                        }
                    },
                    stop -> {
                        for (long i = 0; i < MOST && !stop.get(); i++) {
                            way.write(map, i, i);
                            inserted.set(i + 1);
                        }
                    },
                    stop -> {
                        for (long round = 1; !stop.get(); round++) {
                            for (int i = 0; i < KEYS; i++) {
                                way.write(map, ~i, round);
                            }
                        }
                    });
        }
    }

    /** Returns how many numbers the first writer has inserted. */
    private static long checkMoment(ConcurrentLongLongMap saved, boolean mayMissOne)
            throws IOException {
        saved.verify();
        long n = 0;
        while (saved.containsKey(n)) {
            assertEquals(n, saved.get(n));
            n++;
        }
        long first = saved.getOrDefault(~0L, -1);
        int missing = 0;
        int changes = 0;
        long current = -1;
        for (int i = 0; i < KEYS; i++) {
            long round = saved.getOrDefault(~i, -1);
            if (round < 0) {
                missing++;
            } else if (round != current) {
                assertTrue(current < 0 || round == current - 1, current + " then " + round);
                changes++;
                current = round;
            }
        }
        assertTrue(missing <= (mayMissOne ? 1 : 0), missing + " are missing");
        assertTrue(changes <= 2, changes + " rounds, the first " + first);
        assertEquals(n + KEYS - missing, saved.size(), "numbers after the first missing one");
        return n;
    }

    /** Batches are not atomic, but one after the other. */
    @Test
    void batches() throws Exception {
        int chunk = 1000;
        try (ConcurrentNativeMap<String, Long> map =
                ConcurrentNativeMap.of(String.class, Long.class)) {
            together(
                    stop -> {
                        for (int i = 0; i < SAVES; i++) {
                            Path file = directory.resolve("snapshot");
                            map.saveTo(file);
                            try (var saved =
                                    ConcurrentNativeMap.open(file, String.class, Long.class)) {
                                long full = 0;
                                while (has(saved, full, chunk) == chunk) {
                                    full++;
                                }
                                long part = has(saved, full, chunk);
                                assertEquals(full * chunk + part, saved.size());
                                saved.verify();
                            }
                        }
                    },
                    stop -> {
                        for (long batch = 0; !stop.get() && batch < MOST / chunk; batch++) {
                            String[] keys = new String[chunk];
                            Long[] values = new Long[chunk];
                            for (int i = 0; i < chunk; i++) {
                                keys[i] = key(batch, i);
                                values[i] = batch;
                            }
                            map.putAll(keys, values);
                        }
                    });
        }
    }

    private static String key(long batch, int i) {
        return "the key of batch " + batch + " with number " + i;
    }

    private static int has(ConcurrentNativeMap<String, Long> map, long batch, int chunk) {
        int n = 0;
        for (int i = 0; i < chunk; i++) {
            n += map.containsKey(key(batch, i)) ? 1 : 0;
        }
        return n;
    }

    /** The second waits for the first, and both files are whole. Walks and statistics go on. */
    @Test
    void severalThreadsSave() throws Exception {
        try (ConcurrentLongLongMap map = ConcurrentLongLongMap.create()) {
            for (int i = 0; i < KEYS; i++) {
                map.put(~i, 0);
            }
            Work saver =
                    stop -> {
                        Path file = directory.resolve(Thread.currentThread().getName());
                        for (int i = 0; i < SAVES; i++) {
                            map.saveTo(file);
                            try (var saved = ConcurrentLongLongMap.open(file)) {
                                checkMoment(saved, false);
                            }
                        }
                    };
            together(
                    saver,
                    saver,
                    stop -> {
                        for (long i = 0; i < MOST && !stop.get(); i++) {
                            map.put(i, i);
                        }
                    },
                    stop -> {
                        while (!stop.get()) {
                            long[] n = new long[1];
                            map.forEach((key, value) -> n[0]++);
                            assertTrue(n[0] >= KEYS);
                            try {
                                assertTrue(map.fullStats().size() >= KEYS);
                            } catch (java.util.ConcurrentModificationException e) {
                                throw new AssertionError("statistics of locked shards", e);
                            }
                        }
                    });
        }
    }

    /** Nothing is left locked, promised or held. */
    @Test
    void savingThatFails() throws Exception {
        try (ConcurrentLongLongMap map = ConcurrentLongLongMap.create()) {
            for (int i = 0; i < KEYS; i++) {
                map.put(i, 1);
            }
            long held = map.nativeBytes();
            long all = Tophash.nativeBytes();
            AtomicLong refused = new AtomicLong();
            try {
                together(
                        stop -> {
                            for (int i = 0; i < SAVES; i++) {
                                assertThrows(
                                        NoSuchFileException.class,
                                        () -> map.saveTo(directory.resolve("none/file")));
                                // There is room for none of the copies, or for some.
                                Tophash.setNativeBudget(all + held * (i % 4) / 64);
                                try {
                                    map.saveTo(directory.resolve("file"));
                                    assertTrue(i % 4 > 0, "a copy without memory");
                                    Files.delete(directory.resolve("file"));
                                } catch (
                                        OutOfMemoryError
                                                e) { // a NativeBudgetError unless two threads were
                                                     // refused
                                    refused.incrementAndGet();
                                }
                                Tophash.setNativeBudget(0);
                            }
                        },
                        stop -> {
                            while (!stop.get()) {
                                for (int i = 0; i < KEYS; i++) {
                                    map.put(i, 1); // which needs no memory
                                }
                            }
                        },
                        stop -> {
                            while (!stop.get()) {
                                for (int i = 0; i < KEYS; i++) {
                                    map.merge(i, 1, (before, given) -> given);
                                }
                            }
                        });
            } finally {
                Tophash.setNativeBudget(0);
            }
            assertTrue(refused.get() >= (SAVES + 3) / 4, refused.get() + " were refused");
            assertEquals(all, Tophash.nativeBytes(), "all copies are gone");
            try (Stream<Path> files = Files.list(directory)) {
                assertEquals(List.of(), files.toList());
            }
            map.saveTo(directory.resolve("file"));
            assertEquals(KEYS, MapFile.info(directory.resolve("file")).entries());
            assertEquals(all, Tophash.nativeBytes());
        }
    }

    @Test
    void closingDuringASave() throws Exception {
        long all = Tophash.nativeBytes();
        for (int round = 0; round < SAVES; round++) {
            ConcurrentLongLongMap map = ConcurrentLongLongMap.create();
            for (int i = 0; i < KEYS; i++) {
                map.put(i, 1);
            }
            AtomicBoolean saving = new AtomicBoolean();
            together(
                    stop -> {
                        while (!saving.get()) {
                            Thread.onSpinWait();
                        }
                        Thread.sleep(1);
                        map.close();
                    },
                    stop -> {
                        IllegalStateException e =
                                assertThrows(
                                        IllegalStateException.class,
                                        () -> {
                                            while (true) {
                                                saving.set(true);
                                                map.saveTo(directory.resolve("file"));
                                            }
                                        });
                        assertTrue(e.getMessage().contains("closed"), e.getMessage());
                    },
                    stop ->
                            assertThrows(
                                    IllegalStateException.class,
                                    () -> {
                                        while (true) {
                                            for (int i = 0; i < KEYS; i++) {
                                                map.put(i, 1);
                                            }
                                        }
                                    }));
            assertEquals(all, Tophash.nativeBytes());
        }
    }

    @Test
    void functionsMustNotSave() throws IOException {
        Path file = directory.resolve("file");
        try (ConcurrentLongLongMap map = ConcurrentLongLongMap.create()) {
            map.put(1, 1);
            assertThrows(
                    IllegalStateException.class,
                    () ->
                            map.merge(
                                    1,
                                    1,
                                    (a, b) -> {
                                        try {
                                            map.saveTo(file);
                                            return a + b;
                                        } catch (IOException e) {
                                            throw new AssertionError(e);
                                        }
                                    }));
            assertFalse(Files.exists(file));
            assertEquals(2, map.merge(1, 1, Long::sum));
            map.saveTo(file);
            assertTrue(Files.exists(file));
        }
    }
}
