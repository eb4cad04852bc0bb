package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tophash.AnyTable.Kind;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.lang.foreign.Arena;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.Spliterator;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Lives that end with an arena or by garbage collection, for maps and sets of every type. */
@Isolated("counts what all maps of the process hold")
class LifetimesTest {
    private static final int N = 1_000;

    private Account before;

    @BeforeEach
    void level() {
        before = Account.now();
    }

    private static AnyTable in(Arena arena, Kind kind, int n) {
        AnyTable table = kind.build(b -> b.arena(arena));
        table.fill(n);
        return table;
    }

    private static <T> T inAnotherThread(Callable<T> call) throws Throwable {
        FutureTask<T> task = new FutureTask<>(call);
        Thread thread = new Thread(task);
        thread.start();
        try {
            return task.get();
        } catch (ExecutionException e) {
            throw e.getCause();
        }
    }

    private static void assertClosed(Executable use) {
        String message = assertThrows(IllegalStateException.class, use).getMessage();
        assertTrue(message.contains("closed"), message);
    }

    @ParameterizedTest
    @EnumSource
    void aConfinedArenaClosesItsMaps(Kind kind) {
        List<AnyTable> tables = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            for (int n : new int[] {0, 1, N}) { // with one that is never written
                tables.add(in(arena, kind, n));
                assertTrue(tables.getLast().holds(n));
            }
            tables.forEach(t -> assertFalse(t.map().isClosed()));
        }
        for (AnyTable table : tables) {
            assertTrue(table.map().isClosed());
            assertClosed(table::size);
            assertClosed(() -> table.put(1));
            assertClosed(table.map()::stats);
        }
        before.assertUnchanged();
    }

    @ParameterizedTest
    @EnumSource
    void aSharedArenaClosesItsMapsFromAnyThread(Kind kind) throws Throwable {
        Arena arena = Arena.ofShared();
        AnyTable written = in(arena, kind, N);
        AnyTable empty = in(arena, kind, 0);
        AnyTable ofAnotherThread = inAnotherThread(() -> in(arena, kind, 10));
        assertTrue(ofAnotherThread.holds(10));
        inAnotherThread(
                () -> {
                    arena.close();
                    return null;
                });
        for (AnyTable table : List.of(written, empty, ofAnotherThread)) {
            assertTrue(table.map().isClosed());
            assertClosed(table::size);
        }
        before.assertUnchanged();
    }

    @ParameterizedTest
    @EnumSource
    void theGlobalArenaNeverClosesAMap(Kind kind) throws InterruptedException {
        try (AnyTable table = in(Arena.global(), kind, N)) {
            assertTrue(table.holds(N));
        }
        before.assertUnchanged();
        forget(Arena.global(), kind);
        before.awaitUnchanged();
    }

    private static void forget(Arena arena, Kind kind) {
        for (int i = 0; i < 20; i++) {
            in(arena, kind, N);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aMapKeepsItsAutomaticArenaAliveAndGoesWithIt(Kind kind) throws InterruptedException {
        AnyTable table = in(Arena.ofAuto(), kind, N);
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        assertTrue(table.holds(N));
        table = null;
        before.awaitUnchanged();
    }

    @ParameterizedTest
    @EnumSource
    void anArenaDoesNotKeepItsMapsAlive(Kind kind) throws InterruptedException {
        Arena arena = Arena.ofShared();
        forget(arena, kind);
        before.awaitUnchanged();
        AnyTable later = kind.filled(N); // may have the native header of a forgotten one
        forget(arena, kind);
        arena.close();
        assertTrue(later.holds(N));
        later.close();
        before.awaitUnchanged();
    }

    @ParameterizedTest
    @EnumSource
    void cursorsIteratorsAndViewsEndWithTheArena(Kind kind) {
        Arena arena = Arena.ofConfined();
        AnyTable table = in(arena, kind, N);
        Iterator<?> fresh = table.keys().iterator();
        Iterator<?> ahead = table.keys().iterator();
        ahead.next();
        assertTrue(ahead.hasNext());
        Iterator<?> begun = table.keys().iterator();
        begun.next();
        Spliterator<?> unbound = table.keys().spliterator();
        Spliterator<?> bound = table.keys().spliterator();
        bound.tryAdvance(x -> {});
        arena.close();
        for (Iterator<?> iterator : List.of(fresh, ahead, begun)) {
            assertClosed(iterator::hasNext);
            assertClosed(iterator::next);
        }
        assertClosed(begun::remove);
        for (Spliterator<?> spliterator : List.of(unbound, bound)) {
            assertClosed(() -> spliterator.tryAdvance(x -> {}));
            assertClosed(() -> spliterator.forEachRemaining(x -> {}));
        }
        for (Collection<?> view : views(table)) {
            assertClosed(view::size);
            assertClosed(view::isEmpty);
            assertClosed(view::iterator);
            assertClosed(view::clear);
            assertClosed(() -> view.contains(table.key().apply(1)));
            assertClosed(() -> view.contains("something else"));
            assertClosed(() -> view.remove(table.key().apply(1)));
            assertClosed(() -> view.forEach(x -> {}));
            assertClosed(() -> view.stream().count());
        }
    }

    private static List<Collection<?>> views(AnyTable table) {
        return table.whole() instanceof Map<?, ?> map
                ? List.of(map.keySet(), map.values(), map.entrySet())
                : List.of((Set<?>) table.whole());
    }

    @Test
    void primitiveCursorsEndWithTheArena() {
        Arena arena = Arena.ofConfined();
        LongLongMap map = LongLongMap.builder().arena(arena).build();
        map.put(1, 1);
        map.put(2, 2);
        LongLongMap.Cursor fresh = map.cursor();
        LongLongMap.Cursor begun = map.cursor();
        assertTrue(begun.next());
        arena.close();
        assertClosed(fresh::next);
        assertClosed(begun::key);
        assertClosed(begun::value);
        assertClosed(() -> begun.setValue(1));
        assertClosed(begun::remove);
        assertClosed(begun::next);
        assertClosed(map::cursor);
    }

    @ParameterizedTest
    @EnumSource
    void aMapMayBeClosedBeforeItsArena(Kind kind) {
        Arena arena = Arena.ofConfined();
        AnyTable table = in(arena, kind, N);
        AnyTable empty = in(arena, kind, 0);
        table.close();
        empty.close();
        assertClosed(table::size);
        before.assertUnchanged();
        try (AnyTable other = kind.filled(N)) { // may have the same native header
            arena.close();
            assertTrue(other.holds(N));
        }
        before.assertUnchanged();
    }

    @ParameterizedTest
    @EnumSource
    void anArenaThatCannotCloseTheMapIsRefused(Kind kind) throws Throwable {
        Arena closed = Arena.ofConfined();
        closed.close();
        assertThrows(IllegalStateException.class, () -> in(closed, kind, 0));
        try (Arena mine = Arena.ofConfined()) {
            assertThrows(
                    WrongThreadException.class, () -> inAnotherThread(() -> in(mine, kind, 0)));
        }
        assertThrows(NullPointerException.class, () -> in(null, kind, 0));
        before.assertUnchanged();
    }

    @ParameterizedTest
    @EnumSource
    void aConfinedArenaDoesNotConfineItsMaps(Kind kind) throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            AnyTable table = in(arena, kind, 10);
            inAnotherThread(
                    () -> {
                        table.fill(N);
                        return null;
                    });
            assertTrue(table.holds(N));
            AnyTable other = in(arena, kind, 10);
            inAnotherThread(
                    () -> {
                        other.close();
                        return null;
                    });
            assertTrue(other.map().isClosed());
        }
        before.assertUnchanged();
    }

    @ParameterizedTest
    @EnumSource
    void whatIsForgottenIsCollected(Kind kind) throws InterruptedException {
        WeakReference<?> map = forgotten(kind);
        Account.await(() -> map.get() == null); // nothing static refers to it
        before.awaitUnchanged();
    }

    /** A map that nothing but what is used here has referred to. */
    private static WeakReference<?> forgotten(Kind kind) {
        AnyTable table = kind.filled(N);
        Iterator<?> iterator = table.keys().iterator();
        iterator.next();
        table.keys().spliterator().trySplit();
        assertTrue(table.keys().stream().anyMatch(k -> k.equals(table.key().apply(5))));
        assertTrue(table.map().toString().length() > 1);
        return new WeakReference<>(table.map());
    }

    @ParameterizedTest
    @EnumSource
    void anIteratorKeepsItsMapAlive(Kind kind) throws InterruptedException {
        Iterator<?> iterator = kind.filled(N).keys().iterator();
        forget(Arena.ofAuto(), kind);
        Account.await(() -> Tophash.nativeMaps() <= before.maps() + 1);
        int entries = 0;
        for (; iterator.hasNext(); entries++) {
            iterator.next();
        }
        assertEquals(N, entries);
        iterator = null;
        before.awaitUnchanged();
    }
}
