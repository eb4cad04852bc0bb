package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** {@link BytesLongMap}: keys of any length and of one, single and in batches, and its view. */
class BytesLongMapTest {
    private static final long DEFAULT = -7;

    private static BytesLongMap map(int keyWidth) {
        BytesLongMap.Builder builder = BytesLongMap.builder().defaultValue(DEFAULT);
        return keyWidth < 0 ? builder.build() : builder.keyWidth(keyWidth).build();
    }

    /** The i-th key of a width; of any length, short and long ones take turns. */
    static byte[] key(int i, int keyWidth) {
        int width = keyWidth < 0 ? 4 + 7 * (i % 5) : keyWidth;
        byte[] key = new byte[width];
        for (int at = 0, rest = i; at < width && at < 4; at++, rest >>>= 8) {
            key[width - 1 - at] = (byte) rest;
        }
        return key;
    }

    private static byte[][] keys(int n, int keyWidth) {
        return IntStream.range(0, n).mapToObj(i -> key(i, keyWidth)).toArray(byte[][]::new);
    }

    /** Widths, with batch sizes around what one quick call does. */
    static Stream<int[]> batches() {
        return IntStream.of(-1, 3, 4, 16, 33, 128)
                .boxed()
                .flatMap(
                        width ->
                                IntStream.of(0, 1, 1023, 1024, 1025, 5000)
                                        .mapToObj(n -> new int[] {width, n}));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 1, 2, 3, 4, 8, 12, 13, 16, 127, 128})
    void singleOperations(int width) {
        try (BytesLongMap map = map(width)) {
            assertEquals(width, map.keyWidth());
            assertEquals(DEFAULT, map.defaultValue());
            byte[] a = key(1, width);
            byte[] b = key(2, width);
            assertEquals(DEFAULT, map.get(a));
            assertEquals(3, map.getOrDefault(a, 3));
            assertEquals(DEFAULT, map.remove(a));
            assertEquals(DEFAULT, map.put(a, 10));
            assertEquals(10, map.put(a.clone(), 20));
            assertEquals(20, map.putIfAbsent(a, 30));
            assertEquals(DEFAULT, map.putIfAbsent(b, 40));
            assertEquals(DEFAULT, map.addTo(key(3, width), 7));
            assertEquals(0, map.get(key(3, width)));
            assertEquals(40, map.addTo(b, Long.MAX_VALUE));
            assertEquals(40 + Long.MAX_VALUE, map.get(b));
            assertTrue(map.containsKey(a));
            assertFalse(map.containsKey(key(4, width)));
            assertEquals(3, map.size());
            assertEquals(20, map.remove(a));
            assertEquals(DEFAULT, map.remove(a));
            assertEquals(2, map.size());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 3, 16})
    void keysLieAnywhere(int width) {
        try (BytesLongMap map = map(width);
                Arena arena = Arena.ofConfined()) {
            byte[] key = key(0x01020304, width);
            MemorySegment wide = arena.allocate(key.length + 2L);
            MemorySegment.copy(MemorySegment.ofArray(key), 0, wide, 1, key.length);
            MemorySegment inNative = wide.asSlice(1, key.length).asReadOnly();
            MemorySegment onHeap = MemorySegment.ofArray(key).asReadOnly();
            assertEquals(DEFAULT, map.put(inNative, 1));
            assertEquals(1, map.get(onHeap));
            assertEquals(1, map.addTo(onHeap, 1));
            assertEquals(2, map.putIfAbsent(inNative, 9));
            assertEquals(2, map.getOrDefault(inNative, 9));
            assertTrue(map.containsKey(inNative));
            assertEquals(2, map.get(key));
            assertEquals(2, map.remove(inNative));
            assertFalse(map.containsKey(onHeap));
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "1, 2", "16, 15", "16, 17", "128, 129", "3, 4"})
    void aKeyOfAnotherLengthIsRefusedWithBothLengths(int width, int length) {
        try (BytesLongMap map = map(width)) {
            map.put(key(1, width), 1);
            byte[] key = new byte[length];
            MemorySegment segment = MemorySegment.ofArray(key);
            Spans spans = Spans.of(key(1, width), key);
            Spans packed = length == 0 ? spans : Spans.packed(segment, length);
            int n = (int) packed.count();
            for (Executable call :
                    List.<Executable>of(
                            () -> map.get(key),
                            () -> map.get(segment),
                            () -> map.getOrDefault(key, 1),
                            () -> map.containsKey(key),
                            () -> map.put(key, 1),
                            () -> map.putIfAbsent(key, 1),
                            () -> map.addTo(segment, 1),
                            () -> map.remove(key),
                            () -> map.remove(segment),
                            () -> map.putAll(spans, new long[2]),
                            () -> map.addAll(spans, new long[2]),
                            () -> map.getAll(spans, new long[2]),
                            () -> map.removeAll(spans),
                            () -> map.containsAll(spans, new boolean[2]),
                            () -> map.putAll(packed, new long[n]),
                            () -> map.asMap().put(ByteBuffer.wrap(key), 1L))) {
                String message = assertThrows(IllegalArgumentException.class, call).getMessage();
                assertTrue(message.contains(" " + length + " bytes"), message);
                assertTrue(message.contains("must have " + width), message);
            }
            assertEquals(1, map.size());
            assertEquals(1, map.get(key(1, width)), "nothing of a batch was done");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, -2, 129, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void widthsOutOfRangeAreRefused(int width) {
        String message =
                assertThrows(
                                IllegalArgumentException.class,
                                () -> BytesLongMap.builder().keyWidth(width))
                        .getMessage();
        assertTrue(message.contains("" + width) && message.contains("128"), message);
    }

    @ParameterizedTest
    @MethodSource("batches")
    void batchesDoWhatSingleOperationsDo(int[] widthAndCount) {
        int width = widthAndCount[0];
        int n = widthAndCount[1];
        byte[][] keys = keys(n, width);
        Spans spans = Spans.of(keys);
        long[] values = IntStream.range(0, n).mapToLong(i -> ~i).toArray();
        try (BytesLongMap map = map(width)) {
            long[] got = new long[n];
            boolean[] found = new boolean[n];
            assertEquals(0, map.getAll(spans, got));
            assertArrayEquals(IntStream.range(0, n).mapToLong(i -> DEFAULT).toArray(), got);
            assertEquals(0, map.removeAll(spans));
            assertEquals(0, map.nativeBytes());

            assertEquals(0, map.putAll(spans, values));
            assertEquals(n, map.size());
            assertEquals(n, map.addAll(spans, MemorySegment.ofArray(values).asReadOnly()));
            assertEquals(n, map.getAll(spans, got));
            for (int i = 0; i < n; i++) {
                assertEquals(2 * values[i], got[i]);
                assertEquals(2 * values[i], map.get(keys[i]));
            }
            assertEquals(n - n / 2, map.removeAll(spans.part(n / 2, n - n / 2)));
            assertEquals(n / 2, map.containsAll(spans, found));
            for (int i = 0; i < n; i++) {
                assertEquals(i < n / 2, found[i]);
            }
            assertEquals(n / 2, map.size());
        }
    }

    /** Packed keys of a map that does not know that they have one length, and of one that does. */
    @ParameterizedTest
    @MethodSource("batches")
    void packedKeysAreKeysLikeOthers(int[] widthAndCount) {
        int width = widthAndCount[0] < 0 ? 5 : widthAndCount[0];
        int n = widthAndCount[1];
        byte[] data = new byte[n * width];
        for (int i = 0; i < n; i++) {
            System.arraycopy(key(i, width), 0, data, i * width, width);
        }
        try (BytesLongMap fixed = map(width);
                BytesLongMap any = map(-1);
                Arena arena = Arena.ofConfined()) {
            MemorySegment lying = arena.allocate(data.length + 1L).asSlice(1, data.length);
            lying.copyFrom(MemorySegment.ofArray(data));
            for (BytesLongMap map : List.of(fixed, any)) {
                for (MemorySegment place : List.of(lying, MemorySegment.ofArray(data))) {
                    map.clear();
                    Spans keys = Spans.packed(place, width);
                    long[] values = IntStream.range(0, n).mapToLong(i -> i).toArray();
                    assertEquals(0, map.putAll(keys, values));
                    assertEquals(n, map.addAll(keys, values));
                    assertEquals(n, map.size());
                    long[] got = new long[n];
                    assertEquals(n, map.getAll(keys, got));
                    for (int i = 0; i < n; i++) {
                        assertEquals(2L * i, got[i]);
                        assertEquals(2L * i, map.get(key(i, width)));
                    }
                    assertEquals(n, map.containsAll(keys, new boolean[n]));
                    assertEquals(n, map.removeAll(keys));
                    assertTrue(map.isEmpty());
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 3, 16, 128})
    void cursorsVisitEachEntryOnce(int width) {
        try (BytesLongMap map = map(width)) {
            Map<ByteBuffer, Long> model = new HashMap<>();
            for (int i = 0; i < 3000; i++) {
                map.put(key(i, width), i);
                model.put(ByteBuffer.wrap(key(i, width)), (long) i);
            }
            Map<ByteBuffer, Long> seen = new HashMap<>();
            BytesLongMap.Cursor cursor = map.cursor();
            while (cursor.next()) {
                ByteBuffer key = ByteBuffer.wrap(cursor.key());
                assertNull(seen.put(key, cursor.value()));
                assertTrue(cursor.keySegment().isReadOnly());
                assertEquals(-1, cursor.keySegment().mismatch(MemorySegment.ofBuffer(key)));
                if (cursor.value() % 3 == 0) {
                    cursor.remove();
                    model.remove(key);
                } else {
                    cursor.setValue(cursor.value() + 1);
                    assertEquals(model.get(key) + 1, cursor.value());
                    model.merge(key, 1L, Long::sum);
                }
            }
            assertEquals(3000, seen.size());
            seen.clear();
            map.forEach((key, value) -> seen.put(ByteBuffer.wrap(key), value));
            assertEquals(model, seen);
            assertThrows(NullPointerException.class, () -> map.forEach(null));
        }
    }

    /** Through a write of the map's own the cursor must not show what it fetched before. */
    @Test
    void cursorsShowTheValueOfTheMoment() {
        try (BytesLongMap map = map(-1)) {
            for (int i = 0; i < 1000; i++) {
                map.put(key(i, -1), 0);
            }
            BytesLongMap.Cursor cursor = map.cursor();
            for (int i = 1; cursor.next(); i++) {
                assertEquals(i - 1, cursor.value());
                for (int k = 0; k < 1000; k++) {
                    map.addTo(key(k, -1), 1);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 4})
    void theViewIsAMapOfBuffers(int width) {
        try (BytesLongMap map = map(width)) {
            Map<ByteBuffer, Long> view = map.asMap();
            ByteBuffer key = ByteBuffer.wrap("..abcd..".getBytes(UTF_8)).position(2).limit(6);
            assertNull(view.put(key, 5L));
            assertEquals(2, key.position());
            assertEquals(5, map.get("abcd".getBytes(UTF_8)));
            ByteBuffer direct = ByteBuffer.allocateDirect(4).put("abcd".getBytes(UTF_8)).flip();
            assertEquals(5, view.get(direct));
            assertEquals(5, view.get(direct.asReadOnlyBuffer()));
            assertEquals(5, view.get(key.asReadOnlyBuffer()));
            assertEquals(5, view.putIfAbsent(direct, 6L));
            assertEquals(5, view.replace(direct, 7L));
            assertEquals(Map.of(direct, 7L), view);
            assertEquals(view.hashCode(), Map.of(direct, 7L).hashCode());
            assertNull(view.replace(ByteBuffer.allocate(4), 8L));
            assertFalse(view.replace(ByteBuffer.allocate(4), 8L, 9L));
            assertEquals(1, view.size(), "what was absent was not replaced");
            view.put(direct, 0x5eed_c0de_5eed_c0deL);
            assertEquals(0x5eed_c0de_5eed_c0deL, view.get(direct), "a value like any other");
            assertTrue(view.containsKey(direct));
            view.put(direct, 7L);
            assertNull(view.get(ByteBuffer.allocate(3)));
            assertNull(view.remove(ByteBuffer.allocate(5)));
            assertFalse(view.containsKey("abcd"));
            assertFalse(view.containsKey(null));
            assertThrows(NullPointerException.class, () -> view.put(null, 1L));
            assertThrows(NullPointerException.class, () -> view.put(key, null));
            assertEquals(7, view.remove(key));
            assertTrue(map.isEmpty());
            assertNull(view.get(key), "absent, whatever the default value");
        }
    }

    /** Reading a buffer moves its position; the entry that it came from must not care. */
    @Test
    void entriesOfTheViewCanBeChangedAfterTheirKeyWasRead() {
        try (BytesLongMap map = map(-1)) {
            for (int i = 0; i < 100; i++) {
                map.put(key(i, -1), i);
            }
            Iterator<Map.Entry<ByteBuffer, Long>> all = map.asMap().entrySet().iterator();
            while (all.hasNext()) {
                Map.Entry<ByteBuffer, Long> entry = all.next();
                assertTrue(entry.getKey().isReadOnly());
                assertTrue(UTF_8.decode(entry.getKey()).length() > 0);
                if (entry.getValue() % 2 == 0) {
                    all.remove();
                } else {
                    all.hasNext();
                    entry.setValue(-entry.getValue());
                    if (entry.getValue() % 3 == 0) {
                        all.remove(); // when the iterator is ahead already
                    }
                }
            }
            for (int i = 0; i < 100; i++) {
                long expected = i % 2 == 0 || i % 3 == 0 ? DEFAULT : -i;
                assertEquals(expected, map.get(key(i, -1)));
            }
        }
    }

    @Test
    void theViewStreamsInParallel() {
        try (BytesLongMap map = map(16)) {
            for (int i = 0; i < 50_000; i++) {
                map.put(key(i, 16), i);
            }
            assertEquals(
                    49_999L * 25_000,
                    map.asMap().entrySet().parallelStream().mapToLong(Map.Entry::getValue).sum());
        }
    }

    @Test
    void aClosedMapRefusesEverything() {
        BytesLongMap map = map(4);
        byte[] key = key(1, 4);
        Spans keys = Spans.of(key);
        map.put(key, 1);
        BytesLongMap.Cursor cursor = map.cursor();
        Map<ByteBuffer, Long> view = map.asMap();
        map.close();
        for (Executable call :
                List.<Executable>of(
                        () -> map.get(key),
                        () -> map.containsKey(key),
                        () -> map.put(key, 1),
                        () -> map.addTo(key, 1),
                        () -> map.remove(key),
                        () -> map.getAll(keys, new long[1]),
                        () -> map.putAll(keys, new long[1]),
                        () -> map.removeAll(keys),
                        () -> map.containsAll(keys, new boolean[1]),
                        () -> map.putAll(Spans.of(), new long[0]),
                        () -> map.cursor(),
                        cursor::next,
                        () -> view.get(ByteBuffer.wrap(key)),
                        () -> view.get("no key"),
                        () -> view.remove(ByteBuffer.allocate(1)),
                        view::size)) {
            assertThrows(IllegalStateException.class, call);
        }
        assertEquals("BytesLongMap[closed]", map.toString());
    }

    @Test
    void nullsAreRefused() {
        try (BytesLongMap map = map(-1)) {
            assertThrows(NullPointerException.class, () -> map.get((byte[]) null));
            assertThrows(NullPointerException.class, () -> map.put((MemorySegment) null, 1));
            assertThrows(NullPointerException.class, () -> map.getAll(null, new long[1]));
            assertThrows(NullPointerException.class, () -> map.putAll(Spans.of(), (long[]) null));
            assertTrue(map.isEmpty());
        }
    }
}
