package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tophash.AnyTable.Kind;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.Spliterator;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Streams and spliterators over maps, sets, their views and parts of those. */
class SpliteratorTest {
    private static final int LARGE = Effort.rounds(200_000);
    private static final int[] SIZES = {0, 1, 7, 1_000, LARGE};

    /** What can be streamed: the elements, or the keys, the values and the entries. */
    private static List<Collection<?>> parts(AnyTable table) {
        return table.whole() instanceof Map<?, ?> map
                ? List.of(map.keySet(), map.values(), map.entrySet())
                : List.of((Set<?>) table.whole());
    }

    private static Set<Object> numbers(AnyTable table, int n) {
        return IntStream.range(0, n).mapToObj(table.key()::apply).collect(Collectors.toSet());
    }

    /** The number of a key, a value or an entry. */
    private static long number(Object o) {
        return switch (o) {
            case Map.Entry<?, ?> e -> {
                assertEquals(number(e.getKey()), number(e.getValue()));
                yield number(e.getKey());
            }
            case String s -> Long.parseLong(s);
            case Number n -> n.longValue();
            default -> throw new AssertionError(o);
        };
    }

    @ParameterizedTest
    @EnumSource
    void parallelStreamsSeeEachEntryExactlyOnce(Kind kind) {
        for (int n : SIZES) {
            try (AnyTable table = kind.filled(n)) {
                for (Collection<?> part : parts(table)) {
                    Set<Long> seen = ConcurrentHashMap.newKeySet();
                    AtomicLong count = new AtomicLong();
                    part.parallelStream()
                            .forEach(
                                    o -> {
                                        count.incrementAndGet();
                                        seen.add(number(o));
                                    });
                    assertEquals(n, count.get());
                    assertEquals(n, seen.size());
                    assertTrue(seen.stream().allMatch(i -> i >= 0 && i < n));
                    assertEquals(n, part.parallelStream().count());
                    assertEquals(n, part.stream().toArray().length);
                    assertEquals(n, part.parallelStream().toArray().length);
                }
                assertEquals(numbers(table, n), table.keys().stream().collect(Collectors.toSet()));
            }
        }
    }

    private static void splitToTheEnd(Spliterator<?> part, List<Spliterator<?>> parts) {
        for (Spliterator<?> half = part.trySplit(); half != null; half = part.trySplit()) {
            splitToTheEnd(half, parts);
        }
        parts.add(part);
    }

    @ParameterizedTest
    @EnumSource
    void splittingToTheEndPartitions(Kind kind) {
        for (int n : SIZES) {
            try (AnyTable table = kind.filled(n)) {
                for (Collection<?> whole : parts(table)) {
                    List<Spliterator<?>> parts = new ArrayList<>();
                    splitToTheEnd(whole.spliterator(), parts);
                    assertTrue(n < LARGE || parts.size() > 10, () -> "parts: " + parts.size());
                    List<Long> seen = new ArrayList<>();
                    for (Spliterator<?> part : parts) {
                        part.tryAdvance(o -> seen.add(number(o)));
                        part.forEachRemaining(o -> seen.add(number(o)));
                        assertFalse(part.tryAdvance(o -> seen.add(-1L)));
                        assertEquals(0, part.estimateSize());
                    }
                    assertEquals(n, seen.size());
                    assertEquals(n, new HashSet<>(seen).size());
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatStaysIsSeenOnceWhileOthersComeAndGoBetweenSplitParts(Kind kind) {
        int n = Math.max(8_000, Effort.rounds(20_000)); // enough to split several times
        try (AnyTable table = kind.filled(n)) {
            Random random = new Random(kind.ordinal());
            List<Spliterator<?>> parts = new ArrayList<>(List.of(table.keys().spliterator()));
            Map<Long, Integer> seen = new HashMap<>();
            Set<Long> buckets = new HashSet<>();
            int splits = 0;
            for (int step = 0; !parts.isEmpty(); step++) {
                int which = random.nextInt(parts.size());
                Spliterator<?> part = parts.get(which);
                if (step % 50 == 0) {
                    Spliterator<?> half = part.trySplit();
                    if (half != null) {
                        parts.add(half);
                        splits++;
                    }
                }
                for (int i = random.nextInt(20); i >= 0; i--) {
                    if (!part.tryAdvance(o -> seen.merge(number(o), 1, Integer::sum))) {
                        parts.remove(which);
                        break;
                    }
                }
                disturb(table, n, step, random);
                buckets.add(table.map().stats().buckets());
            }
            assertTrue(splits > 3, "splits: " + splits);
            assertTrue(buckets.size() > 1, () -> "no growth: " + buckets);
            for (long i = 0; i < n; i++) {
                assertEquals(1, seen.get(i));
            }
            seen.forEach((i, times) -> assertEquals(1, times));
        }
    }

    private static void disturb(AnyTable table, int n, int step, Random random) {
        for (int i = 0; i < 20 && step < n / 10; i++) {
            table.put(n + random.nextInt(4 * n)); // growth
            table.remove(n + random.nextInt(4 * n));
        }
        if (step == n / 10) {
            for (int i = n; i < 5 * n; i++) {
                table.remove(i);
            }
            table.map().shrinkToFit();
        }
    }

    @ParameterizedTest
    @EnumSource
    void theSizeIsAnEstimate(Kind kind) {
        for (int n : SIZES) {
            try (AnyTable table = kind.filled(n)) {
                for (Collection<?> part : parts(table)) {
                    Spliterator<?> all = part.spliterator();
                    // What a stream does may change the map: the size is only an estimate.
                    assertFalse(all.hasCharacteristics(Spliterator.SIZED));
                    assertEquals(n, all.estimateSize());
                    boolean any = all.tryAdvance(o -> {});
                    assertEquals(n > 0, any);
                    assertEquals(Math.max(0, n - 1), all.estimateSize());
                    Spliterator<?> half = all.trySplit();
                    if (n < LARGE) {
                        continue; // may have been too few to split
                    }
                    assertNotNull(half);
                    for (Spliterator<?> one : List.of(all, half)) {
                        long estimate = one.estimateSize();
                        assertTrue(estimate > n / 3 && estimate <= n / 2, () -> "" + estimate);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSpliteratorIsBoundWhenItIsFirstUsed(Kind kind) {
        try (AnyTable table = kind.create()) {
            Spliterator<?> advanced = table.keys().spliterator();
            Spliterator<?> drained = table.keys().spliterator();
            Spliterator<?> split = table.keys().spliterator();
            var stream = table.keys().stream();
            assertEquals(0, advanced.estimateSize());
            table.fill(LARGE);
            assertEquals(LARGE, advanced.estimateSize());
            assertTrue(advanced.tryAdvance(o -> {}));
            int[] count = {0};
            drained.forEachRemaining(o -> count[0]++);
            assertEquals(LARGE, count[0]);
            assertNotNull(split.trySplit());
            assertEquals(LARGE, stream.filter(o -> true).count());
            table.put(LARGE);
            assertEquals(LARGE - 1, advanced.estimateSize()); // bound by now
        }
    }

    @ParameterizedTest
    @EnumSource
    void characteristicsSayWhatHolds(Kind kind) {
        try (AnyTable table = kind.filled(10)) {
            for (Collection<?> part : parts(table)) {
                Spliterator<?> all = part.spliterator();
                assertEquals(part instanceof Set, all.hasCharacteristics(Spliterator.DISTINCT));
                for (int not :
                        new int[] {
                            Spliterator.ORDERED,
                            Spliterator.SORTED,
                            Spliterator.IMMUTABLE,
                            Spliterator.CONCURRENT
                        }) {
                    assertFalse(all.hasCharacteristics(not));
                }
            }
        }
    }
}
