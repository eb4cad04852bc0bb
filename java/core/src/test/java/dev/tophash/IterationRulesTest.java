package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tophash.Walked.Kind;
import dev.tophash.Walked.Walk;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** The numbered rules of {@link MapCursor}, one by one, for every way to walk. */
class IterationRulesTest {
    private static final int SEED = 20_251;

    /** One chain, a few chains, several chunks, and enough for growth that takes a while. */
    private static final int[] SIZES = {1, 5, 100, 1_000, Effort.rounds(10_000)};

    /** What happens to a map in the middle of a walk over the entries [0, n). */
    private enum Disturbance {
        NOTHING {
            @Override
            void at(Walked walked, int n, int step, Random random) {}
        },
        GROWTH {
            @Override
            void at(Walked walked, int n, int step, Random random) {
                if (step < n) { // ten times as many entries in the end
                    walked.fill(n + 10L * step, n + 10L * step + 10);
                }
            }
        },
        OTHERS_COME_AND_GO {
            @Override
            void at(Walked walked, int n, int step, Random random) {
                for (int i = 0; i < 3; i++) {
                    walked.put().accept(n + random.nextInt(n), step);
                    walked.remove().accept(n + random.nextInt(n));
                }
            }
        },
        SHRINKING {
            @Override
            void at(Walked walked, int n, int step, Random random) {
                if (isRare(n, step)) {
                    walked.fill(n, 4L * n);
                    LongStream.range(n, 4L * n).forEach(walked.remove());
                    walked.map().shrinkToFit();
                }
            }
        },
        RESERVATION {
            @Override
            void at(Walked walked, int n, int step, Random random) {
                if (isRare(n, step)) {
                    walked.map().reserve(n * (2L + 10L * step / n));
                }
            }
        },
        REWRITING {
            @Override
            void at(Walked walked, int n, int step, Random random) {
                walked.put().accept(random.nextInt(n), random.nextInt(n));
            }
        },
        OTHER_WALKS {
            @Override
            void at(Walked walked, int n, int step, Random random) {
                if (isRare(n, step)) {
                    Set<Long> seen = new HashSet<>();
                    for (Walk inner = walked.start().get(); inner.next(); ) {
                        assertTrue(seen.add(inner.key()));
                    }
                    assertEquals(walked.size().getAsLong(), seen.size());
                }
            }
        },
        EVERYTHING {
            @Override
            void at(Walked walked, int n, int step, Random random) {
                Disturbance[] all = values();
                all[random.nextInt(ordinal())].at(walked, n, step, random);
            }
        };

        abstract void at(Walked walked, int n, int step, Random random);

        /** At four steps of a walk. */
        private static boolean isRare(int n, int step) {
            return n < 4 || step % (n / 4) == n / 8;
        }
    }

    /** Walks to the end; between two entries something happens. Fails when a key comes twice. */
    private static Map<Long, Long> walk(Walked walked, IntConsumer meanwhile) {
        Map<Long, Long> seen = new HashMap<>();
        Walk walk = walked.start().get();
        for (int step = 0; walk.next(); step++) {
            assertNull(seen.put(walk.key(), walk.value()), () -> "twice: " + walk.key());
            meanwhile.accept(step);
        }
        assertFalse(walk.next(), "an ended walk stays ended");
        return seen;
    }

    private static Set<Long> numbers(long from, long to) {
        return LongStream.range(from, to).boxed().collect(Collectors.toCollection(HashSet::new));
    }

    @ParameterizedTest
    @EnumSource
    void rule1_aWalkStartsAtARandomPlace(Kind kind) {
        for (int n : new int[] {100, 3_000}) {
            try (Walked walked = kind.filled(SEED, 0, n)) {
                Set<Long> first = new HashSet<>();
                for (int i = 0; i < 20; i++) {
                    Walk walk = walked.start().get();
                    assertTrue(walk.next());
                    first.add(walk.key());
                }
                assertTrue(first.size() > 5, () -> "20 walks started at " + first);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void rule2_anEntryPresentDuringTheWholeWalkIsVisitedExactlyOnce(Kind kind) {
        try (Walked empty = kind.create(SEED)) {
            assertEquals(Map.of(), walk(empty, step -> {}));
        }
        for (Disturbance disturbance : Disturbance.values()) {
            for (int n : SIZES) {
                try (Walked walked = kind.filled(SEED, 0, n)) {
                    Random random = new Random(n);
                    Map<Long, Long> seen =
                            walk(walked, step -> disturbance.at(walked, n, step, random));
                    seen.keySet().removeIf(i -> i >= n);
                    assertEquals(numbers(0, n), seen.keySet(), () -> disturbance + " of " + n);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void rule3_noEntryIsVisitedTwice(Kind kind) {
        for (int n : SIZES) {
            try (Walked walked = kind.filled(SEED, 0, n)) {
                Random random = new Random(n);
                // The walk itself notices; whatever is there is removed and comes back, the entry
                // that the walk is at too.
                Walk walk = walked.start().get();
                Set<Long> seen = new HashSet<>();
                for (int step = 0; walk.next(); step++) {
                    long at = walk.key();
                    assertTrue(seen.add(at), () -> "twice: " + at);
                    long other = random.nextInt(n);
                    for (long i : new long[] {at, other}) {
                        walked.remove().accept(i);
                        walked.put().accept(i, step);
                    }
                    Disturbance.EVERYTHING.at(walked, n, step, random);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void rule4_anEntryRemovedBeforeItIsReachedIsNotVisited(Kind kind) {
        for (Disturbance disturbance : Disturbance.values()) {
            for (int n : SIZES) {
                try (Walked walked = kind.filled(SEED, 0, n)) {
                    Random random = new Random(n);
                    Set<Long> left = numbers(0, n);
                    List<Long> order = new ArrayList<>(left);
                    Walk walk = walked.start().get();
                    for (int step = 0; walk.next(); step++) {
                        long key = walk.key();
                        assertTrue(key >= n || left.remove(key), () -> "removed: " + key);
                        for (int i = 0; i < 2; i++) {
                            long victim = order.get(random.nextInt(n));
                            if (left.remove(victim)) {
                                walked.remove().accept(victim);
                            }
                        }
                        if (disturbance != Disturbance.REWRITING
                                && disturbance != Disturbance.EVERYTHING) { // bring keys back
                            disturbance.at(walked, n, step, random);
                        }
                    }
                    assertEquals(Set.of(), left);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void rule5_anEntryInsertedDuringTheWalkIsVisitedAtMostOnceAndTheWalkEnds(Kind kind) {
        for (int n : SIZES) {
            try (Walked walked = kind.filled(SEED, 0, n)) {
                int[] steps = {0};
                Map<Long, Long> seen =
                        walk(
                                walked,
                                step -> {
                                    walked.put().accept(n + step, n + step);
                                    steps[0]++;
                                });
                assertTrue(steps[0] < 20 * n + 100, () -> steps[0] + " steps for " + n);
                assertTrue(seen.keySet().containsAll(numbers(0, n)));
                seen.forEach((key, value) -> assertEquals(key, value));
                assertEquals(n + steps[0], walked.size().getAsLong());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void rule6_growthAndShrinkingChangeNothing(Kind kind) {
        int n = 1_000;
        try (Walked walked = kind.filled(SEED, 0, n)) {
            Set<Long> buckets = new HashSet<>();
            boolean[] halfGrown = {false};
            Map<Long, Long> seen =
                    walk(
                            walked,
                            step -> {
                                if (step < n / 4) {
                                    walked.fill(n + 10L * step, n + 10L * step + 10);
                                } else if (step == n / 4) {
                                    LongStream.range(n, 4L * n).forEach(walked.remove());
                                } else if (step == n / 3) {
                                    walked.map().shrinkToFit();
                                } else if (step == n / 2) {
                                    walked.map().reserve(50L * n);
                                } else if (step == n * 2 / 3) {
                                    walked.map().shrinkToFit();
                                }
                                MapStats stats = walked.map().stats();
                                buckets.add(stats.buckets());
                                halfGrown[0] |= stats.oldBuckets() > 0;
                            });
            assertTrue(seen.keySet().containsAll(numbers(0, n)));
            assertTrue(buckets.size() >= 3, () -> "sizes of the bucket array: " + buckets);
            assertTrue(halfGrown[0], "no step was in the middle of growth");
        }
    }

    @ParameterizedTest
    @EnumSource
    void rule7_anEntryIsVisitedWithItsValueAtThatMoment(Kind kind) {
        for (int n : SIZES) {
            try (Walked walked = kind.filled(SEED, 0, n)) {
                assumeTrue(walked.hasValues());
                Random random = new Random(n);
                Map<Long, Long> model = new HashMap<>();
                LongStream.range(0, n).forEach(i -> model.put(i, i));
                Walk walk = walked.start().get();
                for (int step = 0; walk.next(); step++) {
                    if (walk.key() < n) {
                        assertEquals(model.get(walk.key()), walk.value());
                    }
                    for (int i = random.nextInt(4); i > 0; i--) {
                        long key = random.nextInt(n);
                        model.put(key, 1L + step);
                        walked.put().accept(key, 1 + step);
                    }
                    Disturbance[] others = {
                        Disturbance.NOTHING, Disturbance.GROWTH, Disturbance.SHRINKING
                    };
                    others[random.nextInt(others.length)].at(walked, n, step, random);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void rule8_clearingTheMapEndsTheWalk(Kind kind) {
        for (int n : SIZES) {
            for (int steps : new int[] {0, 1, n / 2, n}) {
                try (Walked walked = kind.filled(SEED, 0, n)) {
                    Walk walk = walked.start().get();
                    for (int i = 0; i < steps; i++) {
                        assertTrue(walk.next());
                    }
                    walked.clear().run();
                    assertFalse(walk.next());
                    walked.fill(0, n);
                    assertFalse(walk.next(), "an ended walk stays ended");
                    assertEquals(numbers(0, n), walk(walked, step -> {}).keySet());
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void rule8_whatIsPutAfterClearingDoesNotContinueTheWalk(Kind kind) {
        for (int n : SIZES) {
            try (Walked walked = kind.filled(SEED, 0, n)) {
                Walk walk = walked.start().get();
                assertTrue(walk.next());
                walked.clear().run();
                walked.fill(0, n);
                assertFalse(walk.next(), () -> "visited " + walk.key() + " of " + n);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void rule9_noChangeMakesAWalkThrow(Kind kind) {
        for (int n : SIZES) {
            try (Walked walked = kind.filled(SEED, 0, n)) {
                Random random = new Random(n);
                List<Walk> walks = new ArrayList<>();
                for (int i = 0; i < 5; i++) {
                    walks.add(walked.start().get());
                }
                for (int step = 0; step < 2 * n + 20 && !walks.isEmpty(); step++) {
                    int which = random.nextInt(walks.size());
                    Walk walk = walks.get(which);
                    if (!walk.next()) {
                        walks.remove(which);
                    } else if (random.nextInt(3) == 0) {
                        long key = walk.key();
                        walk.remove();
                        assertFalse(walked.contains().test(key));
                    }
                    Disturbance.EVERYTHING.at(walked, n, step, random);
                    if (step == n) {
                        walked.clear().run();
                    }
                }
                assertNotEquals(0, walked.map().stats().buckets());
            }
        }
    }
}
