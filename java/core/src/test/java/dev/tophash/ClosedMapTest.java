package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;
import java.util.function.ObjLongConsumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Every public method of a closed map and of its cursors throws {@link IllegalStateException},
 * found by reflection so that a method which is added later is tested as well. Arguments are made
 * up from their types; those that an open map takes count.
 */
class ClosedMapTest {
    /** What a closed map still answers: it does nothing, or tells of the Java object only. */
    private static final Set<String> ALLOWED =
            Set.of(
                    "close",
                    "isClosed",
                    "isReadOnly",
                    "toString",
                    "defaultValue",
                    "keyWidth",
                    "valueWidth",
                    "asMap");

    /** What is for maps that were opened from a file. */
    private static final Set<String> OF_FILES = Set.of("verify", "warm", "fileInfo");

    /** What an opened map refuses. */
    private static final Set<String> WRITES =
            Set.of(
                    "put",
                    "putIfAbsent",
                    "getAndPut",
                    "putAll",
                    "addTo",
                    "addAll",
                    "replace",
                    "remove",
                    "getAndRemove",
                    "removeAll",
                    "merge",
                    "clear",
                    "reserve",
                    "shrinkToFit",
                    "migrate");

    @TempDir static Path directory;

    /** Opens what is in a map, which it closes. */
    private static <T extends OffHeapTable> Supplier<OffHeapTable> opener(
            T map, FileKind.Reader opener) {
        try (map) {
            Path file = Files.createTempFile(directory, "map", "");
            map.saveTo(file);
            return () -> {
                try {
                    return (OffHeapTable) opener.read(file);
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            };
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @TestFactory
    Stream<DynamicTest> openedMaps() {
        return Stream.of(
                        openedMethods(
                                LongLongMap.class,
                                opener(written(LongLongMap.create()), LongLongMap::open)),
                        openedMethods(
                                LongLongMap.class, opener(LongLongMap.create(), LongLongMap::open)),
                        openedMethods(
                                StringLongMap.class,
                                opener(written(StringLongMap.create()), StringLongMap::open)),
                        openedMethods(
                                BytesLongMap.class,
                                opener(written(BytesLongMap.create()), BytesLongMap::open)),
                        openedMethods(
                                BytesBytesMap.class,
                                opener(written(BytesBytesMap.create()), BytesBytesMap::open)),
                        openedMethods(
                                ConcurrentLongLongMap.class,
                                opener(
                                        written(ConcurrentLongLongMap.create()),
                                        ConcurrentLongLongMap::open)))
                .flatMap(s -> s);
    }

    private static Stream<DynamicTest> openedMethods(
            Class<? extends OffHeapTable> type, Supplier<OffHeapTable> maker) {
        return methods(type)
                .map(
                        m ->
                                DynamicTest.dynamicTest(
                                        "opened: " + m.toGenericString(),
                                        () -> refusesWhenClosed(m, maker)));
    }

    @TestFactory
    Stream<DynamicTest> longMap() {
        return methods(LongLongMap.class, () -> written(LongLongMap.create()));
    }

    @TestFactory
    Stream<DynamicTest> longMapNeverWritten() {
        return methods(LongLongMap.class, LongLongMap::create);
    }

    @TestFactory
    Stream<DynamicTest> stringMap() {
        return methods(StringLongMap.class, () -> written(StringLongMap.create()));
    }

    @TestFactory
    Stream<DynamicTest> stringMapNeverWritten() {
        return methods(StringLongMap.class, StringLongMap::create);
    }

    @TestFactory
    Stream<DynamicTest> bytesLongMap() {
        return methods(BytesLongMap.class, () -> written(BytesLongMap.create()));
    }

    @TestFactory
    Stream<DynamicTest> bytesLongMapNeverWritten() {
        return methods(BytesLongMap.class, BytesLongMap::create);
    }

    @TestFactory
    Stream<DynamicTest> bytesBytesMap() {
        return methods(BytesBytesMap.class, () -> written(BytesBytesMap.create()));
    }

    @TestFactory
    Stream<DynamicTest> bytesBytesMapNeverWritten() {
        return methods(BytesBytesMap.class, BytesBytesMap::create);
    }

    @TestFactory
    Stream<DynamicTest> concurrentLongMap() {
        return methods(ConcurrentLongLongMap.class, () -> written(ConcurrentLongLongMap.create()));
    }

    @TestFactory
    Stream<DynamicTest> concurrentLongMapNeverWritten() {
        return methods(ConcurrentLongLongMap.class, ConcurrentLongLongMap::create);
    }

    private static ConcurrentLongLongMap written(ConcurrentLongLongMap map) {
        map.put(1, 1);
        return map;
    }

    private static LongLongMap written(LongLongMap map) {
        map.put(1, 1);
        return map;
    }

    private static StringLongMap written(StringLongMap map) {
        map.put("a", 1);
        return map;
    }

    private static BytesLongMap written(BytesLongMap map) {
        map.put(new byte[] {'a'}, 1);
        return map;
    }

    private static BytesBytesMap written(BytesBytesMap map) {
        map.put(new byte[] {'a'}, new byte[] {'b'});
        return map;
    }

    private static Stream<DynamicTest> methods(
            Class<? extends OffHeapTable> type, Supplier<OffHeapTable> maker) {
        return methods(type)
                .filter(m -> !OF_FILES.contains(m.getName()))
                .map(
                        m ->
                                DynamicTest.dynamicTest(
                                        m.toGenericString(), () -> refusesWhenClosed(m, maker)));
    }

    private static Stream<Method> methods(Class<? extends OffHeapTable> type) {
        List<Method> methods =
                Arrays.stream(type.getMethods())
                        .filter(m -> m.getDeclaringClass() != Object.class)
                        .filter(m -> !Modifier.isStatic(m.getModifiers()))
                        .filter(m -> !m.isBridge() || isInherited(m))
                        .filter(m -> !ALLOWED.contains(m.getName()))
                        .toList();
        assertTrue(methods.size() >= 25, () -> "only " + methods);
        return methods.stream();
    }

    /** Whether a bridge stands for a method of a class that is not public, and not for another. */
    private static boolean isInherited(Method bridge) {
        return Arrays.stream(bridge.getDeclaringClass().getDeclaredMethods())
                .filter(m -> m.getName().equals(bridge.getName()))
                .filter(m -> Arrays.equals(m.getParameterTypes(), bridge.getParameterTypes()))
                .allMatch(Method::isBridge);
    }

    private static void refusesWhenClosed(Method method, Supplier<OffHeapTable> maker)
            throws Exception {
        int accepted = 0;
        for (int n = 0; n <= 1; n++) {
            for (Object[] arguments : candidates(method, n)) {
                OffHeapTable open = maker.get();
                long size = open.size();
                Throwable whenOpen = thrown(method, open, arguments);
                if (open.isReadOnly()) {
                    assertEquals(size, open.size());
                    if (whenOpen instanceof UnsupportedOperationException refused) {
                        assertTrue(WRITES.contains(method.getName()));
                        assertTrue(
                                refused.getMessage().endsWith("and is read-only"),
                                refused.getMessage());
                        whenOpen = null;
                    } else if (!(whenOpen instanceof IllegalArgumentException) && n > 0) {
                        // A function that would replace nothing by nothing need not be refused.
                        assertFalse(
                                WRITES.contains(method.getName()) && mustWrite(method, open),
                                () -> "accepted " + Arrays.toString(arguments));
                    }
                }
                open.close();
                if (whenOpen instanceof IllegalArgumentException) {
                    continue; // these do not go together
                }
                Throwable unexpected = whenOpen;
                assertEquals(
                        null,
                        unexpected,
                        () -> "an open map threw for " + Arrays.toString(arguments));
                accepted++;
                Throwable whenClosed = thrown(method, open, arguments);
                assertTrue(
                        whenClosed instanceof IllegalStateException,
                        () -> whenClosed + " for " + Arrays.toString(arguments));
                assertTrue(whenClosed.getMessage().contains("closed"), whenClosed.getMessage());
            }
        }
        assertTrue(accepted > 0, "no arguments that " + method + " takes");
    }

    /** Whether a write would change a map, other than those that depend on what is there. */
    private static boolean mustWrite(Method method, OffHeapTable map) {
        boolean compares =
                map instanceof ConcurrentLongLongMap
                        && method.getReturnType() == boolean.class; // with a value before
        return !compares;
    }

    private static Throwable thrown(Method method, Object target, Object[] arguments)
            throws Exception {
        try {
            method.invoke(target, arguments);
            return null;
        } catch (InvocationTargetException e) {
            return e.getCause();
        }
    }

    /** Arguments for a batch of n; a second segment may have to be of longs or of bytes. */
    private static List<Object[]> candidates(Method method, int n) {
        List<Object[]> all = new ArrayList<>();
        for (int bytes : new int[] {1, 8}) {
            Object[] arguments = new Object[method.getParameterCount()];
            int segments = 0;
            int ints = 0;
            for (int i = 0; i < arguments.length; i++) {
                Class<?> type = method.getParameterTypes()[i];
                if (type == MemorySegment.class) {
                    int size = segments++ == 0 ? 8 * n : bytes * n;
                    arguments[i] = MemorySegment.ofArray(new long[1]).asSlice(0, size);
                } else if (type == int.class) {
                    arguments[i] = ints++ == 0 ? 0 : n; // offset, length
                } else {
                    arguments[i] = argument(type, n);
                }
            }
            all.add(arguments);
        }
        return all;
    }

    private static Object argument(Class<?> type, int n) {
        if (type == long.class) {
            return 1L;
        }
        if (type == String.class) {
            return "a";
        }
        if (type == Path.class) {
            return directory.resolve("saved");
        }
        if (type == byte[].class) {
            return new byte[] {'a'};
        }
        if (type == long[].class) {
            return new long[n];
        }
        if (type == boolean[].class) {
            return new boolean[n];
        }
        if (type == String[].class) {
            String[] keys = new String[n];
            Arrays.fill(keys, "a");
            return keys;
        }
        if (type == LongLongConsumer.class) {
            return (LongLongConsumer) (key, value) -> {};
        }
        if (type == LongUnaryOperator.class) {
            return (LongUnaryOperator) x -> x;
        }
        if (type == LongBinaryOperator.class) {
            return (LongBinaryOperator) Long::sum;
        }
        if (type == Spans.class) {
            byte[][] keys = new byte[n][1];
            return Spans.of(keys);
        }
        if (type == MemoryPolicy.class) {
            return MemoryPolicy.STANDARD;
        }
        if (type == ValueBuffer.class) {
            return new ValueBuffer();
        }
        if (type == BiConsumer.class) {
            return (BiConsumer<byte[], byte[]>) (key, value) -> {};
        }
        if (type == ObjLongConsumer.class) {
            return (ObjLongConsumer<Object>) (key, value) -> {};
        }
        throw new AssertionError("this test has to learn to make a " + type);
    }

    @TestFactory
    Stream<DynamicTest> cursors() {
        LongLongMap longs = written(LongLongMap.create());
        StringLongMap strings = written(StringLongMap.create());
        BytesLongMap bytes = written(BytesLongMap.create());
        BytesBytesMap values = written(BytesBytesMap.create());
        MapCursor longCursor = longs.cursor();
        MapCursor stringCursor = strings.cursor();
        MapCursor bytesCursor = bytes.cursor();
        MapCursor valuesCursor = values.cursor();
        assertTrue(longCursor.next() && stringCursor.next());
        assertTrue(bytesCursor.next() && valuesCursor.next());
        longs.close();
        strings.close();
        bytes.close();
        values.close();
        return Stream.of(longCursor, stringCursor, bytesCursor, valuesCursor)
                .flatMap(ClosedMapTest::cursorMethods);
    }

    private static Stream<DynamicTest> cursorMethods(MapCursor cursor) {
        List<Method> methods =
                Arrays.stream(cursor.getClass().getMethods())
                        .filter(m -> m.getDeclaringClass() != Object.class)
                        .filter(m -> !Modifier.isStatic(m.getModifiers()))
                        .toList();
        assertFalse(methods.size() < 5, () -> "only " + methods);
        return methods.stream()
                .map(
                        m ->
                                DynamicTest.dynamicTest(
                                        m.toGenericString(),
                                        () -> {
                                            Object[] arguments =
                                                    Arrays.stream(m.getParameterTypes())
                                                            .map(type -> argument(type, 1))
                                                            .toArray();
                                            Throwable thrown = thrown(m, cursor, arguments);
                                            assertTrue(
                                                    thrown instanceof IllegalStateException,
                                                    () -> "threw " + thrown);
                                        }));
    }
}
