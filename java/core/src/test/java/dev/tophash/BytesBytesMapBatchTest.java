package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The batch methods of {@link BytesBytesMap}, and {@link ValueBuffer}. */
class BytesBytesMapBatchTest {
    /** Widths of keys and values, with batch sizes around what one quick call does. */
    static Stream<int[]> batches() {
        int[][] widths = {{-1, -1}, {4, -1}, {-1, 6}, {16, 0}, {3, 100}};
        return Arrays.stream(widths)
                .flatMap(
                        w ->
                                IntStream.of(0, 1, 1023, 1024, 1025, 5000)
                                        .mapToObj(n -> new int[] {w[0], w[1], n}));
    }

    private static byte[][] keys(int n, int width) {
        return IntStream.range(0, n)
                .mapToObj(i -> BytesLongMapTest.key(i, width))
                .toArray(byte[][]::new);
    }

    private static byte[][] values(int n, int width, int shift) {
        return IntStream.range(0, n)
                .mapToObj(i -> BytesBytesMapTest.bytes(width < 0 ? i * 7 % 200 : width, i + shift))
                .toArray(byte[][]::new);
    }

    private static void assertValues(byte[][] expected, ValueBuffer values, int from) {
        for (int i = 0; i < values.count(); i++) {
            byte[] value = expected[from + i];
            assertArrayEquals(value, values.copy(i));
            assertEquals(value != null, values.isPresent(i));
            if (value == null) {
                assertNull(values.get(i));
            } else {
                assertEquals(-1, values.get(i).mismatch(MemorySegment.ofArray(value)));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("batches")
    void batchesDoWhatSingleOperationsDo(int[] setting) {
        int n = setting[2];
        byte[][] keys = keys(n, setting[0]);
        byte[][] values = values(n, setting[1], 0);
        Spans all = Spans.of(keys);
        try (BytesBytesMap map = BytesBytesMapTest.map(setting[0], setting[1])) {
            ValueBuffer buffer = new ValueBuffer();
            assertEquals(0, map.getAll(all, buffer));
            assertEquals(n, buffer.count());
            assertValues(new byte[n][], buffer, 0);
            assertEquals(0, map.removeAll(all));
            assertEquals(0, map.nativeBytes());

            assertEquals(0, map.putAll(all, Spans.of(values)));
            assertEquals(n, map.size());
            for (int i = 0; i < n; i++) {
                assertArrayEquals(values[i], map.get(keys[i]));
            }
            assertEquals(n, map.getAll(all, buffer));
            assertValues(values, buffer, 0);

            byte[][] others = values(n, setting[1], 1);
            assertEquals(n, map.putAll(all, Spans.of(others)));
            assertValues(others, map.getAll(all), 0);

            Spans half = all.part(n / 2, n - n / 2);
            assertEquals(n - n / 2, map.removeAll(half));
            Arrays.fill(others, n / 2, n, null);
            assertEquals(n / 2, map.getAll(all, buffer));
            assertValues(others, buffer, 0);
            boolean[] found = new boolean[n];
            assertEquals(n / 2, map.containsAll(all, found));
            for (int i = 0; i < n; i++) {
                assertEquals(i < n / 2, found[i]);
            }
        }
    }

    /** Packed keys and values, for maps that know their width and maps that do not. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1023, 1024, 1025, 5000})
    void packedKeysAndValues(int n) {
        byte[] keys = new byte[n * 4];
        byte[] values = new byte[n * 20];
        byte[][] expected = new byte[n][];
        for (int i = 0; i < n; i++) {
            System.arraycopy(BytesLongMapTest.key(i, 4), 0, keys, i * 4, 4);
            expected[i] = BytesBytesMapTest.bytes(20, i);
            System.arraycopy(expected[i], 0, values, i * 20, 20);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment inNative = arena.allocate(keys.length + 1L).asSlice(1, keys.length);
            inNative.copyFrom(MemorySegment.ofArray(keys));
            Spans k = Spans.packed(inNative.asReadOnly(), 4);
            Spans v = Spans.packed(MemorySegment.ofArray(values).asReadOnly(), 20);
            for (int keyWidth : new int[] {-1, 4}) {
                for (int valueWidth : new int[] {-1, 20}) {
                    try (BytesBytesMap map = BytesBytesMapTest.map(keyWidth, valueWidth)) {
                        assertEquals(0, map.putAll(k, v));
                        assertEquals(n, map.putAll(k, v));
                        ValueBuffer got = map.getAll(k);
                        assertEquals(n, got.count());
                        assertValues(expected, got, 0);
                        assertEquals(n, map.containsAll(k, new boolean[n]));
                        assertEquals(n, map.removeAll(k));
                    }
                }
            }
        }
    }

    /** In memory of the caller a batch goes as far as there is room. */
    @ParameterizedTest
    @ValueSource(ints = {-1, 30})
    void aFullBufferEndsABatchEarly(int valueWidth) {
        int n = 3000;
        byte[][] keys = keys(n, -1);
        byte[][] values = valueWidth < 0 ? values(n, -1, 0) : values(n, valueWidth, 0);
        for (int i = 0; i < n; i += 5) {
            values[i] = null;
        }
        try (BytesBytesMap map = BytesBytesMapTest.map(-1, valueWidth);
                Arena arena = Arena.ofConfined()) {
            int present = 0;
            for (int i = 0; i < n; i++) {
                if (values[i] != null) {
                    map.put(keys[i], values[i]);
                    present++;
                }
            }
            MemorySegment wide = arena.allocate(1002).fill((byte) 5);
            ValueBuffer buffer = ValueBuffer.in(wide.asSlice(1, 1000));
            Spans all = Spans.of(keys);
            long found = 0;
            long done = 0;
            int batches = 0;
            while (done < n) {
                found += map.getAll(all.part(done, n - done), buffer);
                assertTrue(buffer.count() > 0);
                assertValues(values, buffer, (int) done);
                done += buffer.count();
                batches++;
            }
            assertEquals(n, done);
            assertEquals(present, found);
            assertTrue(batches > 50, "the buffer is small");
            assertEquals(5, wide.get(JAVA_BYTE, 0));
            assertEquals(5, wide.get(JAVA_BYTE, 1001));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 30})
    void aBufferThatCannotHoldOneValueIsRefused(int valueWidth) {
        try (BytesBytesMap map = BytesBytesMapTest.map(-1, valueWidth)) {
            map.put(new byte[1], new byte[30]);
            ValueBuffer buffer = ValueBuffer.in(MemorySegment.ofArray(new byte[29]));
            String message =
                    assertThrows(
                                    IllegalArgumentException.class,
                                    () -> map.getAll(Spans.of(new byte[1]), buffer))
                            .getMessage();
            assertTrue(message.contains("29") && message.contains("30"), message);
            assertEquals(0, buffer.count());
            assertEquals(0, map.getAll(Spans.of(), buffer));
        }
        assertThrows(
                IllegalArgumentException.class,
                () -> ValueBuffer.in(MemorySegment.ofArray(new byte[1]).asReadOnly()));
    }

    @Test
    void largeValuesGrowABuffer() {
        try (BytesBytesMap map = BytesBytesMap.create()) {
            byte[][] keys = keys(100, 20);
            byte[][] values = new byte[100][];
            for (int i = 0; i < 100; i++) {
                values[i] = BytesBytesMapTest.bytes(i * 1000, i);
            }
            Spans all = Spans.of(keys);
            assertEquals(0, map.putAll(all, Spans.of(values)));
            ValueBuffer buffer = map.getAll(all);
            assertEquals(100, buffer.count());
            assertValues(values, buffer, 0);
            assertEquals(1, map.getAll(all.part(99, 1), buffer));
            assertEquals(1, buffer.count());
            assertValues(values, buffer, 99);
            assertThrows(IndexOutOfBoundsException.class, () -> buffer.get(1));
            assertThrows(IndexOutOfBoundsException.class, () -> buffer.copy(-1));
            assertThrows(IndexOutOfBoundsException.class, () -> buffer.isPresent(1));
        }
    }

    /** One buffer for maps of any width, one after the other. */
    @Test
    void aBufferForgetsTheBatchBefore() {
        ValueBuffer buffer = new ValueBuffer();
        Spans two = Spans.of(new byte[] {1, 1}, new byte[] {2, 2});
        for (int width : new int[] {-1, 40, 0, -1, 3}) {
            try (BytesBytesMap map = BytesBytesMapTest.map(2, width)) {
                byte[] value = BytesBytesMapTest.bytes(Math.max(width, 0), width);
                map.put(new byte[] {2, 2}, value);
                assertEquals(1, map.getAll(two, buffer));
                assertFalse(buffer.isPresent(0));
                assertNull(buffer.get(0));
                assertArrayEquals(value, buffer.copy(1));
            }
        }
    }

    @Test
    void aBufferTakesMoreAndMoreKeys() {
        ValueBuffer buffer = new ValueBuffer();
        try (BytesBytesMap map = BytesBytesMap.create()) {
            byte[][] values = values(3000, -1, 0);
            Spans keys = Spans.of(keys(3000, -1));
            map.putAll(keys, Spans.of(values));
            for (int n = 1; n <= 3000; n *= 7) {
                assertEquals(n, map.getAll(keys.part(0, n), buffer));
                assertEquals(n, buffer.count());
                assertValues(values, buffer, 0);
            }
        }
    }

    @Test
    void ofDuplicatesTheLastOneWins() {
        try (BytesBytesMap map = BytesBytesMap.create()) {
            byte[] a = {1};
            byte[] b = new byte[40];
            Spans keys = Spans.of(a, b, a, a, b);
            byte[][] values = values(5, -1, 3);
            assertEquals(3, map.putAll(keys, Spans.of(values)));
            assertArrayEquals(values[3], map.get(a));
            assertArrayEquals(values[4], map.get(b));
            assertEquals(2, map.removeAll(keys));
        }
    }

    @Test
    void keysAndValuesThatDoNotGoTogetherAreRefused() {
        try (BytesBytesMap map = BytesBytesMap.create()) {
            Spans two = Spans.of(new byte[1], new byte[2]);
            for (Executable call :
                    List.<Executable>of(
                            () -> map.putAll(two, Spans.of(new byte[1])),
                            () -> map.putAll(two, Spans.of(new byte[1], new byte[1], new byte[1])),
                            () -> map.containsAll(two, new boolean[1]),
                            () -> map.containsAll(two, MemorySegment.ofArray(new byte[3])))) {
                String message = assertThrows(IllegalArgumentException.class, call).getMessage();
                assertTrue(message.contains("2"), message);
            }
            assertThrows(
                    IllegalArgumentException.class,
                    () -> map.containsAll(two, MemorySegment.ofArray(new byte[2]).asReadOnly()));
            assertTrue(map.isEmpty());
        }
    }

    /** Those before it are done, as always when a batch fails on its way. */
    @Test
    void boundsChangedAfterwardsAreRefused() {
        MemorySegment data = MemorySegment.ofArray(new byte[] {1, 2, 3, 4});
        for (boolean badKey : new boolean[] {true, false}) {
            try (BytesBytesMap map = BytesBytesMap.create()) {
                long[] starts = {0, 1, 2};
                long[] ends = {1, 2, 3};
                Spans mutated = Spans.of(data, starts, ends);
                ends[2] = 5;
                Spans fine = Spans.packed(data.asSlice(0, 3), 1);
                String message =
                        assertThrows(
                                        IndexOutOfBoundsException.class,
                                        () ->
                                                map.putAll(
                                                        badKey ? mutated : fine,
                                                        badKey ? fine : mutated))
                                .getMessage();
                assertTrue(message.contains("span 2 is [2, 5) of 4"), message);
                assertEquals(2, map.size());
                assertThrows(IndexOutOfBoundsException.class, () -> map.getAll(mutated));
            }
        }
        try (BytesBytesMap map = BytesBytesMapTest.map(1, 1)) {
            map.put(new byte[] {9}, new byte[1]);
            long[] ends = {1, 2, 3};
            Spans mutated = Spans.of(data, new long[] {0, 1, 2}, ends);
            ends[1] = 3;
            // The lengths are looked at before anything is done.
            assertThrows(IllegalArgumentException.class, () -> map.putAll(mutated, mutated));
            assertThrows(IllegalArgumentException.class, () -> map.getAll(mutated));
            assertEquals(1, map.size());
        }
    }
}
