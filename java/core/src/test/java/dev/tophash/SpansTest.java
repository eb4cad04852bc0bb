package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** What {@link Spans} hold, and what they refuse. */
class SpansTest {
    private static final MemorySegment DATA = MemorySegment.ofArray("abcdefgh".getBytes(UTF_8));

    private static List<String> strings(Spans spans) {
        List<String> strings = new ArrayList<>();
        for (long i = 0; i < spans.count(); i++) {
            byte[] bytes = spans.get(i).toArray(JAVA_BYTE);
            assertEquals(bytes.length, spans.length(i));
            strings.add(new String(bytes, UTF_8));
        }
        return strings;
    }

    @Test
    void arraysSayWhereSequencesLie() {
        Spans spans = Spans.of(DATA, new long[] {0, 2, 2, 8, 0}, new long[] {1, 5, 3, 8, 8});
        assertEquals(List.of("a", "cde", "c", "", "abcdefgh"), strings(spans));
        assertEquals(List.of("cde", "c"), strings(spans.part(1, 2)));
        assertEquals(List.of("c"), strings(spans.part(1, 3).part(1, 1)));
        assertEquals(List.of(), strings(spans.part(5, 0)));
    }

    @Test
    void aPartOfTheArraysIsNumberedFromZero() {
        long[] starts = {-1, 0, 2, -1};
        long[] ends = {-1, 2, 3, -1};
        assertEquals(List.of("ab", "c"), strings(Spans.of(DATA, starts, ends, 1, 2)));
        assertEquals(List.of(), strings(Spans.of(DATA, starts, ends, 4, 0)));
    }

    @Test
    void segmentsSayWhereSequencesLie() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bounds = arena.allocateFrom(JAVA_LONG, 0, 3, 3, 8);
            Spans spans = Spans.of(DATA, bounds.asSlice(0, 24), bounds.asSlice(8, 24));
            assertEquals(List.of("abc", "", "defgh"), strings(spans));
            assertEquals(List.of("defgh"), strings(spans.part(2, 1)));
        }
    }

    @Test
    void packedSequencesHaveOneWidth() {
        Spans spans = Spans.packed(DATA, 2);
        assertEquals(List.of("ab", "cd", "ef", "gh"), strings(spans));
        assertEquals(List.of("cd", "ef"), strings(spans.part(1, 2)));
        assertEquals(List.of(), strings(Spans.packed(DATA.asSlice(8), 3)));
    }

    @Test
    void sequencesAreCopied() {
        byte[] first = {'a'};
        Spans spans = Spans.of(first, new byte[0], "xyz".getBytes(UTF_8));
        first[0] = 'b';
        assertEquals(List.of("a", "", "xyz"), strings(spans));
        assertEquals(List.of(), strings(Spans.of()));
    }

    @Test
    void stringsAreEncoded() {
        Spans spans = Spans.ofUtf8("\u00e9", "", "\ud83d\ude00");
        assertEquals(List.of("\u00e9", "", "\ud83d\ude00"), strings(spans));
        assertArrayEquals(new byte[] {(byte) 0xc3, (byte) 0xa9}, spans.get(0).toArray(JAVA_BYTE));
        assertThrows(IllegalArgumentException.class, () -> Spans.ofUtf8("a", "\ud800"));
    }

    @Test
    void toStringCounts() {
        assertEquals("Spans[count=4, data=8 bytes]", Spans.packed(DATA, 2).toString());
    }

    @Test
    void sequencesOutsideOfTheDataAreRefusedWithTheirBounds() {
        long[][] bad = {
            {-1, 2},
            {3, 2},
            {0, 9},
            {9, 9},
            {Long.MIN_VALUE, 0},
            {0, Long.MAX_VALUE},
            {Long.MAX_VALUE, Long.MIN_VALUE},
            {-1, -1},
            {Long.MIN_VALUE, Long.MAX_VALUE}
        };
        for (long[] span : bad) {
            long[] starts = {0, 1, span[0]};
            long[] ends = {1, 2, span[1]};
            for (Executable call :
                    List.<Executable>of(
                            () -> Spans.of(DATA, starts, ends),
                            () ->
                                    Spans.of(
                                            DATA,
                                            MemorySegment.ofArray(starts),
                                            MemorySegment.ofArray(ends)))) {
                String message = assertThrows(IndexOutOfBoundsException.class, call).getMessage();
                assertTrue(message.contains("span 2"), message);
                assertTrue(message.contains("[" + span[0] + ", " + span[1] + ")"), message);
                assertTrue(message.contains("8 bytes"), message);
            }
            String message =
                    assertThrows(
                                    IndexOutOfBoundsException.class,
                                    () -> Spans.of(DATA, starts, ends, 1, 2))
                            .getMessage();
            assertTrue(message.contains("span 1"), message);
        }
    }

    @Test
    void aSequenceBeyondTheLimitIsRefusedWithItsLength() {
        // Nothing may read so long a sequence, so no memory has to be there.
        MemorySegment endless = MemorySegment.ofAddress(4096).reinterpret(1L << 33);
        long[] starts = {0, 0};
        long[] ends = {0x7fffffff, 1L << 32};
        Spans.of(endless, starts, ends, 0, 1);
        String message =
                assertThrows(IllegalArgumentException.class, () -> Spans.of(endless, starts, ends))
                        .getMessage();
        assertTrue(message.contains("4294967296") && message.contains("2147483647"), message);
    }

    @Test
    void argumentsThatDoNotGoTogetherAreRefused() {
        long[] two = new long[2];
        long[] three = new long[3];
        assertThrows(IllegalArgumentException.class, () -> Spans.of(DATA, two, three));
        assertThrows(IndexOutOfBoundsException.class, () -> Spans.of(DATA, two, three, 0, 3));
        assertThrows(IndexOutOfBoundsException.class, () -> Spans.of(DATA, three, two, 0, 3));
        assertThrows(IndexOutOfBoundsException.class, () -> Spans.of(DATA, two, two, -1, 1));
        assertThrows(
                IndexOutOfBoundsException.class,
                () -> Spans.of(DATA, two, two, 2, Integer.MAX_VALUE));
        MemorySegment longs = MemorySegment.ofArray(three);
        assertThrows(
                IllegalArgumentException.class,
                () -> Spans.of(DATA, longs, MemorySegment.ofArray(two)));
        assertThrows(
                IllegalArgumentException.class, () -> Spans.of(DATA, longs.asSlice(4, 8), longs));
        assertThrows(
                IllegalArgumentException.class,
                () -> Spans.of(DATA, MemorySegment.ofArray(new byte[24]), longs));
        assertThrows(IllegalArgumentException.class, () -> Spans.packed(DATA, 0));
        assertThrows(IllegalArgumentException.class, () -> Spans.packed(DATA, -2));
        assertThrows(IllegalArgumentException.class, () -> Spans.packed(DATA, 3));
    }

    @Test
    void nullsAreRefused() {
        long[] two = new long[2];
        assertThrows(NullPointerException.class, () -> Spans.of(null, two, two));
        assertThrows(NullPointerException.class, () -> Spans.of(DATA, null, two));
        assertThrows(NullPointerException.class, () -> Spans.packed(null, 1));
        assertThrows(NullPointerException.class, () -> Spans.of(new byte[1], null));
        assertThrows(NullPointerException.class, () -> Spans.ofUtf8("a", null));
    }

    @Test
    void thereIsNothingBeyondTheLast() {
        for (Spans spans : List.of(Spans.packed(DATA, 2), Spans.ofUtf8("a", "b", "c", "d"))) {
            for (long i : new long[] {-1, 4, Long.MAX_VALUE}) {
                assertThrows(IndexOutOfBoundsException.class, () -> spans.get(i));
                assertThrows(IndexOutOfBoundsException.class, () -> spans.length(i));
                assertThrows(IndexOutOfBoundsException.class, () -> spans.part(i, 1));
            }
            assertThrows(IndexOutOfBoundsException.class, () -> spans.part(1, 4));
            assertThrows(IndexOutOfBoundsException.class, () -> spans.part(1, -1));
        }
    }

    @Test
    void boundsChangedAfterwardsLeadNowhere() {
        long[] starts = {0};
        long[] ends = {1};
        Spans spans = Spans.of(DATA, starts, ends);
        ends[0] = 9;
        assertThrows(IndexOutOfBoundsException.class, () -> spans.get(0));
        starts[0] = -1;
        assertThrows(IndexOutOfBoundsException.class, () -> spans.get(0));
    }
}
