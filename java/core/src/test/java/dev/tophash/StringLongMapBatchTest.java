package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.LongUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The batch methods of {@link StringLongMap}: what they do, and what they refuse. */
class StringLongMapBatchTest {
    private static final long DEFAULT = -7;

    private final StringLongMap map = StringLongMap.builder().defaultValue(DEFAULT).build();

    /** Each way to pass a batch, with lengths around what one quick call does. */
    static Stream<Arguments> batches() {
        return Arrays.stream(StringBatches.values())
                .flatMap(
                        way ->
                                IntStream.of(0, 1, 1023, 1024, 1025, 5000)
                                        .mapToObj(n -> Arguments.of(way, n)));
    }

    @AfterEach
    void close() {
        map.close();
    }

    /** Short and long keys, with characters of one to four bytes. */
    private static String key(int i) {
        return switch (i % 4) {
            case 0 -> "" + i;
            case 1 -> "\u00e9" + i;
            case 2 -> "\ud83d\ude00 a longer one, " + i;
            default -> "x".repeat(i % 400) + i;
        };
    }

    private static String[] keys(int n, IntFunction<String> key) {
        return IntStream.range(0, n).mapToObj(key).toArray(String[]::new);
    }

    private static long[] longs(int n, LongUnaryOperator element) {
        return IntStream.range(0, n).mapToLong(i -> element.applyAsLong(i)).toArray();
    }

    @ParameterizedTest
    @MethodSource("batches")
    void putAllThenGetAllThenRemoveAll(StringBatches way, int n) {
        String[] keys = keys(n, StringLongMapBatchTest::key);
        long[] values = longs(n, i -> ~i);
        assertEquals(0, way.putAll(map, keys, values));
        assertEquals(n, map.size());
        assertEquals(n, way.putAll(map, keys, values), "all present now");

        long[] got = new long[n];
        assertEquals(n, way.getAll(map, keys, got));
        assertArrayEquals(values, got);
        for (int i = 0; i < n; i += 97) {
            assertEquals(values[i], map.get(keys[i].getBytes(UTF_8)));
        }

        assertEquals(n, way.removeAll(map, keys));
        assertTrue(map.isEmpty());
        assertEquals(0, way.removeAll(map, keys));
        assertEquals(0, way.getAll(map, keys, got));
        assertArrayEquals(longs(n, i -> DEFAULT), got);
    }

    @ParameterizedTest
    @MethodSource("batches")
    void containsAllTellsPresentFromAbsent(StringBatches way, int n) {
        for (int i = 0; i < n; i += 3) {
            map.put(key(i), DEFAULT);
        }
        boolean[] found = new boolean[n];
        Arrays.fill(found, true);
        assertEquals(
                (n + 2) / 3, way.containsAll(map, keys(n, StringLongMapBatchTest::key), found));
        for (int i = 0; i < n; i++) {
            assertEquals(i % 3 == 0, found[i], "key " + i);
        }
    }

    @ParameterizedTest
    @MethodSource("batches")
    void addAllStartsFromTheDefaultAndAccumulates(StringBatches way, int n) {
        long[] deltas = longs(n, i -> i);
        assertEquals(Math.max(0, n - 100), way.addAll(map, keys(n, i -> key(i % 100)), deltas));
        long[] sums = new long[100];
        Arrays.fill(sums, DEFAULT);
        for (int i = 0; i < n; i++) {
            sums[i % 100] += i;
        }
        assertEquals(Math.min(n, 100), map.size());
        for (int i = 0; i < Math.min(n, 100); i++) {
            assertEquals(sums[i], map.get(key(i)));
        }
    }

    @ParameterizedTest
    @EnumSource
    void ofDuplicatesTheLastOneWins(StringBatches way) {
        String longKey = "more than twelve bytes";
        String[] keys = {"", longKey, "", "", longKey, "c"};
        assertEquals(3, way.putAll(map, keys, new long[] {10, 20, 11, 12, 21, 30}));
        long[] values = new long[6];
        assertEquals(6, way.getAll(map, keys, values));
        assertArrayEquals(new long[] {12, 21, 12, 12, 21, 30}, values);
        assertEquals(3, way.removeAll(map, keys), "each is there once");
    }

    @ParameterizedTest
    @EnumSource
    void largeKeysGrowTheBuffers(StringBatches way) {
        String[] keys = keys(40, i -> "k".repeat(100_000 / (i + 1)) + i);
        assertEquals(0, way.putAll(map, keys, longs(40, i -> i)));
        long[] values = new long[40];
        assertEquals(40, way.getAll(map, keys, values));
        assertArrayEquals(longs(40, i -> i), values);
    }

    @ParameterizedTest
    @EnumSource
    void readingAndRemovingInANeverWrittenMapAllocatesNothing(StringBatches way) {
        long before = Tophash.nativeMaps();
        String[] keys = {"", "b", "c"};
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
    void writingNoKeysAllocatesNothing(StringBatches way) {
        long before = Tophash.nativeMaps();
        assertEquals(0, way.putAll(map, new String[0], new long[0]));
        assertEquals(0, way.addAll(map, new String[0], new long[0]));
        assertEquals(before, Tophash.nativeMaps());
    }

    @Test
    void arraysOfDifferentLengthsAreRefused() {
        String[] two = {"a", "b"};
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
    void spansAndValuesThatDoNotGoTogetherAreRefused() {
        Spans two = Spans.ofUtf8("a", "b");
        for (int n : new int[] {0, 1, 3}) {
            for (Executable call :
                    List.<Executable>of(
                            () -> map.getAll(two, new long[n]),
                            () -> map.putAll(two, new long[n]),
                            () -> map.addAll(two, new long[n]),
                            () -> map.containsAll(two, new boolean[n]),
                            () -> map.containsAll(two, MemorySegment.ofArray(new byte[n])))) {
                String message = assertThrows(IllegalArgumentException.class, call).getMessage();
                assertTrue(message.contains("" + n) && message.contains("2"), message);
            }
        }
        MemorySegment readOnly = MemorySegment.ofArray(new long[2]).asReadOnly();
        assertThrows(IllegalArgumentException.class, () -> map.getAll(two, readOnly));
        assertThrows(
                IllegalArgumentException.class,
                () -> map.containsAll(two, MemorySegment.ofArray(new byte[2]).asReadOnly()));
        assertThrows(
                IllegalArgumentException.class,
                () -> map.putAll(two, MemorySegment.ofArray(new byte[16])),
                "misaligned");
        assertTrue(map.isEmpty());
    }

    @Test
    void partsOutsideOfTheArraysAreRefused() {
        String[] two = {"a", "b"};
        String[] three = {"a", "b", "c"};
        int[][] parts = {{-1, 1}, {0, -1}, {0, 4}, {3, 1}, {2, Integer.MAX_VALUE}, {0, 3}};
        for (int[] part : parts) {
            int offset = part[0];
            int length = part[1];
            for (Executable call :
                    List.<Executable>of(
                            () -> map.getAll(three, new long[2], offset, length),
                            () -> map.putAll(two, new long[3], offset, length),
                            () -> map.addAll(two, new long[3], offset, length),
                            () -> map.removeAll(two, offset, length),
                            () -> map.containsAll(three, new boolean[2], offset, length))) {
                assertThrows(IndexOutOfBoundsException.class, call, () -> offset + ", " + length);
            }
        }
        assertTrue(map.isEmpty());
    }

    /** Those before it are done, as always when a batch fails on its way. */
    @Test
    void aKeyMovedOutOfTheDataAfterwardsIsRefused() {
        MemorySegment data = MemorySegment.ofArray("abcdefgh".getBytes(UTF_8));
        long[][] spans = {
            {-1, 2}, {3, 2}, {0, 9}, {9, 9}, {Long.MIN_VALUE, 0}, {0, Long.MAX_VALUE}
        };
        for (long[] span : spans) {
            map.clear();
            map.put("z", 1);
            long[] starts = {0, 1, 2};
            long[] ends = {1, 2, 3};
            Spans keys = Spans.of(data, starts, ends);
            starts[2] = span[0];
            ends[2] = span[1];
            long[] values = {7, 7, 7};
            for (Executable call :
                    List.<Executable>of(
                            () -> map.getAll(keys, values),
                            () -> map.putAll(keys, values),
                            () -> map.addAll(keys, values),
                            () -> map.removeAll(keys),
                            () -> map.containsAll(keys, MemorySegment.ofArray(new byte[3])))) {
                String message = assertThrows(IndexOutOfBoundsException.class, call).getMessage();
                assertTrue(message.contains("span 2"), message);
                assertTrue(message.contains(span[0] + ", " + span[1]), message);
            }
            assertEquals(7, values[2]);
            assertEquals(1, map.size(), "a and b were put and removed");
        }
    }

    @Test
    void emptyKeysMayLieAtTheEndOfTheData() {
        MemorySegment data = MemorySegment.ofArray(new byte[4]);
        Spans keys = Spans.of(data, new long[] {4, 0}, new long[] {4, 0});
        assertEquals(1, map.putAll(keys, new long[] {1, 2}));
        assertEquals(2, map.get(""));
        Spans nothing = Spans.of(MemorySegment.ofArray(new byte[0]), new long[1], new long[1]);
        long[] values = new long[1];
        assertEquals(1, map.getAll(nothing, values));
        assertEquals(2, values[0]);
    }

    @Test
    void nullsAndLoneSurrogatesAreRefused() {
        long[] values = new long[2];
        assertThrows(
                NullPointerException.class, () -> map.putAll(new String[] {"a", null}, values));
        assertThrows(NullPointerException.class, () -> map.getAll((String[]) null, values));
        assertThrows(NullPointerException.class, () -> map.getAll(new String[2], null));
        assertThrows(NullPointerException.class, () -> map.removeAll((String[]) null));
        assertThrows(NullPointerException.class, () -> map.removeAll((Spans) null));
        assertThrows(
                IllegalArgumentException.class,
                () -> map.putAll(new String[] {"a", "\ud800"}, values));
        assertTrue(map.isEmpty());
        assertFalse(map.containsKey("a"));
    }
}
