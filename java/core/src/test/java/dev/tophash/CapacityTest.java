package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tophash.Subject.Kind;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.List;

/**
 * Room and statistics: expected sizes, reserve, shrinkToFit, clear, and what the figures say of
 * them.
 */
class CapacityTest {
    private static void fill(Subject subject, int from, int to) {
        for (int i = from; i < to; i++) {
            subject.put(i, -i);
        }
    }

    private static void assertHolds(Subject subject, int from, int to) {
        assertEquals(to - from, subject.size());
        for (int i = from; i < to; i++) {
            assertEquals(-i, subject.get(i));
        }
    }

    @ParameterizedTest
    @EnumSource
    void expectedSizeAllocatesAtTheFirstWriteAndDoesNotGrow(Kind kind) {
        long before = Tophash.nativeMaps();
        try (Subject subject = kind.withExpectedSize(10_000)) {
            assertEquals(before, Tophash.nativeMaps());
            assertEquals(0, subject.map().stats().buckets());
            subject.put(0, 0);
            long buckets = subject.map().stats().buckets();
            assertTrue(buckets * 6.5 >= 10_000, () -> "buckets " + buckets);
            assertTrue(buckets * 6.5 < 40_000, () -> "buckets " + buckets);
            fill(subject, 0, 10_000);
            assertEquals(buckets, subject.map().stats().buckets());
            assertEquals(0, subject.map().stats().oldBuckets());
            assertHolds(subject, 0, 10_000);
        }
    }

    @Test
    void negativeSizesAreRefusedWithTheirValue() {
        for (long bad : new long[] {-1, Long.MIN_VALUE}) {
            refused("expectedSize is " + bad, () -> LongLongMap.withExpectedSize(bad));
            refused("expectedSize is " + bad, () -> LongLongMap.builder().expectedSize(bad));
            refused("expectedSize is " + bad, () -> StringLongMap.withExpectedSize(bad));
            refused("expectedSize is " + bad, () -> BytesLongMap.withExpectedSize(bad));
            refused("expectedSize is " + bad, () -> BytesBytesMap.withExpectedSize(bad));
            try (LongLongMap map = LongLongMap.create()) {
                refused("entries is " + bad, () -> map.reserve(bad));
            }
        }
    }

    private static void refused(String part, Executable call) {
        String message = assertThrows(IllegalArgumentException.class, call).getMessage();
        assertTrue(message.contains(part) && message.contains("must be from 0 to"), message);
    }

    @ParameterizedTest
    @EnumSource
    void moreEntriesThanAMapCanHaveAreRefusedAndChangeNothing(Kind kind) {
        try (Subject subject = kind.filled(0, 0)) {
            fill(subject, 0, 100);
            MapStats stats = subject.map().stats();
            String message =
                    assertThrows(
                                    IllegalArgumentException.class,
                                    () -> subject.map().reserve(Long.MAX_VALUE))
                            .getMessage();
            assertTrue(message.contains(Long.toString(Long.MAX_VALUE)), message);
            // 2^40 buckets are allowed, but no machine has the addresses.
            assertThrows(OutOfMemoryError.class, () -> subject.map().reserve(7_000_000_000_000L));
            assertEquals(stats, subject.map().stats());
            assertHolds(subject, 0, 100);
        }
    }

    @Test
    void anExpectedSizeThatNoMachineHasFailsAtTheFirstWrite() {
        long before = Tophash.nativeBytes();
        try (LongLongMap map = LongLongMap.withExpectedSize(7_000_000_000_000L)) {
            assertEquals(0, map.get(1));
            assertThrows(OutOfMemoryError.class, () -> map.put(1, 1));
            assertTrue(map.isEmpty());
        }
        assertEquals(before, Tophash.nativeBytes());
    }

    @ParameterizedTest
    @EnumSource
    void reserveMakesRoomOnceAndForAll(Kind kind) {
        try (Subject subject = kind.create()) {
            subject.map().reserve(0);
            assertEquals(0, subject.map().stats().buckets(), "0 entries need no room");
            subject.map().reserve(5_000);
            long buckets = subject.map().stats().buckets();
            assertTrue(buckets * 6.5 >= 5_000);
            fill(subject, 0, 5_000);
            assertEquals(buckets, subject.map().stats().buckets());
            subject.map().reserve(10);
            assertEquals(buckets, subject.map().stats().buckets(), "never takes room away");
            subject.map().reserve(50_000);
            long more = subject.map().stats().buckets();
            assertTrue(more * 6.5 >= 50_000);
            assertHolds(subject, 0, 5_000);
            fill(subject, 5_000, 50_000);
            assertEquals(more, subject.map().stats().buckets());
            assertHolds(subject, 0, 50_000);
        }
    }

    @ParameterizedTest
    @EnumSource
    void clearKeepsTheBucketsAndForgetsTheEntries(Kind kind) {
        try (Subject subject = kind.create()) {
            fill(subject, 0, 20_000);
            MapStats before = subject.map().stats();
            subject.map().clear();
            MapStats after = subject.map().fullStats();
            assertEquals(0, subject.size());
            assertEquals(before.buckets(), after.buckets());
            assertEquals(0, after.overflowBuckets());
            assertEquals(0, after.oldBuckets());
            assertEquals(0, after.keyBytesLive());
            assertEquals(after.buckets(), after.occupancy().get(0));
            assertEquals(0, subject.get(5));
            assertTrue(!subject.cursor().next());
            fill(subject, 10_000, 12_000);
            assertHolds(subject, 10_000, 12_000);
        }
    }

    @ParameterizedTest
    @EnumSource
    void clearInTheMiddleOfGrowth(Kind kind) {
        try (Subject subject = kind.create()) {
            int n = 0;
            while (n < 10_000 || subject.map().stats().oldBuckets() == 0) {
                subject.put(n, -n);
                n++;
            }
            subject.map().clear();
            assertEquals(0, subject.map().stats().oldBuckets());
            assertTrue(!subject.cursor().next());
            fill(subject, 0, 30_000);
            assertHolds(subject, 0, 30_000);
        }
    }

    @ParameterizedTest
    @EnumSource
    void clearAndShrinkOfANeverWrittenMapAllocateNothing(Kind kind) {
        long before = Tophash.nativeMaps();
        try (Subject subject = kind.create()) {
            subject.map().clear();
            subject.map().shrinkToFit();
            subject.map().reserve(0);
            assertEquals(before, Tophash.nativeMaps());
            assertEquals(0, subject.map().stats().usedBytes());
            assertEquals(0, subject.map().stats().reservedBytes());
        }
    }

    @ParameterizedTest
    @EnumSource
    void shrinkToFitKeepsEntriesInLessMemory(Kind kind) {
        try (Subject subject = kind.create()) {
            fill(subject, 0, 50_000);
            for (int i = 100; i < 50_000; i++) {
                subject.remove(i);
            }
            MapStats large = subject.map().stats();
            subject.map().shrinkToFit();
            MapStats small = subject.map().stats();
            assertTrue(small.buckets() * 6.5 >= 100 && small.buckets() <= 16, small::toString);
            assertEquals(0, small.oldBuckets());
            assertTrue(small.reservedBytes() < large.reservedBytes() / 50, small::toString);
            assertHolds(subject, 0, 100);
            fill(subject, 100, 1_000);
            assertHolds(subject, 0, 1_000);
        }
    }

    @ParameterizedTest
    @EnumSource
    void shrinkToFitOfAnEmptyMapGivesAllBucketsBack(Kind kind) {
        try (Subject subject = kind.create()) {
            fill(subject, 0, 20_000);
            subject.map().clear();
            subject.map().shrinkToFit();
            assertEquals(0, subject.map().stats().buckets());
            assertTrue(subject.map().stats().reservedBytes() < 4096);
            fill(subject, 0, 20);
            assertHolds(subject, 0, 20);
        }
    }

    @ParameterizedTest
    @EnumSource
    void removingEverythingKeepsTheBuckets(Kind kind) {
        try (Subject subject = kind.create()) {
            fill(subject, 0, 10_000);
            long buckets = subject.map().stats().buckets();
            for (int i = 0; i < 10_000; i++) {
                assertEquals(-i, subject.remove(i));
            }
            assertEquals(0, subject.size());
            assertEquals(buckets, subject.map().stats().buckets());
        }
    }

    @ParameterizedTest
    @EnumSource
    void memoryOfRemovedKeysIsUsedAgain(Kind kind) {
        try (Subject subject = kind.create()) {
            fill(subject, 0, 2_000);
            long before = subject.map().stats().reservedBytes();
            for (int i = 2_000; i < 100_000; i++) {
                subject.remove(i - 2_000);
                subject.put(i, -i);
            }
            assertHolds(subject, 98_000, 100_000);
            assertTrue(subject.map().stats().reservedBytes() <= 4 * before);
        }
    }

    @Test
    void statisticsAddUp() {
        try (StringLongMap map = StringLongMap.create()) {
            for (int i = 0; i < 10_000; i++) {
                map.put("x".repeat(i % 40) + i, i);
            }
            MapStats stats = map.fullStats();
            assertEquals(10_000, stats.size());
            assertEquals(1L << stats.b(), stats.buckets());
            long entries = 0;
            long buckets = 0;
            for (int n = 0; n <= 8; n++) {
                entries += n * stats.occupancy().get(n);
                buckets += stats.occupancy().get(n);
            }
            assertEquals(10_000, entries);
            assertTrue(buckets >= stats.buckets() + stats.overflowBuckets());
            assertTrue(stats.longestChain() >= 1 && stats.longestChain() < 20, stats::toString);
            assertTrue(stats.keyBytesLive() > 0);
            assertTrue(stats.growAt() >= stats.size());
            assertEquals(
                    stats.usedBytes(),
                    stats.headerBytes()
                            + stats.bucketBytes()
                            + stats.overflowBytes()
                            + stats.keyBytesLive()
                            + stats.keyBytesDead());
            assertTrue(stats.reservedBytes() >= stats.usedBytes(), stats::toString);
            assertTrue(Tophash.nativeBytes() >= stats.reservedBytes());

            MapStats quick = map.stats();
            assertEquals(0, quick.longestChain());
            assertEquals(List.of(), quick.occupancy());
            assertEquals(stats.size(), quick.size());
        }
    }

    @Test
    void growthIsVisibleWhileItGoesOn() {
        try (LongLongMap map = LongLongMap.create()) {
            long growths = 0;
            for (int i = 0; i < 100_000; i++) {
                MapStats before = map.stats();
                map.put(i, i);
                MapStats after = map.stats();
                if (before.buckets() != 0 && after.buckets() != before.buckets()) {
                    growths++;
                    assertEquals(before.growAt(), before.size());
                    assertEquals(2 * before.buckets(), after.buckets());
                    assertEquals(before.buckets(), after.oldBuckets());
                }
            }
            assertTrue(growths >= 10, "growths " + growths);
        }
    }
}
