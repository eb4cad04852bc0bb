package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/** Each method of {@link StringLongMap} that takes one key, with every way to write the key. */
class StringLongMapTest {
    private static final long OWN_DEFAULT = -7;

    private final StringLongMap map = StringLongMap.builder().defaultValue(OWN_DEFAULT).build();

    @AfterEach
    void close() {
        map.close();
    }

    /**
     * Lengths around what a slot holds, a block's step, and much more; zeros, and bytes that are no
     * UTF-8.
     */
    static Stream<byte[]> keys() {
        List<byte[]> keys = new ArrayList<>();
        Random random = new Random(1);
        for (int length :
                new int[] {0, 1, 3, 4, 7, 8, 9, 11, 12, 13, 16, 17, 1024, 1025, 100_000}) {
            byte[] bytes = new byte[length];
            keys.add(bytes.clone()); // NULs
            random.nextBytes(bytes);
            keys.add(bytes);
        }
        keys.add("\u00e9\u4e2d\ud83d\ude00".getBytes(UTF_8));
        keys.add(new byte[] {(byte) 0xff, (byte) 0xfe, (byte) 0xc3});
        keys.add("?".getBytes(UTF_8));
        return keys.stream();
    }

    @Test
    void absentKeyReadsAsTheDefaultValue() {
        assertEquals(OWN_DEFAULT, map.get("a"));
        assertEquals(3, map.getOrDefault("a", 3));
        map.put("b", 0);
        assertEquals(OWN_DEFAULT, map.get("a"));
        assertEquals(0, map.getOrDefault("b", 3));
        try (StringLongMap zero = StringLongMap.create()) {
            assertEquals(0, zero.get("a"));
        }
    }

    @Test
    void putReturnsThePreviousValue() {
        assertEquals(OWN_DEFAULT, map.put("a", 10));
        assertEquals(10, map.put("a", 20));
        assertEquals(20, map.get("a"));
        assertEquals(1, map.size());
    }

    @Test
    void putIfAbsentKeepsWhatIsThere() {
        assertEquals(OWN_DEFAULT, map.putIfAbsent("a", 10));
        assertEquals(10, map.putIfAbsent("a", 20));
        assertEquals(10, map.get("a"));
    }

    @Test
    void addToStartsFromTheDefaultValueAndWraps() {
        assertEquals(OWN_DEFAULT, map.addTo("a", 10));
        assertEquals(3, map.addTo("a", Long.MAX_VALUE));
        assertEquals(Long.MIN_VALUE + 2, map.get("a"));
    }

    @Test
    void removeReturnsTheValueOnce() {
        map.put("a", 10);
        assertEquals(10, map.remove("a"));
        assertEquals(OWN_DEFAULT, map.remove("a"));
        assertTrue(map.isEmpty());
    }

    @Test
    void removeFromANeverWrittenMapAllocatesNothing() {
        long before = Tophash.nativeMaps();
        assertEquals(OWN_DEFAULT, map.remove("a"));
        assertEquals(before, Tophash.nativeMaps());
    }

    @ParameterizedTest
    @MethodSource("keys")
    void anyBytesAreAKeyWhereverTheyLie(byte[] key) {
        try (Arena arena = Arena.ofConfined()) {
            byte[] shifted = new byte[key.length + 5];
            System.arraycopy(key, 0, shifted, 3, key.length);
            MemorySegment heapSlice = MemorySegment.ofArray(shifted).asSlice(3, key.length);
            MemorySegment nativeSlice =
                    arena.allocate(shifted.length).copyFrom(MemorySegment.ofArray(shifted));
            List<MemorySegment> places =
                    List.of(
                            MemorySegment.ofArray(key),
                            heapSlice,
                            heapSlice.asReadOnly(),
                            nativeSlice.asSlice(3, key.length),
                            nativeSlice.asSlice(3, key.length).asReadOnly());

            assertEquals(OWN_DEFAULT, map.put(key, 1));
            long value = 1;
            for (MemorySegment place : places) {
                assertTrue(map.containsKey(place));
                assertEquals(value, map.get(place));
                assertEquals(value, map.getOrDefault(place, 99));
                assertEquals(value, map.put(place, value + 1));
                assertEquals(value + 1, map.putIfAbsent(place, 99));
                assertEquals(value + 1, map.addTo(place, 1));
                value += 2;
            }
            assertEquals(1, map.size());
            assertTrue(map.containsKey(key));
            assertEquals(value, map.get(key));
            assertEquals(value, map.getOrDefault(key, 99));
            assertEquals(value, map.putIfAbsent(key, 99));
            assertEquals(value, map.addTo(key, 1));
            assertEquals(value + 1, map.remove(key));
            for (MemorySegment place : places) {
                assertFalse(map.containsKey(place));
                map.put(place, 5);
                assertEquals(5, map.remove(place));
            }
        }
    }

    @Test
    void aStringIsItsUtf8Bytes() {
        for (String s :
                List.of(
                        "",
                        "a",
                        "\u0000",
                        "\u00e9",
                        "\u4e2d\u6587",
                        "\ud83d\ude00",
                        "why?",
                        "x".repeat(100_000))) {
            byte[] utf8 = s.getBytes(UTF_8);
            assertEquals(OWN_DEFAULT, map.put(s, 4));
            assertEquals(4, map.get(utf8));
            assertEquals(4, map.put(utf8, 5));
            assertTrue(map.containsKey(s));
            assertEquals(5, map.getOrDefault(s, 99));
            assertEquals(5, map.addTo(s, 1));
            assertEquals(6, map.putIfAbsent(s, 99));
            assertEquals(6, map.remove(s));
            assertFalse(map.containsKey(utf8));
        }
    }

    @Test
    void allKeysLiveSideBySide() {
        List<byte[]> keys = keys().toList();
        Map<String, Long> expected = new HashMap<>();
        for (int i = 0; i < keys.size(); i++) {
            map.put(keys.get(i), i);
            expected.put(new String(keys.get(i), ISO_8859_1), (long) i);
        }
        Map<String, Long> seen = new HashMap<>();
        StringLongMap.Cursor cursor = map.cursor();
        while (cursor.next()) {
            assertEquals(null, seen.put(new String(cursor.keyBytes(), ISO_8859_1), cursor.value()));
        }
        assertEquals(expected, seen);
    }

    @Test
    void keysThatShareAPrefixOrPaddingAreDistinct() {
        List<String> keys = new ArrayList<>();
        for (int length = 0; length < 40; length++) {
            keys.add("\0".repeat(length));
            keys.add("a".repeat(length) + "b");
            keys.add("a".repeat(length) + "\0b");
        }
        for (String key : keys) {
            assertEquals(OWN_DEFAULT, map.put(key, key.hashCode()), () -> "length " + key.length());
        }
        assertEquals(keys.size(), map.size());
        for (String key : keys) {
            assertEquals(key.hashCode(), map.get(key));
        }
    }

    @ParameterizedTest
    @CsvSource({"a, \\ud800, 1", "'', \\udc00, 0", "abc, \\udbff, 3"})
    void aLoneSurrogateIsRefusedWithItsIndex(String before, String surrogate, int index) {
        char lone = (char) Integer.parseInt(surrogate.substring(2), 16);
        for (String after : List.of("", "z", "\ud83d\ude00")) {
            String key = before + lone + after;
            String message =
                    assertThrows(IllegalArgumentException.class, () -> map.put(key, 1))
                            .getMessage();
            assertTrue(message.contains("index " + index), message);
            assertTrue(message.contains(surrogate), message);
            assertThrows(IllegalArgumentException.class, () -> map.get(key));
            assertThrows(IllegalArgumentException.class, () -> map.containsKey(key));
            assertThrows(IllegalArgumentException.class, () -> map.remove(key));
        }
        assertTrue(map.isEmpty());
    }

    @Test
    void surrogatesInTheWrongOrderAreTwoLoneOnes() {
        assertThrows(IllegalArgumentException.class, () -> map.put("\ude00\ud83d", 1));
    }

    @Test
    void nullKeysAreRefused() {
        assertThrows(NullPointerException.class, () -> map.get((String) null));
        assertThrows(NullPointerException.class, () -> map.get((byte[]) null));
        assertThrows(NullPointerException.class, () -> map.get((MemorySegment) null));
        assertThrows(NullPointerException.class, () -> map.put((String) null, 1));
        assertThrows(NullPointerException.class, () -> map.addTo((byte[]) null, 1));
        assertThrows(NullPointerException.class, () -> map.remove((MemorySegment) null));
        assertThrows(NullPointerException.class, () -> map.putIfAbsent((String) null, 1));
        assertThrows(NullPointerException.class, () -> map.containsKey((String) null));
        assertThrows(NullPointerException.class, () -> map.forEach(null));
        assertTrue(map.isEmpty());
    }

    @Test
    void aKeyBeyondTheLimitIsRefusedWithItsLength() {
        // Nothing may read so long a key, so no memory has to be there.
        MemorySegment endless = MemorySegment.ofAddress(4096).reinterpret(1L << 31);
        map.put("a", 1);
        String message =
                assertThrows(IllegalArgumentException.class, () -> map.put(endless, 1))
                        .getMessage();
        assertTrue(message.contains("2147483648"), message);
        assertThrows(IllegalArgumentException.class, () -> map.addTo(endless, 1));
        assertEquals(OWN_DEFAULT, map.get(endless));
        assertFalse(map.containsKey(endless));
        assertEquals(1, map.size());
    }

    @Test
    void whatLiesInAClosedArenaIsNoKey() {
        MemorySegment key;
        try (Arena arena = Arena.ofConfined()) {
            key = arena.allocateFrom("gone");
        }
        assertThrows(IllegalStateException.class, () -> map.put(key, 1));
        assertThrows(IllegalStateException.class, () -> map.get(key));
        assertTrue(map.isEmpty());
    }

    @Test
    void cursorGivesTheKeyInThreeForms() {
        byte[] key = {(byte) 0xff, 0, 'a'};
        map.put(key, 5);
        StringLongMap.Cursor cursor = map.cursor();
        assertTrue(cursor.next());
        assertEquals("\ufffd\0a", cursor.key());
        assertArrayEquals(key, cursor.keyBytes());
        assertTrue(cursor.keySegment().isReadOnly());
        assertEquals(-1, cursor.keySegment().mismatch(MemorySegment.ofArray(key)));
        assertEquals(5, map.get(cursor.keySegment()));
        assertFalse(cursor.next());
    }

    @Test
    void theViewIsAMapOfStrings() {
        Map<String, Long> view = map.asMap();
        assertNull(view.put("\u00e9", 5L));
        assertEquals(5, map.get("\u00e9".getBytes(UTF_8)));
        assertEquals(5, view.merge("\u00e9", 2L, (a, b) -> 5L).longValue());
        assertEquals(Map.of("\u00e9", 5L), view);
        assertNull(view.get("absent"), "whatever the default value");
        assertEquals(OWN_DEFAULT, map.get("absent"));
        assertNull(view.get(5));
        assertNull(view.get(null));
        assertThrows(NullPointerException.class, () -> view.put(null, 1L));
        assertThrows(NullPointerException.class, () -> view.put("a", null));
        view.entrySet().iterator().next().setValue(9L);
        assertEquals(9, map.get("\u00e9"));
        assertEquals(9, view.remove("\u00e9"));
        assertTrue(map.isEmpty());
    }

    @Test
    void whatIsNoUtf8IsAbsentFromTheView() {
        map.put("?", 1);
        map.put("a?", 2);
        Map<String, Long> view = map.asMap();
        for (String lone : List.of("\ud800", "a\udc00", "\ude00\ud83d")) {
            assertNull(view.get(lone));
            assertFalse(view.containsKey(lone));
            assertNull(view.remove(lone));
            assertFalse(view.keySet().contains(lone));
            assertThrows(IllegalArgumentException.class, () -> view.put(lone, 1L));
            assertThrows(IllegalArgumentException.class, () -> view.putIfAbsent(lone, 1L));
        }
        assertEquals(Map.of("?", 1L, "a?", 2L), view);
    }

    /** A key put as bytes that no string stands for. */
    @Test
    void theViewCanRemoveWhatItCannotName() {
        map.put(new byte[] {(byte) 0xff}, 1);
        map.put("\ufffd", 2);
        Map<String, Long> view = map.asMap();
        assertEquals(2, view.get("\ufffd"));
        view.values().removeIf(value -> value == 1);
        assertEquals(Map.of("\ufffd", 2L), view);
        assertEquals(2, map.get("\ufffd"));
    }

    @Test
    void toStringNamesTypeAndSize() {
        map.put("a", 1);
        assertEquals("StringLongMap[size=1]", map.toString());
        map.close();
        assertEquals("StringLongMap[closed]", map.toString());
    }
}
