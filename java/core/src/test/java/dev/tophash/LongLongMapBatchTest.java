package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The batch methods of {@link LongLongMap}: what they do, and what they refuse. */
class LongLongMapBatchTest {
    private static final long DEFAULT = -7;

    private final LongLongMap map = LongLongMap.builder().defaultValue(DEFAULT).build();

    /** Each way to pass a batch, with lengths around what one quick call does. */
    static Stream<Arguments> batches() {
        return Arrays.stream(LongBatches.values())
                .flatMap(
                        way ->
                                IntStream.of(0, 1, 1023, 1024, 1025, 5000)
                                        .mapToObj(n -> Arguments.of(way, n)));
    }

    @AfterEach
    void close() {
        map.close();
    }

    private static long[] longs(int n, LongUnaryOperator element) {
        return IntStream.range(0, n).mapToLong(i -> element.applyAsLong(i)).toArray();
    }

    @ParameterizedTest
    @MethodSource("batches")
    void putAllThenGetAllThenRemoveAll(LongBatches way, int n) {
        long[] keys = longs(n, i -> i * i - 3);
        long[] values = longs(n, i -> ~i);
        assertEquals(0, way.putAll(map, keys, values));
        assertEquals(n, map.size());
        assertEquals(n, way.putAll(map, keys, values), "all present now");

        long[] got = new long[n];
        assertEquals(n, way.getAll(map, keys, got));
        assertArrayEquals(values, got);
        for (int i = 0; i < n; i += 97) {
            assertEquals(values[i], map.get(keys[i]));
        }

        assertEquals(n, way.removeAll(map, keys));
        assertTrue(map.isEmpty());
        assertEquals(0, way.removeAll(map, keys));
        assertEquals(0, way.getAll(map, keys, got));
        assertArrayEquals(longs(n, i -> DEFAULT), got);
    }

    @ParameterizedTest
    @MethodSource("batches")
    void containsAllTellsPresentFromAbsent(LongBatches way, int n) {
        long[] keys = longs(n, i -> i);
        for (int i = 0; i < n; i += 3) {
            map.put(i, DEFAULT);
        }
        boolean[] found = new boolean[n];
        Arrays.fill(found, true);
        assertEquals((n + 2) / 3, way.containsAll(map, keys, found));
        for (int i = 0; i < n; i++) {
            assertEquals(i % 3 == 0, found[i], "key " + i);
        }
    }

    @ParameterizedTest
    @MethodSource("batches")
    void addAllStartsFromTheDefaultAndAccumulates(LongBatches way, int n) {
        long[] keys = longs(n, i -> i % 100);
        long[] deltas = longs(n, i -> i);
        assertEquals(Math.max(0, n - 100), way.addAll(map, keys, deltas));
        long[] sums = new long[100];
        Arrays.fill(sums, DEFAULT);
        for (int i = 0; i < n; i++) {
            sums[i % 100] += i;
        }
        assertEquals(Math.min(n, 100), map.size());
        for (int i = 0; i < Math.min(n, 100); i++) {
            assertEquals(sums[i], map.get(i));
        }
    }

    @ParameterizedTest
    @EnumSource
    void ofDuplicatesTheLastOneWins(LongBatches way) {
        long[] keys = {1, 2, 1, 1, 2, 3};
        assertEquals(3, way.putAll(map, keys, new long[] {10, 20, 11, 12, 21, 30}));
        assertEquals(3, map.size());
        long[] values = new long[6];
        assertEquals(6, way.getAll(map, keys, values));
        assertArrayEquals(new long[] {12, 21, 12, 12, 21, 30}, values);
        assertEquals(3, way.removeAll(map, keys), "each is there once");
    }

    @ParameterizedTest
    @EnumSource
    void aBatchFullOfOneKeyIsOneEntry(LongBatches way) {
        long[] keys = new long[3000];
        assertEquals(2999, way.putAll(map, keys, longs(3000, i -> i)));
        assertEquals(2999, map.get(0));
        assertEquals(3000, way.addAll(map, keys, longs(3000, i -> 1)));
        assertEquals(5999, map.get(0));
        assertEquals(1, way.removeAll(map, keys));
    }

    @ParameterizedTest
    @EnumSource
    void readingAndRemovingInANeverWrittenMapAllocatesNothing(LongBatches way) {
        long before = Tophash.nativeMaps();
        long[] keys = {1, 2, 3};
        long[] values = new long[3];
        boolean[] found = {true, true, true};
        assertEquals(0, way.removeAll(map, keys));
        assertEquals(0, way.getAll(map, keys, values));
        assertEquals(0, way.containsAll(map, keys, found));
        assertArrayEquals(new long[] {DEFAULT, DEFAULT, DEFAULT}, values);
        assertArrayEquals(new boolean[3], found);
        assertEquals(before, Tophash.nativeMaps());
    }

    @ParameterizedTest
    @EnumSource
    void writingNoKeysAllocatesNothing(LongBatches way) {
        long before = Tophash.nativeMaps();
        assertEquals(0, way.putAll(map, new long[0], new long[0]));
        assertEquals(0, way.addAll(map, new long[0], new long[0]));
        assertEquals(before, Tophash.nativeMaps());
    }

    @Test
    void arraysOfDifferentLengthsAreRefused() {
        long[] two = new long[2];
        long[] three = new long[3];
        for (Executable call :
                List.<Executable>of(
                        () -> map.getAll(two, three),
                        () -> map.putAll(two, three),
                        () -> map.addAll(two, three),
                        () -> map.containsAll(two, new boolean[3]))) {
            String message = assertThrows(IllegalArgumentException.class, call).getMessage();
            assertTrue(message.contains("3") && message.contains("2"), message);
        }
        assertTrue(map.isEmpty());
    }

    @Test
    void partsOutsideOfTheArraysAreRefused() {
        long[] two = new long[2];
        long[] three = new long[3];
        int[][] parts = {{-1, 1}, {0, -1}, {0, 4}, {3, 1}, {2, Integer.MAX_VALUE}, {0, 3}};
        for (int[] part : parts) {
            int offset = part[0];
            int length = part[1];
            for (Executable call :
                    List.<Executable>of(
                            () -> map.getAll(three, two, offset, length),
                            () -> map.getAll(two, three, offset, length),
                            () -> map.putAll(three, two, offset, length),
                            () -> map.addAll(two, three, offset, length),
                            () -> map.removeAll(two, offset, length),
                            () -> map.containsAll(two, new boolean[3], offset, length),
                            () -> map.containsAll(three, new boolean[2], offset, length))) {
                assertThrows(IndexOutOfBoundsException.class, call, () -> offset + ", " + length);
            }
        }
        assertTrue(map.isEmpty());
    }

    @Test
    void segmentsThatDoNotGoTogetherAreRefused() {
        MemorySegment two = MemorySegment.ofArray(new long[2]);
        MemorySegment three = MemorySegment.ofArray(new long[3]);
        refused(() -> map.getAll(two, three), "values has 3 elements, must have 2");
        refused(() -> map.putAll(two, three), "values has 3 elements, must have 2");
        refused(() -> map.addAll(two, three), "deltas has 3 elements, must have 2");
        refused(() -> map.containsAll(two, three), "found has 24 elements, must have 2");
        MemorySegment odd = MemorySegment.ofArray(new long[2]).asSlice(0, 15);
        refused(() -> map.getAll(odd, two), "keys has 15 bytes");
        refused(() -> map.putAll(two, odd), "values has 15 bytes");
        refused(() -> map.removeAll(odd), "keys has 15 bytes");
    }

    @Test
    void misalignedSegmentsAreRefused() {
        MemorySegment good = MemorySegment.ofArray(new long[2]);
        try (Arena arena = Arena.ofConfined()) {
            for (MemorySegment bad :
                    List.of(
                            arena.allocate(24, 8).asSlice(4, 16),
                            MemorySegment.ofArray(new byte[16]),
                            MemorySegment.ofArray(new int[4]),
                            MemorySegment.ofArray(new long[3]).asSlice(4, 16))) {
                refused(() -> map.getAll(bad, good), "keys is aligned to");
                refused(() -> map.getAll(good, bad), "values is aligned to");
                refused(() -> map.putAll(bad, good), "keys is aligned to");
                refused(() -> map.putAll(good, bad), "values is aligned to");
                refused(() -> map.addAll(good, bad), "deltas is aligned to");
                refused(() -> map.removeAll(bad), "keys is aligned to");
                refused(
                        () -> map.containsAll(bad, MemorySegment.ofArray(new byte[2])),
                        "keys is aligned to");
            }
        }
        assertTrue(map.isEmpty());
    }

    @Test
    void readOnlySegmentsCannotReceiveResults() {
        map.put(0, 5);
        long[] values = {1, 1};
        byte[] found = {7, 7};
        MemorySegment keys = MemorySegment.ofArray(new long[2]).asReadOnly();
        refused(
                () -> map.getAll(keys, MemorySegment.ofArray(values).asReadOnly()),
                "values is read-only");
        refused(
                () -> map.containsAll(keys, MemorySegment.ofArray(found).asReadOnly()),
                "found is read-only");
        assertArrayEquals(new long[] {1, 1}, values);
        assertArrayEquals(new byte[] {7, 7}, found);
        assertEquals(2, map.getAll(keys, MemorySegment.ofArray(values)), "keys may be read-only");
    }

    @Test
    void nullsAreRefused() {
        long[] two = new long[2];
        assertThrows(NullPointerException.class, () -> map.getAll(null, two));
        assertThrows(NullPointerException.class, () -> map.putAll(two, null));
        assertThrows(NullPointerException.class, () -> map.removeAll((long[]) null));
        assertThrows(NullPointerException.class, () -> map.removeAll((MemorySegment) null));
        assertThrows(NullPointerException.class, () -> map.containsAll(two, null));
        assertTrue(map.isEmpty());
    }

    @Test
    void aClosedArenaIsNoticed() {
        MemorySegment gone;
        try (Arena arena = Arena.ofConfined()) {
            gone = arena.allocate(16, 8);
        }
        MemorySegment good = MemorySegment.ofArray(new long[2]);
        assertThrows(IllegalStateException.class, () -> map.getAll(gone, good));
        assertThrows(IllegalStateException.class, () -> map.putAll(good, gone));
        assertTrue(map.isEmpty());
    }

    private static void refused(Executable call, String part) {
        String message = assertThrows(IllegalArgumentException.class, call).getMessage();
        assertTrue(message.contains(part), message);
    }
}
