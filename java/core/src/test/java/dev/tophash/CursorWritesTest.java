package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tophash.Subject.Kind;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Writing through cursors, several of them at once, and using them where there is no entry. */
class CursorWritesTest {
    private static final int N = 1_000;

    @ParameterizedTest
    @EnumSource
    void removeTakesTheEntriesThatItIsCalledFor(Kind kind) {
        try (Subject subject = kind.filled(0, N)) {
            MapCursor cursor = subject.cursor();
            while (cursor.next()) {
                if (subject.keyOf(cursor) % 3 == 0) {
                    cursor.remove();
                }
            }
            for (int i = 0; i < N; i++) {
                assertEquals(i % 3 != 0, subject.contains(i));
            }
            assertEquals(N - (N + 2) / 3, subject.size());
        }
    }

    @ParameterizedTest
    @EnumSource
    void removeCanEmptyTheMap(Kind kind) {
        try (Subject subject = kind.filled(0, N)) {
            int steps = 0;
            for (MapCursor cursor = subject.cursor(); cursor.next(); steps++) {
                cursor.remove();
            }
            assertEquals(N, steps);
            assertEquals(0, subject.size());
        }
    }

    @ParameterizedTest
    @EnumSource
    void setValueChangesTheEntryAndTheCursor(Kind kind) {
        try (Subject subject = kind.filled(0, N)) {
            MapCursor cursor = subject.cursor();
            while (cursor.next()) {
                long value = Subject.valueOf(cursor);
                Subject.setValue(cursor, value + N);
                assertEquals(value + N, Subject.valueOf(cursor));
                assertEquals(value + N, subject.get(subject.keyOf(cursor)));
                Subject.setValue(cursor, value + 2 * N);
            }
            assertEquals(N, subject.size());
            for (int i = 0; i < N; i++) {
                assertEquals(i + 2 * N, subject.get(i));
            }
        }
    }

    /** A cursor fetches many entries at once; this one is the first that it fetches. */
    @ParameterizedTest
    @EnumSource
    void setValueChangesNoOtherEntry(Kind kind) {
        try (Subject subject = kind.filled(0, N)) {
            MapCursor cursor = subject.cursor();
            assertTrue(cursor.next());
            Subject.setValue(cursor, 2 * N);
            while (cursor.next()) {
                assertEquals(subject.keyOf(cursor), Subject.valueOf(cursor));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void setValueDoesNotBringARemovedEntryBack(Kind kind) {
        try (Subject subject = kind.filled(0, N)) {
            MapCursor cursor = subject.cursor();
            assertTrue(cursor.next());
            subject.remove(subject.keyOf(cursor));
            assertThrows(IllegalStateException.class, () -> Subject.setValue(cursor, 1));
            assertEquals(N - 1, subject.size());

            assertTrue(cursor.next());
            cursor.remove();
            assertThrows(IllegalStateException.class, () -> Subject.setValue(cursor, 1));
            assertEquals(N - 2, subject.size());
        }
    }

    @ParameterizedTest
    @EnumSource
    void nothingCanBeAskedWhereThereIsNoEntry(Kind kind) {
        try (Subject subject = kind.filled(0, 10)) {
            MapCursor cursor = subject.cursor();
            assertNoEntry(subject, cursor);
            assertTrue(cursor.next());
            cursor.remove();
            assertNoEntry(subject, cursor);
            while (cursor.next()) {
                Subject.valueOf(cursor);
            }
            assertNoEntry(subject, cursor);
            assertEquals(9, subject.size());
        }
    }

    private static void assertNoEntry(Subject subject, MapCursor cursor) {
        assertThrows(IllegalStateException.class, () -> subject.keyOf(cursor));
        assertThrows(IllegalStateException.class, () -> Subject.valueOf(cursor));
        assertThrows(IllegalStateException.class, () -> Subject.setValue(cursor, 1));
        assertThrows(IllegalStateException.class, cursor::remove);
        if (cursor instanceof StringLongMap.Cursor strings) {
            assertThrows(IllegalStateException.class, strings::keyBytes);
            assertThrows(IllegalStateException.class, strings::keySegment);
        }
    }

    @ParameterizedTest
    @EnumSource
    void nestedCursorsAreIndependent(Kind kind) {
        int n = 300;
        try (Subject subject = kind.filled(0, n)) {
            Set<Long> outerSeen = new HashSet<>();
            MapCursor outer = subject.cursor();
            while (outer.next()) {
                assertTrue(outerSeen.add(subject.keyOf(outer)));
                Set<Long> innerSeen = new HashSet<>();
                MapCursor inner = subject.cursor();
                while (inner.next()) {
                    assertTrue(innerSeen.add(subject.keyOf(inner)));
                    assertEquals(subject.get(subject.keyOf(inner)), Subject.valueOf(inner));
                    Subject.setValue(inner, Subject.valueOf(inner) + 1);
                }
                assertEquals(n, innerSeen.size());
                assertEquals(
                        subject.get(subject.keyOf(outer)),
                        Subject.valueOf(outer) + 1,
                        "value at the moment of the visit");
            }
            assertEquals(n, outerSeen.size());
            for (int i = 0; i < n; i++) {
                assertEquals(i + n, subject.get(i));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void anEntryRemovedByAnotherCursorIsNotVisited(Kind kind) {
        try (Subject subject = kind.filled(0, N)) {
            MapCursor first = subject.cursor();
            assertTrue(first.next());
            long at = subject.keyOf(first);
            MapCursor second = subject.cursor();
            while (second.next()) {
                if (subject.keyOf(second) != at) {
                    second.remove();
                }
            }
            assertFalse(first.next());
            assertEquals(1, subject.size());
        }
    }

    @ParameterizedTest
    @EnumSource
    void forEachMayChangeTheMap(Kind kind) {
        try (Subject subject = kind.filled(0, N)) {
            Map<Long, Long> seen = new HashMap<>();
            subject.forEach(
                    (key, value) -> {
                        assertEquals(null, seen.put(key, value));
                        subject.put(key, value + N);
                        if (key % 2 == 0) {
                            subject.remove(key);
                        }
                        subject.put(key + 10L * N, 0);
                        subject.remove(key + 10L * N);
                    });
            for (long i = 0; i < N; i++) {
                assertEquals(i, seen.get(i));
                assertEquals(i % 2 == 0 ? 0 : i + N, subject.get(i));
            }
            assertEquals(N / 2, subject.size());
        }
    }

    @ParameterizedTest
    @EnumSource
    void anExceptionFromForEachEndsIt(Kind kind) {
        try (Subject subject = kind.filled(0, N)) {
            int[] calls = {0};
            assertThrows(
                    UnsupportedOperationException.class,
                    () ->
                            subject.forEach(
                                    (key, value) -> {
                                        if (++calls[0] == 5) {
                                            throw new UnsupportedOperationException();
                                        }
                                    }));
            assertEquals(5, calls[0]);
            subject.put(0, 1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aClosedMapEndsEveryWalkWithAnException(Kind kind) {
        Subject subject = kind.filled(0, N);
        MapCursor started = subject.cursor();
        MapCursor fresh = subject.cursor();
        assertTrue(started.next());
        subject.close();
        assertThrows(IllegalStateException.class, started::next);
        assertThrows(IllegalStateException.class, () -> Subject.valueOf(started));
        assertThrows(IllegalStateException.class, started::remove);
        assertThrows(IllegalStateException.class, () -> Subject.setValue(started, 1));
        assertThrows(IllegalStateException.class, () -> subject.keyOf(started));
        assertThrows(IllegalStateException.class, fresh::next);
    }

    @ParameterizedTest
    @EnumSource
    void closingInsideForEachIsAnException(Kind kind) {
        Subject subject = kind.filled(0, N);
        int[] calls = {0};
        assertThrows(
                IllegalStateException.class,
                () ->
                        subject.forEach(
                                (key, value) -> {
                                    calls[0]++;
                                    subject.close();
                                }));
        assertEquals(1, calls[0]);
    }

    /** Chains with more bytes of keys than a cursor's first buffer holds. */
    @Test
    void keysLargerThanTheBufferAreWalked() {
        try (StringLongMap map = StringLongMap.create()) {
            Map<String, Long> expected = new HashMap<>();
            for (int i = 0; i < 200; i++) {
                String key = "y".repeat(i * i * 3) + i;
                map.put(key, i);
                expected.put(key, (long) i);
            }
            for (int round = 0; round < 3; round++) {
                Map<String, Long> seen = new HashMap<>();
                map.forEach((key, value) -> assertEquals(null, seen.put(key, value)));
                assertEquals(expected, seen);
            }
        }
    }

    @Test
    void manySmallEntriesAndOneHugeOne() {
        try (StringLongMap map = StringLongMap.create()) {
            for (int i = 0; i < N; i++) {
                map.put("" + i, i);
            }
            String huge = "z".repeat(1_000_000);
            map.put(huge, -1);
            int entries = 0;
            StringLongMap.Cursor cursor = map.cursor();
            while (cursor.next()) {
                entries++;
                if (Subject.valueOf(cursor) == -1) {
                    assertEquals(huge, cursor.key());
                    Subject.setValue(cursor, -2);
                }
            }
            assertEquals(N + 1, entries);
            assertEquals(-2, map.get(huge));
        }
    }
}
