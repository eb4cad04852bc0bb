package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

class MapStatsTest {
    private static final List<String> SUBJECTS =
            List.of(
                    "entries",
                    "overflow",
                    "growth",
                    "used",
                    "held",
                    "policy",
                    "resident",
                    "nodes",
                    "occupancy",
                    "hits",
                    "misses",
                    "seed",
                    "kernel");

    private static LongLongMap filled(long entries) {
        LongLongMap map = LongLongMap.builder().seed(42).build();
        for (long key = 0; key < entries; key++) {
            map.put(key * 0x9e3779b97f4a7c15L, key);
        }
        return map;
    }

    private static List<String> subjects(String report) {
        return report.lines().map(line -> line.split(" ")[0]).collect(Collectors.toList());
    }

    private static long sum(List<Long> numbers) {
        return numbers.stream().mapToLong(Long::longValue).sum();
    }

    @Test
    void fullFiguresAddUp() {
        try (LongLongMap map = filled(100_000)) {
            MapStats stats = map.fullStats();
            assertEquals(100_000, sum(stats.hitProbes()));
            assertEquals(sum(stats.chains()), sum(stats.missProbes()));
            assertEquals(256, stats.density().size());
            assertEquals(100_000, sum(stats.density()));
            long buckets =
                    LongStream.range(0, stats.chains().size())
                            .map(i -> (i + 1) * stats.chains().get((int) i))
                            .sum();
            assertEquals(sum(stats.occupancy()), buckets);
            assertTrue(stats.residentBytes() >= stats.bucketBytes() / 2, stats::report);
            assertTrue(stats.residentBytes() <= stats.reservedBytes(), stats::report);
            assertTrue(stats.hugeBytes() <= stats.residentBytes(), stats::report);
            assertTrue(sum(stats.nodeBytes()) <= stats.reservedBytes(), stats::report);
            assertEquals((double) stats.size() / stats.buckets(), stats.load());
            assertEquals(0, stats.clears());
            map.clear();
            assertEquals(1, map.stats().clears());
        }
    }

    @Test
    void countersAloneLeaveTheRestOut() {
        try (LongLongMap map = filled(1000)) {
            MapStats stats = map.stats();
            assertEquals(List.of(), stats.chains());
            assertEquals(List.of(), stats.hitProbes());
            assertEquals(List.of(), stats.density());
            assertEquals(List.of(), stats.missProbes());
            assertEquals(List.of(), stats.nodeBytes());
            assertEquals(0, stats.residentBytes());
            assertFalse(subjects(stats.report()).contains("resident"));
        }
    }

    @Test
    void theReportHasALineForEachSubject() {
        try (LongLongMap map = filled(100_000)) {
            String report = map.fullStats().report();
            assertEquals(SUBJECTS, subjects(report));
            assertTrue(
                    report.startsWith("entries     100,000 in 16,384 buckets (B = 14): 6.10"),
                    report);
            assertTrue(report.contains("kernel      " + Tophash.kernel() + "\n"), report);
            assertTrue(report.contains("growth      none\n"), report);
        }
    }

    @Test
    void smallArraysHaveAPartForEachBucket() {
        try (LongLongMap map = filled(30)) {
            MapStats stats = map.fullStats();
            assertEquals(8, stats.buckets());
            assertEquals(8, stats.density().size());
            assertEquals(30, sum(stats.density()));
        }
    }

    @Test
    void theReportOfAMapThatWasNeverWrittenTo() {
        try (LongLongMap map = LongLongMap.create()) {
            assertTrue(
                    map.fullStats()
                            .report()
                            .startsWith(
                                    "entries     none, and no bucket before the first write\n"));
        }
    }

    @Test
    void theReportOfAGrowingMap() {
        try (LongLongMap map = filled(0)) {
            for (long key = 0; !map.stats().growing() || map.size() < 10_000; key++) {
                map.put(key, key);
            }
            MapStats stats = map.fullStats();
            assertTrue(
                    stats.report().contains("% of " + String.format("%,d", stats.oldBuckets())),
                    stats::report);
            assertEquals(stats.size(), sum(stats.hitProbes()));
            assertTrue(sum(stats.chains()) < stats.buckets() + stats.oldBuckets());
        }
    }
}
