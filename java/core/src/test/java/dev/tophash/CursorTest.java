package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tophash.Subject.Kind;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.stream.LongStream;

/** What {@link MapCursor} promises, promise by promise. */
class CursorTest {
    private static final int N = 3_000;

    /** Walks to the end; between two entries something happens. Fails when a key comes twice. */
    private static Map<Long, Long> walk(Subject subject, IntConsumer meanwhile) {
        Map<Long, Long> seen = new HashMap<>();
        MapCursor cursor = subject.cursor();
        for (int step = 0; cursor.next(); step++) {
            long key = subject.keyOf(cursor);
            assertEquals(null, seen.put(key, Subject.valueOf(cursor)), "visited twice: " + key);
            meanwhile.accept(step);
        }
        assertFalse(cursor.next(), "an ended walk stays ended");
        return seen;
    }

    private static Set<Long> keys(long from, long to) {
        Set<Long> keys = new HashSet<>();
        LongStream.range(from, to).forEach(keys::add);
        return keys;
    }

    // (1) it starts at a random place
    @ParameterizedTest
    @EnumSource
    void promise1StartsAtARandomPlace(Kind kind) {
        try (Subject subject = kind.filled(0, N)) {
            Set<Long> first = new HashSet<>();
            for (int i = 0; i < 20; i++) {
                MapCursor cursor = subject.cursor();
                assertTrue(cursor.next());
                first.add(subject.keyOf(cursor));
            }
            assertTrue(first.size() > 5, () -> "20 walks started at " + first);
        }
    }

    // (2) an entry that is in the map during the whole walk is visited exactly once
    @ParameterizedTest
    @EnumSource
    void promise2VisitsEachEntryExactlyOnce(Kind kind) {
        for (int n : new int[] {0, 1, 8, 9, 255, 256, 257, 1000, N}) {
            try (Subject subject = kind.filled(0, n)) {
                Map<Long, Long> seen = walk(subject, step -> {});
                assertEquals(keys(0, n), seen.keySet());
                seen.forEach((key, value) -> assertEquals(key, value));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void promise2HoldsWhileOthersComeAndGo(Kind kind) {
        try (Subject subject = kind.filled(0, N)) {
            Random random = new Random(2);
            Map<Long, Long> seen =
                    walk(
                            subject,
                            step -> {
                                subject.put(N + random.nextInt(N), 1);
                                subject.remove(N + random.nextInt(N));
                            });
            assertTrue(seen.keySet().containsAll(keys(0, N)));
        }
    }

    // (3) no entry is visited twice
    @ParameterizedTest
    @EnumSource
    void promise3NoEntryTwiceEvenIfRemovedAndPutBack(Kind kind) {
        try (Subject subject = kind.filled(0, N)) {
            Random random = new Random(3);
            Map<Long, Long> seen =
                    walk(
                            subject,
                            step -> {
                                long key = random.nextInt(N);
                                subject.remove(key);
                                subject.put(key, -1);
                            });
            assertTrue(keys(0, N).containsAll(seen.keySet()));
        }
    }

    // (4) an entry removed before it is reached is not visited
    @ParameterizedTest
    @EnumSource
    void promise4RemovedBeforeItIsReachedIsNotVisited(Kind kind) {
        try (Subject subject = kind.filled(0, N)) {
            Random random = new Random(4);
            Set<Long> removed = new HashSet<>();
            Set<Long> seen = new HashSet<>();
            MapCursor cursor = subject.cursor();
            while (cursor.next()) {
                long key = subject.keyOf(cursor);
                assertFalse(removed.contains(key), () -> "removed and visited: " + key);
                seen.add(key);
                long victim = random.nextInt(N);
                if (!seen.contains(victim)) {
                    subject.remove(victim);
                    removed.add(victim);
                }
            }
            assertEquals(N, seen.size() + removed.size());
            assertTrue(removed.size() > N / 10);
        }
    }

    @ParameterizedTest
    @EnumSource
    void promise4AClearedMapHasNoMoreEntries(Kind kind) {
        try (Subject subject = kind.filled(0, N)) {
            Map<Long, Long> seen =
                    walk(
                            subject,
                            step -> {
                                if (step == 10) {
                                    subject.map().clear();
                                }
                            });
            assertEquals(11, seen.size());
        }
    }

    @ParameterizedTest
    @EnumSource
    void promise4AfterAClearOnlyNewEntriesCanCome(Kind kind) {
        try (Subject subject = kind.filled(0, N)) {
            MapCursor cursor = subject.cursor();
            assertTrue(cursor.next());
            subject.map().clear();
            subject.put(N, 1);
            while (cursor.next()) {
                assertEquals(N, subject.keyOf(cursor));
            }
        }
    }

    // (5) an entry inserted during the walk may or may not be visited
    @ParameterizedTest
    @EnumSource
    void promise5InsertionsDoNotKeepTheWalkFromEnding(Kind kind) {
        try (Subject subject = kind.filled(0, 100)) {
            long[] next = {100};
            Map<Long, Long> seen =
                    walk(
                            subject,
                            step -> {
                                for (int i = 0; i < 3; i++) {
                                    subject.put(next[0], next[0]);
                                    next[0]++;
                                }
                            });
            assertTrue(seen.keySet().containsAll(keys(0, 100)));
            assertTrue(keys(0, next[0]).containsAll(seen.keySet()));
            seen.forEach((key, value) -> assertEquals(key, value));
        }
    }

    // (6) growth and shrinking change none of this
    @ParameterizedTest
    @EnumSource
    void promise6GrowthInTheMiddleChangesNothing(Kind kind) {
        try (Subject subject = kind.filled(0, N)) {
            long buckets = subject.map().stats().buckets();
            long[] next = {N};
            Map<Long, Long> seen =
                    walk(
                            subject,
                            step -> {
                                if (step % 2 == 0 && next[0] < 8 * N) {
                                    for (int i = 0; i < 20; i++) {
                                        subject.put(next[0], next[0]++);
                                    }
                                }
                            });
            assertTrue(seen.keySet().containsAll(keys(0, N)));
            assertTrue(subject.map().stats().buckets() >= 8 * buckets);
        }
    }

    /** Small arrays, where the old array's last bucket often holds the walk's start. */
    @ParameterizedTest
    @EnumSource
    void promise6AWalkThatStartsDuringGrowthEnds(Kind kind) {
        for (int round = 0; round < 60; round++) {
            int n = 1 + round % 30;
            try (Subject subject = kind.filled(0, n)) {
                subject.map().reserve(40);
                assertEquals(keys(0, n), walk(subject, step -> {}).keySet());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void promise6AWalkThatShrinkingOvertakesEnds(Kind kind) {
        for (int round = 0; round < 60; round++) {
            int n = 1 + round % 30;
            try (Subject subject = kind.filled(0, n)) {
                subject.map().reserve(1_000);
                Map<Long, Long> seen = walk(subject, step -> subject.map().shrinkToFit());
                assertEquals(keys(0, n), seen.keySet());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void promise6ReserveInTheMiddleChangesNothing(Kind kind) {
        try (Subject subject = kind.filled(0, N)) {
            Map<Long, Long> seen =
                    walk(
                            subject,
                            step -> {
                                if (step % 300 == 0) {
                                    subject.map().reserve((long) N << Math.min(step / 300, 6));
                                }
                            });
            assertEquals(keys(0, N), seen.keySet());
        }
    }

    @ParameterizedTest
    @EnumSource
    void promise6ShrinkingInTheMiddleChangesNothing(Kind kind) {
        try (Subject subject = kind.filled(0, N)) {
            subject.map().reserve(50L * N);
            Set<Long> removed = new HashSet<>();
            Set<Long> seen = new HashSet<>();
            MapCursor cursor = subject.cursor();
            while (cursor.next()) {
                long key = subject.keyOf(cursor);
                assertTrue(seen.add(key), () -> "visited twice: " + key);
                assertFalse(removed.contains(key));
                for (long victim = key + 1; victim < key + 3; victim++) {
                    if (!seen.contains(victim) && subject.contains(victim)) {
                        subject.remove(victim);
                        removed.add(victim);
                    }
                }
                if (seen.size() % 100 == 0) {
                    subject.map().shrinkToFit();
                }
            }
            assertEquals(N, seen.size() + removed.size());
            assertTrue(subject.map().stats().buckets() < N / 2);
        }
    }

    // (7) an entry is visited with the value that it has at that moment
    @ParameterizedTest
    @EnumSource
    void promise7VisitsWithTheValueOfTheMoment(Kind kind) {
        try (Subject subject = kind.filled(0, N)) {
            Random random = new Random(7);
            Map<Long, Long> model = new HashMap<>();
            LongStream.range(0, N).forEach(i -> model.put(i, i));
            MapCursor cursor = subject.cursor();
            while (cursor.next()) {
                long key = subject.keyOf(cursor);
                assertEquals(model.get(key), Subject.valueOf(cursor));
                long other = random.nextInt(N);
                subject.addTo(other, 1_000_000);
                model.merge(other, 1_000_000L, Long::sum);
                long[] batch = {random.nextInt(N), random.nextInt(N)};
                subject.putAll(batch, new long[] {-5, -6});
                model.put(batch[0], -5L);
                model.put(batch[1], -6L);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWalkOverANeverWrittenMapAllocatesNothing(Kind kind) {
        long before = Tophash.nativeMaps();
        try (Subject subject = kind.create()) {
            assertEquals(Map.of(), walk(subject, step -> {}));
            subject.forEach((key, value) -> assertEquals(0, key));
            assertEquals(before, Tophash.nativeMaps());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWalkThatStartsBeforeTheFirstWriteMayFindWhatIsWritten(Kind kind) {
        try (Subject subject = kind.create()) {
            MapCursor cursor = subject.cursor();
            for (int i = 0; i < N; i++) {
                subject.put(i, i);
            }
            Set<Long> seen = new HashSet<>();
            while (cursor.next()) {
                assertTrue(seen.add(subject.keyOf(cursor)));
                assertEquals(subject.keyOf(cursor), Subject.valueOf(cursor));
            }
            assertTrue(keys(0, N).containsAll(seen));
        }
    }
}
