package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.LongStream;

/** Each method of {@link LongLongMap} that takes one key. */
class LongLongMapTest {
    private static final long OWN_DEFAULT = -7;

    private final LongLongMap map = LongLongMap.create();
    private final LongLongMap own = LongLongMap.builder().defaultValue(OWN_DEFAULT).build();

    /** Keys and values at the ends of ranges, and some whose bytes repeat. */
    static LongStream edges() {
        return LongStream.of(
                0,
                1,
                -1,
                Long.MIN_VALUE,
                Long.MIN_VALUE + 1,
                Long.MAX_VALUE,
                Integer.MIN_VALUE,
                1L << 32,
                0x0101010101010101L,
                0xffff_ffffL);
    }

    @AfterEach
    void close() {
        map.close();
        own.close();
    }

    @Test
    void absentKeyReadsAsTheDefaultValue() {
        assertEquals(0, map.get(5));
        assertEquals(OWN_DEFAULT, own.get(5));
        own.put(6, 1);
        assertEquals(OWN_DEFAULT, own.get(5));
        assertEquals(0, map.defaultValue());
        assertEquals(OWN_DEFAULT, own.defaultValue());
    }

    @Test
    void getOrDefaultPrefersItsArgumentToTheDefaultValue() {
        assertEquals(3, own.getOrDefault(5, 3));
        own.put(5, 0);
        assertEquals(0, own.getOrDefault(5, 3));
        assertEquals(3, own.getOrDefault(6, 3));
    }

    @Test
    void containsKeyTellsAbsentFromDefault() {
        assertFalse(own.containsKey(5));
        own.put(5, OWN_DEFAULT);
        assertTrue(own.containsKey(5));
        assertFalse(own.containsKey(6));
        own.remove(5);
        assertFalse(own.containsKey(5));
    }

    @Test
    void putReturnsThePreviousValue() {
        assertEquals(OWN_DEFAULT, own.put(5, 10));
        assertEquals(10, own.put(5, 20));
        assertEquals(20, own.put(5, 20));
        assertEquals(20, own.get(5));
        assertEquals(1, own.size());
    }

    @Test
    void putIfAbsentKeepsWhatIsThere() {
        assertEquals(OWN_DEFAULT, own.putIfAbsent(5, 10));
        assertEquals(10, own.putIfAbsent(5, 20));
        assertEquals(10, own.get(5));
        own.put(6, OWN_DEFAULT);
        assertEquals(OWN_DEFAULT, own.putIfAbsent(6, 1));
        assertEquals(OWN_DEFAULT, own.get(6), "a key with the default value is present");
    }

    @Test
    void addToStartsFromTheDefaultValueAndReturnsTheValueBefore() {
        assertEquals(OWN_DEFAULT, own.addTo(5, 10));
        assertEquals(3, own.get(5));
        assertEquals(3, own.addTo(5, -4));
        assertEquals(-1, own.get(5));
    }

    @Test
    void addToWrapsAround() {
        map.put(5, Long.MAX_VALUE);
        map.addTo(5, 1);
        assertEquals(Long.MIN_VALUE, map.get(5));
        map.addTo(5, -1);
        assertEquals(Long.MAX_VALUE, map.get(5));
    }

    @Test
    void removeReturnsTheValueOnce() {
        own.put(5, 10);
        assertEquals(10, own.remove(5));
        assertEquals(OWN_DEFAULT, own.remove(5));
        assertEquals(0, own.size());
        assertEquals(OWN_DEFAULT, own.put(5, 11), "a removed key is absent to put");
    }

    @Test
    void removeFromANeverWrittenMapAllocatesNothing() {
        long before = Tophash.nativeMaps();
        assertEquals(OWN_DEFAULT, own.remove(5));
        assertEquals(before, Tophash.nativeMaps());
    }

    @ParameterizedTest
    @MethodSource("edges")
    void anyKeyHoldsAnyValue(long key) {
        for (long value : edges().toArray()) {
            map.put(key, value);
            assertEquals(value, map.get(key));
            assertEquals(value, map.putIfAbsent(key, ~value));
            assertEquals(value, map.addTo(key, 0));
            assertEquals(value, map.remove(key));
            assertFalse(map.containsKey(key));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 100, 20_000})
    void edgesAreDistinctKeysAmongOthers(int others) {
        for (int i = 0; i < others; i++) {
            map.put(1000 + i, -i);
        }
        edges().forEach(key -> assertEquals(0, map.put(key, key ^ 0x55)));
        assertEquals(others + edges().count(), map.size());
        edges().forEach(key -> assertEquals(key ^ 0x55, map.get(key)));
        edges().forEach(key -> assertEquals(key ^ 0x55, map.remove(key)));
        assertEquals(others, map.size());
        for (int i = 0; i < others; i++) {
            assertEquals(-i, map.get(1000 + i));
        }
    }

    @Test
    void previousValuesAreRightInTheMiddleOfGrowth() {
        for (int i = 0; i < 8_000; i++) {
            assertEquals(0, map.put(i, i + 1));
            int earlier = i * 31 % (i + 1);
            assertEquals(earlier + 1, map.put(earlier, earlier + 1));
            assertEquals(earlier + 1, map.addTo(earlier, 5));
            assertEquals(earlier + 6, map.remove(earlier));
            assertEquals(0, map.putIfAbsent(earlier, earlier + 1));
            assertEquals(0, map.get(-1 - i));
        }
        assertEquals(8_000, map.size());
    }

    @Test
    void sizeCountsEntriesAndIsEmptyFollows() {
        assertTrue(map.isEmpty());
        assertEquals(0, map.size());
        map.put(1, 1);
        map.put(2, 2);
        map.put(1, 3);
        assertFalse(map.isEmpty());
        assertEquals(2, map.size());
        map.remove(1);
        map.remove(2);
        assertTrue(map.isEmpty());
    }

    @Test
    void forEachVisitsEveryEntryOnce() {
        Map<Long, Long> expected = new HashMap<>();
        for (long i = 0; i < 3_000; i++) {
            map.put(i * i, -i);
            expected.put(i * i, -i);
        }
        Map<Long, Long> seen = new HashMap<>();
        map.forEach((key, value) -> assertEquals(null, seen.put(key, value)));
        assertEquals(expected, seen);
    }

    @Test
    void forEachWithoutAnActionIsRefusedEvenWhenEmpty() {
        assertThrows(NullPointerException.class, () -> map.forEach(null));
    }

    @Test
    void mapsAreIndependent() {
        map.put(1, 10);
        own.put(1, 20);
        own.remove(1);
        assertEquals(10, map.get(1));
    }

    @Test
    void toStringNamesTypeAndSize() {
        map.put(1, 1);
        assertEquals("LongLongMap[size=1]", map.toString());
        map.close();
        assertEquals("LongLongMap[closed]", map.toString());
    }
}
