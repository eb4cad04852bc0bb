package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** {@link BytesBytesMap}, one entry at a time, its cursors and its view. */
class BytesBytesMapTest {
    static BytesBytesMap map(int keyWidth, int valueWidth) {
        BytesBytesMap.Builder builder = BytesBytesMap.builder();
        if (keyWidth >= 0) {
            builder.keyWidth(keyWidth);
        }
        if (valueWidth >= 0) {
            builder.valueWidth(valueWidth);
        }
        return builder.build();
    }

    /** Bytes that tell their length and their number apart from others. */
    static byte[] bytes(int length, int number) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) ((number >> 8 * (i & 3)) * 31 + i * 7 + length);
        }
        return bytes;
    }

    private static MemorySegment segment(byte[] bytes) {
        return MemorySegment.ofArray(bytes);
    }

    @ParameterizedTest
    @CsvSource({
        "-1, -1, 3, 5", "-1, -1, 40, 5", "-1, -1, 3, 500", "-1, -1, 0, 0", "4, -1, 4, 17",
        "-1, 8, 30, 8", "16, 16, 16, 16", "128, 1024, 128, 1024", "1, 0, 1, 0", "3, 5, 3, 5",
        "-1, 0, 3, 0", "-1, 1024, 13, 1024"
    })
    void singleOperations(int keyWidth, int valueWidth, int keyLength, int valueLength) {
        try (BytesBytesMap map = map(keyWidth, valueWidth)) {
            assertEquals(keyWidth, map.keyWidth());
            assertEquals(valueWidth, map.valueWidth());
            byte[] key = bytes(keyLength, 1);
            byte[] first = bytes(valueLength, 2);
            byte[] second = bytes(valueLength, 3);

            assertNull(map.get(key));
            assertFalse(map.containsKey(key));
            assertFalse(map.remove(key));
            assertNull(map.getAndRemove(key));
            assertFalse(map.replace(key, first));
            assertEquals(0, map.nativeBytes(), "nothing was written");

            assertFalse(map.put(key, first));
            assertArrayEquals(first, map.get(key));
            assertTrue(map.put(key.clone(), second));
            assertArrayEquals(second, map.get(key));
            assertTrue(map.containsKey(key));
            assertTrue(map.putIfAbsent(key, first));
            assertArrayEquals(second, map.get(key));
            assertTrue(map.replace(key, first));
            assertArrayEquals(first, map.get(key));
            assertArrayEquals(first, map.getAndPut(key, second));
            assertArrayEquals(second, map.getAndRemove(key));
            assertNull(map.get(key));
            assertFalse(map.replace(key, first));
            assertTrue(map.isEmpty());
            assertNull(map.getAndPut(key, first));
            assertTrue(map.remove(key));
            assertFalse(map.remove(key));
            assertFalse(map.putIfAbsent(key, second));
            assertArrayEquals(second, map.get(key));
            assertEquals(1, map.size());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 100})
    void aValueMayBecomeLongerAndShorter(int keyLength) {
        int[] lengths = {
            0, 1, 11, 12, 13, 16, 64, 65, 0, 1000, 4096, 4097, 100_000, 5, 100_000, 65_536, 0
        };
        try (BytesBytesMap map = BytesBytesMap.create()) {
            byte[] key = bytes(keyLength, 1);
            byte[] before = null;
            for (int length : lengths) {
                byte[] value = bytes(length, 9);
                assertArrayEquals(before, map.getAndPut(key, value));
                assertArrayEquals(value, map.get(key));
                assertArrayEquals(value, map.get(segment(key)));
                assertEquals(1, map.size());
                before = value;
            }
        }
    }

    /** The guess with which a read begins must not matter. */
    @Test
    void manyValuesOfManyLengths() {
        try (BytesBytesMap map = BytesBytesMap.create()) {
            for (int i = 0; i < 2000; i++) {
                map.put(bytes(4 + i % 30, i * 7919), bytes(i * i % 9973, i));
            }
            Map<ByteBuffer, ByteBuffer> model = new HashMap<>();
            for (int i = 0; i < 2000; i++) {
                ByteBuffer key = ByteBuffer.wrap(bytes(4 + i % 30, i * 7919));
                model.put(key, ByteBuffer.wrap(bytes(i * i % 9973, i)));
            }
            model.forEach((k, v) -> assertArrayEquals(v.array(), map.get(k.array())));
            assertEquals(model, map.asMap());
            assertEquals(map.asMap(), model);
            model.forEach((k, v) -> assertArrayEquals(v.array(), map.getAndRemove(k.array())));
            assertTrue(map.isEmpty());
        }
    }

    @Test
    void readsIntoMemoryOfTheCaller() {
        try (BytesBytesMap map = BytesBytesMap.create();
                Arena arena = Arena.ofConfined()) {
            byte[] value = bytes(100, 1);
            MemorySegment key = arena.allocateFrom("key");
            map.put(key, segment(value).asReadOnly());
            for (MemorySegment memory :
                    List.of(arena.allocate(200), MemorySegment.ofArray(new byte[200]))) {
                memory.fill((byte) 3);
                assertEquals(-1, map.get(key.asSlice(1), memory));
                assertEquals(100, map.get(key, memory.asSlice(0, 99)), "too small");
                assertEquals(100, map.get(key, memory.asSlice(0, 0)), "too small");
                for (byte b : memory.toArray(JAVA_BYTE)) {
                    assertEquals(3, b, "nothing was written");
                }
                assertEquals(100, map.get(key, memory.asSlice(50, 100)));
                assertEquals(-1, memory.asSlice(50, 100).mismatch(segment(value)));
                assertEquals(3, memory.get(JAVA_BYTE, 49));
                assertEquals(3, memory.get(JAVA_BYTE, 150));
                assertEquals(100, map.get(key, memory));
                assertThrows(
                        IllegalArgumentException.class, () -> map.get(key, memory.asReadOnly()));
            }
            assertEquals(100, map.get(key, MemorySegment.NULL));
        }
        try (BytesBytesMap map = map(2, 8)) {
            MemorySegment eight = segment(new byte[8]);
            map.put(segment(bytes(2, 1)), segment(bytes(8, 1)));
            assertEquals(8, map.get(segment(bytes(2, 1)), eight));
            assertArrayEquals(bytes(8, 1), eight.toArray(JAVA_BYTE));
            assertEquals(8, map.get(segment(bytes(2, 1)), eight.asSlice(1)));
            assertEquals(-1, map.get(segment(bytes(2, 9)), eight));
        }
    }

    @Test
    void keysAndValuesLieAnywhere() {
        try (BytesBytesMap map = BytesBytesMap.create();
                Arena arena = Arena.ofConfined()) {
            byte[] key = bytes(20, 1);
            byte[] value = bytes(300, 2);
            MemorySegment k = arena.allocate(30).asSlice(3, 20).copyFrom(segment(key));
            MemorySegment v = arena.allocate(310).asSlice(5, 300).copyFrom(segment(value));
            assertFalse(map.put(k.asReadOnly(), v.asReadOnly()));
            assertArrayEquals(value, map.get(key));
            assertTrue(map.containsKey(k));
            assertTrue(map.putIfAbsent(k, v));
            assertTrue(map.replace(k, v.asSlice(1)));
            assertArrayEquals(Arrays.copyOfRange(value, 1, 300), map.getAndPut(k, v));
            assertArrayEquals(value, map.get(k));
            assertArrayEquals(value, map.getAndRemove(k));
            assertFalse(map.remove(k));
        }
    }

    @ParameterizedTest
    @CsvSource({"4, 3", "4, 5", "4, 0", "128, 129"})
    void aKeyOfAnotherLengthIsRefusedWithBothLengths(int width, int length) {
        try (BytesBytesMap map = map(width, -1)) {
            byte[] key = new byte[length];
            byte[] value = new byte[7];
            for (Executable call :
                    List.<Executable>of(
                            () -> map.get(key),
                            () -> map.get(segment(key), segment(value)),
                            () -> map.containsKey(key),
                            () -> map.put(key, value),
                            () -> map.getAndPut(key, value),
                            () -> map.putIfAbsent(key, value),
                            () -> map.replace(key, value),
                            () -> map.remove(key),
                            () -> map.getAndRemove(key),
                            () -> map.getAll(Spans.of(key)),
                            () ->
                                    map.putAll(
                                            Spans.of(new byte[width], key), Spans.of(value, value)),
                            () -> map.removeAll(Spans.of(key)),
                            () -> map.containsAll(Spans.of(key), new boolean[1]))) {
                assertNamesBoth(call, length, width);
            }
            assertTrue(map.isEmpty());
            assertNull(map.asMap().get(ByteBuffer.wrap(key)));
            assertNull(map.asMap().remove(ByteBuffer.wrap(key)));
        }
    }

    @ParameterizedTest
    @CsvSource({"4, 3", "4, 5", "0, 1", "1024, 1025"})
    void aValueOfAnotherLengthIsRefusedWithBothLengths(int width, int length) {
        try (BytesBytesMap map = map(-1, width)) {
            byte[] key = new byte[5];
            byte[] value = new byte[length];
            map.put(key, new byte[width]);
            BytesBytesMap.Cursor cursor = map.cursor();
            cursor.next();
            for (Executable call :
                    List.<Executable>of(
                            () -> map.put(key, value),
                            () -> map.getAndPut(key, value),
                            () -> map.putIfAbsent(key, value),
                            () -> map.replace(key, value),
                            () -> cursor.setValue(value),
                            () ->
                                    map.putAll(
                                            Spans.of(new byte[1], key),
                                            Spans.of(new byte[width], value)))) {
                assertNamesBoth(call, length, width);
            }
            assertEquals(1, map.size());
            assertArrayEquals(new byte[width], cursor.value());
        }
    }

    private static void assertNamesBoth(Executable call, int length, int width) {
        String message = assertThrows(IllegalArgumentException.class, call).getMessage();
        assertTrue(message.contains(" " + length + " bytes"), message);
        assertTrue(message.contains("must have " + width), message);
    }

    @Test
    void widthsOutOfRangeAreRefused() {
        BytesBytesMap.Builder builder = BytesBytesMap.builder();
        for (int width : new int[] {-1, 0, 129}) {
            assertThrows(IllegalArgumentException.class, () -> builder.keyWidth(width));
        }
        for (int width : new int[] {-1, 1025}) {
            assertThrows(IllegalArgumentException.class, () -> builder.valueWidth(width));
        }
    }

    @Test
    void whatIsBeyondTheLimitIsRefusedWithItsLength() {
        // Nothing may read so much, so no memory has to be there.
        MemorySegment endless = MemorySegment.ofAddress(4096).reinterpret(1L << 31);
        MemorySegment small = segment(new byte[1]);
        try (BytesBytesMap map = BytesBytesMap.create()) {
            map.put(small, small);
            for (Executable call :
                    List.<Executable>of(
                            () -> map.put(endless, small),
                            () -> map.put(small, endless),
                            () -> map.getAndPut(small, endless),
                            () -> map.replace(small, endless),
                            () -> map.putIfAbsent(endless, small))) {
                String message = assertThrows(IllegalArgumentException.class, call).getMessage();
                assertTrue(message.contains("2147483648"), message);
                assertTrue(message.contains("2147483647"), message);
            }
            assertNull(map.get(endless));
            assertFalse(map.containsKey(endless));
            assertArrayEquals(new byte[1], map.get(small));
        }
    }

    @ParameterizedTest
    @CsvSource({"-1, -1", "4, -1", "-1, 6", "4, 0", "4, 6"})
    void cursorsVisitEachEntryOnce(int keyWidth, int valueWidth) {
        try (BytesBytesMap map = map(keyWidth, valueWidth)) {
            Map<ByteBuffer, ByteBuffer> model = new HashMap<>();
            for (int i = 0; i < 2000; i++) {
                byte[] key = BytesLongMapTest.key(i, keyWidth);
                byte[] value = bytes(valueWidth < 0 ? i % 300 : valueWidth, i);
                map.put(key, value);
                model.put(ByteBuffer.wrap(key), ByteBuffer.wrap(value));
            }
            int seen = 0;
            BytesBytesMap.Cursor cursor = map.cursor();
            while (cursor.next()) {
                seen++;
                ByteBuffer key = ByteBuffer.wrap(cursor.key());
                assertEquals(model.get(key), ByteBuffer.wrap(cursor.value()));
                assertTrue(cursor.keySegment().isReadOnly());
                assertTrue(cursor.valueSegment().isReadOnly());
                assertEquals(-1, cursor.keySegment().mismatch(segment(cursor.key())));
                assertEquals(-1, cursor.valueSegment().mismatch(segment(cursor.value())));
                if (seen % 3 == 0) {
                    cursor.remove();
                    model.remove(key);
                } else if (seen % 3 == 1) {
                    byte[] value = bytes(valueWidth < 0 ? seen : valueWidth, -seen);
                    cursor.setValue(value);
                    assertArrayEquals(value, cursor.value());
                    assertEquals(-1, cursor.valueSegment().mismatch(segment(value)));
                    assertNotSame(value, cursor.value());
                    model.put(key, ByteBuffer.wrap(value.clone()));
                    Arrays.fill(value, (byte) 77);
                    assertEquals(model.get(key), ByteBuffer.wrap(cursor.value()));
                }
            }
            assertEquals(2000, seen);
            Map<ByteBuffer, ByteBuffer> left = new HashMap<>();
            map.forEach((k, v) -> assertNull(left.put(ByteBuffer.wrap(k), ByteBuffer.wrap(v))));
            assertEquals(model, left);
            assertThrows(NullPointerException.class, () -> map.forEach(null));
            assertThrows(IllegalStateException.class, cursor::value);
        }
    }

    /** Of another length than what the cursor has fetched. */
    @Test
    void cursorsShowTheValueOfTheMoment() {
        try (BytesBytesMap map = BytesBytesMap.create()) {
            for (int i = 0; i < 700; i++) {
                map.put(BytesLongMapTest.key(i, -1), new byte[0]);
            }
            BytesBytesMap.Cursor cursor = map.cursor();
            for (int step = 0; cursor.next(); step++) {
                assertEquals(step, cursor.value().length);
                assertEquals(step, cursor.valueSegment().byteSize());
                for (int i = 0; i < 700; i++) {
                    map.put(BytesLongMapTest.key(i, -1), new byte[step + 1]);
                }
                assertEquals(step, cursor.value().length, "as it was when next was called");
            }
        }
    }

    @Test
    void largeEntriesGrowACursorsBuffers() {
        try (BytesBytesMap map = BytesBytesMap.create()) {
            for (int i = 0; i < 20; i++) {
                map.put(bytes(50_000 + i, i), bytes(100_000 - i, i));
            }
            int[] seen = {0};
            map.forEach(
                    (k, v) -> {
                        int i = k.length - 50_000;
                        assertArrayEquals(bytes(k.length, i), k);
                        assertArrayEquals(bytes(100_000 - i, i), v);
                        seen[0]++;
                    });
            assertEquals(20, seen[0]);
        }
    }

    @ParameterizedTest
    @CsvSource({"-1, -1", "2, -1", "-1, 3", "2, 3"})
    void theViewIsAMapOfBuffers(int keyWidth, int valueWidth) {
        try (BytesBytesMap map = map(keyWidth, valueWidth)) {
            Map<ByteBuffer, ByteBuffer> view = map.asMap();
            ByteBuffer key = ByteBuffer.wrap("..ab..".getBytes(UTF_8)).position(2).limit(4);
            ByteBuffer value = ByteBuffer.allocateDirect(5).put(new byte[] {9, 1, 2, 3, 9}).flip();
            value.position(1).limit(4);
            assertNull(view.put(key, value));
            assertEquals(2, key.position());
            assertEquals(1, value.position());
            assertArrayEquals(new byte[] {1, 2, 3}, map.get("ab".getBytes(UTF_8)));
            assertEquals(value, view.get(key.duplicate().asReadOnlyBuffer()));
            assertTrue(view.get(key).isReadOnly());
            assertEquals(Map.of(key, value), view);
            assertEquals(value, view.putIfAbsent(key, ByteBuffer.allocate(3)));
            assertEquals(value, view.replace(key, ByteBuffer.allocate(3)));
            assertTrue(view.replace(key, ByteBuffer.allocate(3), value));
            assertFalse(view.replace(key, ByteBuffer.allocate(3), value));
            assertNull(view.replace(ByteBuffer.allocate(2), value));
            assertNull(view.get("ab"));
            assertNull(view.get(null));
            assertThrows(NullPointerException.class, () -> view.put(null, value));
            assertThrows(NullPointerException.class, () -> view.put(key, null));
            Map.Entry<ByteBuffer, ByteBuffer> entry = view.entrySet().iterator().next();
            UTF_8.decode(entry.getKey());
            entry.setValue(ByteBuffer.allocate(3));
            assertArrayEquals(new byte[3], map.get("ab".getBytes(UTF_8)));
            assertTrue(view.containsValue(ByteBuffer.allocate(3)));
            assertEquals(ByteBuffer.allocate(3), view.remove(key));
            assertTrue(map.isEmpty());
        }
    }

    @Test
    void aClosedMapRefusesEverything() {
        BytesBytesMap map = map(4, -1);
        byte[] key = new byte[4];
        byte[] value = {1};
        Spans keys = Spans.of(key);
        map.put(key, value);
        BytesBytesMap.Cursor cursor = map.cursor();
        Map<ByteBuffer, ByteBuffer> view = map.asMap();
        map.close();
        for (Executable call :
                List.<Executable>of(
                        () -> map.get(key),
                        () -> map.get(segment(key), segment(value)),
                        () -> map.containsKey(key),
                        () -> map.put(key, value),
                        () -> map.getAndPut(key, value),
                        () -> map.putIfAbsent(key, value),
                        () -> map.replace(key, value),
                        () -> map.remove(key),
                        () -> map.getAndRemove(key),
                        () -> map.getAll(keys),
                        () -> map.putAll(keys, Spans.of(value)),
                        () -> map.putAll(Spans.of(), Spans.of()),
                        () -> map.removeAll(keys),
                        () -> map.containsAll(keys, new boolean[1]),
                        () -> map.cursor(),
                        cursor::next,
                        () -> view.get(ByteBuffer.wrap(key)),
                        () -> view.get("no key"),
                        view::size)) {
            assertThrows(IllegalStateException.class, call);
        }
        assertEquals("BytesBytesMap[closed]", map.toString());
    }

    @Test
    void nullsAreRefused() {
        byte[] bytes = {1};
        try (BytesBytesMap map = BytesBytesMap.create()) {
            assertThrows(NullPointerException.class, () -> map.get((byte[]) null));
            assertThrows(NullPointerException.class, () -> map.get(segment(bytes), null));
            assertThrows(NullPointerException.class, () -> map.put(null, bytes));
            assertThrows(NullPointerException.class, () -> map.put(bytes, null));
            assertThrows(
                    NullPointerException.class,
                    () -> map.put(segment(bytes), (MemorySegment) null));
            assertThrows(NullPointerException.class, () -> map.remove((MemorySegment) null));
            assertThrows(NullPointerException.class, () -> map.getAll(null));
            assertThrows(NullPointerException.class, () -> map.getAll(Spans.of(bytes), null));
            assertThrows(NullPointerException.class, () -> map.putAll(Spans.of(bytes), null));
            assertTrue(map.isEmpty());
        }
    }
}
