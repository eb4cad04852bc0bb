package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tophash.Subject.Kind;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** When maps hold native memory, and that they give it back. */
class LifetimeTest {
    private long mapsBefore;
    private long bytesBefore;

    @BeforeEach
    void level() {
        mapsBefore = Tophash.nativeMaps();
        bytesBefore = Tophash.nativeBytes();
    }

    private void assertBackAtTheLevel() {
        assertEquals(mapsBefore, Tophash.nativeMaps());
        assertEquals(bytesBefore, Tophash.nativeBytes());
    }

    private static void eventually(BooleanSupplier condition, String what)
            throws InterruptedException {
        long deadline = Effort.deadline();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, what);
            System.gc();
            Thread.sleep(10);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aMapThatIsOnlyReadHoldsNothing(Kind kind) {
        try (Subject subject = kind.withExpectedSize(1_000_000)) {
            subject.get(1);
            subject.contains(1);
            subject.remove(1);
            subject.removeAll(new long[] {1, 2});
            subject.size();
            subject.map().isEmpty();
            subject.map().clear();
            subject.map().shrinkToFit();
            subject.map().stats();
            subject.map().fullStats();
            subject.forEach((key, value) -> {});
            subject.cursor().next();
            assertBackAtTheLevel();
        }
        assertBackAtTheLevel();
    }

    @ParameterizedTest
    @EnumSource
    void theFirstWriteAllocatesAndCloseReturnsEverything(Kind kind) {
        Subject subject = kind.create();
        subject.addTo(1, 1);
        assertEquals(mapsBefore + 1, Tophash.nativeMaps());
        assertTrue(Tophash.nativeBytes() > bytesBefore);
        for (int i = 0; i < 30_000; i++) {
            subject.put(i, i);
        }
        assertTrue(Tophash.nativeBytes() > bytesBefore + 30_000 * 16);
        subject.close();
        assertBackAtTheLevel();
    }

    @ParameterizedTest
    @EnumSource
    void closingInTheMiddleOfGrowthReturnsEverything(Kind kind) {
        int n = 0;
        Subject subject = kind.create();
        while (n < 5_000 || subject.map().stats().oldBuckets() == 0) {
            subject.put(n, n);
            n++;
        }
        subject.close();
        assertBackAtTheLevel();
    }

    @ParameterizedTest
    @EnumSource
    void closingAgainDoesNothing(Kind kind) {
        Subject subject = kind.filled(0, 10);
        assertFalse(subject.map().isClosed());
        subject.close();
        assertTrue(subject.map().isClosed());
        try (Subject other = kind.filled(0, 10)) {
            subject.close(); // its native header may belong to the other one now
            assertEquals(10, other.size());
            assertEquals(5, other.get(5));
        }
        assertBackAtTheLevel();
    }

    @ParameterizedTest
    @EnumSource
    void aNeverWrittenMapCanBeClosed(Kind kind) {
        Subject subject = kind.create();
        subject.close();
        assertTrue(subject.map().isClosed());
        assertThrows(IllegalStateException.class, () -> subject.put(1, 1));
        assertBackAtTheLevel();
    }

    @Test
    void aMillionMapsThatWereNeverWrittenCostNothing() {
        for (int i = Effort.rounds(500_000); i > 0; i--) {
            LongLongMap longs = LongLongMap.create();
            StringLongMap strings = StringLongMap.withExpectedSize(i);
            if ((i & 1) == 0) {
                longs.close();
                strings.close();
            }
        }
        assertBackAtTheLevel();
    }

    @ParameterizedTest
    @EnumSource
    void manyMapsMadeWrittenAndClosedLeaveNothing(Kind kind) {
        for (int i = Effort.rounds(100_000); i > 0; i--) {
            try (Subject subject = kind.create()) {
                subject.put(i, i);
            }
        }
        assertBackAtTheLevel();
    }

    @Test
    void manyMapsAreOpenAtTheSameTime() {
        int n = Effort.rounds(20_000);
        List<LongLongMap> maps = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            LongLongMap map = LongLongMap.create();
            map.put(i, -i);
            maps.add(map);
        }
        assertEquals(mapsBefore + n, Tophash.nativeMaps());
        for (int i = 0; i < n; i++) {
            assertEquals(-i, maps.get(i).get(i));
            assertEquals(1, maps.get(i).size());
        }
        maps.forEach(LongLongMap::close);
        assertBackAtTheLevel();
    }

    @ParameterizedTest
    @EnumSource
    void forgottenMapsGiveTheirMemoryBack(Kind kind) throws InterruptedException {
        forget(kind, 100);
        assertTrue(Tophash.nativeMaps() > mapsBefore);
        eventually(
                () -> Tophash.nativeMaps() <= mapsBefore && Tophash.nativeBytes() <= bytesBefore,
                "forgotten maps are still held");
        assertBackAtTheLevel();
    }

    private static void forget(Kind kind, int maps) {
        for (int i = 0; i < maps; i++) {
            kind.filled(0, 1_000);
        }
    }

    @Test
    void aCursorKeepsItsMapAlive() throws InterruptedException {
        LongLongMap.Cursor cursor = cursorOfAForgottenMap();
        forget(Kind.LONGS, 10);
        eventually(() -> Tophash.nativeMaps() <= mapsBefore + 1, "forgotten maps are still held");
        int entries = 0;
        while (cursor.next()) {
            assertEquals(cursor.key(), cursor.value());
            entries++;
        }
        assertEquals(1_000, entries);
        cursor = null;
        eventually(() -> Tophash.nativeMaps() <= mapsBefore, "the cursor's map is still held");
        assertBackAtTheLevel();
    }

    private static LongLongMap.Cursor cursorOfAForgottenMap() {
        return ((Subject.Longs) Kind.LONGS.filled(0, 1_000)).map().cursor();
    }

    @ParameterizedTest
    @EnumSource
    void anotherThreadMayClose(Kind kind) throws InterruptedException {
        Subject subject = kind.filled(0, 1_000);
        Thread other = new Thread(subject::close);
        other.start();
        other.join();
        assertThrows(IllegalStateException.class, subject::size);
        assertThrows(IllegalStateException.class, () -> subject.get(1));
        assertThrows(IllegalStateException.class, () -> subject.put(1, 1));
        assertBackAtTheLevel();
    }

    @ParameterizedTest
    @EnumSource
    void anotherThreadMayUseAMapThatWasHandedOver(Kind kind) throws InterruptedException {
        try (Subject subject = kind.filled(0, 1_000)) {
            Thread other =
                    new Thread(
                            () -> {
                                for (int i = 0; i < 10_000; i++) {
                                    subject.put(i, -i);
                                }
                            });
            other.start();
            other.join();
            assertEquals(10_000, subject.size());
            assertEquals(-9_999, subject.get(9_999));
        }
    }

    @ParameterizedTest
    @EnumSource
    void closingUnderAReaderEndsItWithAnException(Kind kind) throws InterruptedException {
        Subject subject = kind.filled(0, 5_000);
        List<Throwable> thrown = new ArrayList<>();
        Thread reader =
                new Thread(
                        () -> {
                            try {
                                for (; ; ) {
                                    subject.forEach((key, value) -> {});
                                }
                            } catch (IllegalStateException e) {
                                thrown.add(e);
                            }
                        });
        reader.start();
        Thread.sleep(20);
        subject.close();
        reader.join(Effort.EMULATED ? 120_000 : 30_000);
        assertFalse(reader.isAlive());
        assertEquals(1, thrown.size());
        assertTrue(thrown.get(0).getMessage().contains("closed"));
        assertBackAtTheLevel();
    }
}
