package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.tophash.Subject.Kind;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.ArrayList;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;

/** Two writers at once: noticed more often than not, and never worse than a wrong map. */
class RacingWritersTest {
    /**
     * Runs an action in n threads that start together; returns the first exception that is not
     * allowed.
     */
    private static Throwable together(int n, AtomicInteger detected, IntConsumer action)
            throws Exception {
        CyclicBarrier start = new CyclicBarrier(n);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            int number = i;
            threads.add(
                    new Thread(
                            () -> {
                                try {
                                    start.await();
                                    action.accept(number);
                                } catch (ConcurrentModificationException e) {
                                    detected.incrementAndGet();
                                } catch (Throwable t) {
                                    failure.compareAndSet(null, t);
                                }
                            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        return failure.get();
    }

    @ParameterizedTest
    @EnumSource
    void theFirstWriteMayBeARace(Kind kind) throws Exception {
        long maps = Tophash.nativeMaps();
        long bytes = Tophash.nativeBytes();
        AtomicInteger detected = new AtomicInteger();
        for (int threads : new int[] {4, 16}) {
            for (int round = Effort.rounds(400 / threads); round > 0; round--) {
                try (Subject subject = kind.create()) {
                    Throwable failure =
                            together(
                                    threads,
                                    detected,
                                    number -> {
                                        for (int i = 0; i < 20; i++) {
                                            subject.put(number * 20L + i, i);
                                        }
                                    });
                    assertEquals(null, failure);
                    assertEquals(
                            maps + 1, Tophash.nativeMaps(), "one native map, whoever came first");
                }
            }
        }
        assertEquals(maps, Tophash.nativeMaps());
        assertEquals(bytes, Tophash.nativeBytes());
    }

    @ParameterizedTest
    @EnumSource
    void aRacedMapIsGoodAgainAfterClear(Kind kind) throws Exception {
        try (Subject subject = kind.create()) {
            Throwable failure =
                    together(
                            4,
                            new AtomicInteger(),
                            number -> {
                                for (int i = 0; i < 3_000; i++) {
                                    try {
                                        subject.put(i, number);
                                        subject.remove(i / 2);
                                    } catch (ConcurrentModificationException e) {
                                        Thread.onSpinWait();
                                    }
                                }
                            });
            assertEquals(null, failure);
            subject.map().clear();
            subject.map().shrinkToFit();
            for (int i = 0; i < 5_000; i++) {
                assertEquals(0, subject.put(i, i));
            }
            assertEquals(5_000, subject.size());
            for (int i = 0; i < 5_000; i++) {
                assertEquals(i, subject.get(i));
            }
        }
    }

    @Test
    void twoWritersAreNoticedSometimes() throws Exception {
        AtomicInteger detected = new AtomicInteger();
        long deadline = Effort.deadline();
        long[] keys = new long[1024];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = i;
        }
        while (detected.get() == 0 && System.nanoTime() < deadline) {
            try (LongLongMap map = LongLongMap.withExpectedSize(keys.length)) {
                AtomicBoolean stop = new AtomicBoolean();
                Throwable failure =
                        together(
                                2,
                                detected,
                                number -> {
                                    try {
                                        for (int i = 0; i < 2_000 && !stop.get(); i++) {
                                            map.putAll(keys, keys);
                                        }
                                    } finally {
                                        stop.set(true);
                                    }
                                });
                assertEquals(null, failure);
            }
        }
        assumeFalse(detected.get() == 0 && Effort.EMULATED, "an emulator may run threads in turn");
        assertTrue(detected.get() > 0, "nobody noticed two writers");
    }

    /** The exception says what happened, and the map is usable when one thread writes again. */
    @Test
    void aWriterInsideAForEachOfAnotherThreadIsNoError() throws Exception {
        try (LongLongMap map = LongLongMap.create()) {
            for (int i = 0; i < 10_000; i++) {
                map.put(i, i);
            }
            AtomicInteger detected = new AtomicInteger();
            AtomicBoolean stop = new AtomicBoolean();
            Throwable failure =
                    together(
                            2,
                            detected,
                            number -> {
                                if (number == 0) {
                                    for (int i = 0; i < Effort.rounds(30); i++) {
                                        map.forEach((key, value) -> {});
                                    }
                                    stop.set(true);
                                    return;
                                }
                                for (long i = 0; !stop.get(); i++) {
                                    map.put(i % 50_000, i);
                                }
                            });
            assertEquals(null, failure);
            assertEquals(0, detected.get(), "only writers are refused");
        }
    }
}
