package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tophash.Primitive.Kind;
import dev.tophash.Primitive.Shape;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Array;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Any sequence of operations does to the maps and sets of primitive types what it does to a {@link
 * HashMap}; batches in each of their forms.
 */
class PrimitiveMapsPropertiesTest {
    /** A set is a map to this. */
    private static final Object PRESENT = "present";

    private record Op(Verb verb, long key, long other, int count, Shape shape) {
        /** Keys of which the first are extreme, and every seventh is there twice. */
        private long number(long i) {
            long n = key + (i % 7 == 6 ? i - 1 : i);
            return n == 0 ? Long.MIN_VALUE : n == 1 ? Long.MAX_VALUE : n == 2 ? -1 : n;
        }

        Object keys(Kind kind) {
            Object keys = kind.keys(count);
            for (int i = 0; i < count; i++) {
                Array.set(keys, i, kind.key(number(i)));
            }
            return keys;
        }

        Object values(Kind kind) {
            Object values = kind.values(count);
            for (int i = 0; i < count; i++) {
                Array.set(values, i, kind.value(other + i));
            }
            return values;
        }
    }

    private record Run(Primitive map, Map<Object, Object> model, Object otherwise, Op op) {
        Kind kind() {
            return map.kind();
        }

        Object k() {
            return kind().key(op.number(0));
        }

        Object v() {
            return kind().value(op.other);
        }

        Object modelled(Object key) {
            return model.getOrDefault(key, otherwise);
        }

        Object orDefault(Object value) {
            return value == null ? otherwise : value;
        }

        long batch(String name, Object others) {
            return map.batch(op.shape, name, op.keys(kind()), others);
        }

        long forEachKey(Function<Object, Boolean> action) {
            Object keys = op.keys(kind());
            long sum = 0;
            for (int i = 0; i < op.count; i++) {
                sum += action.apply(Array.get(keys, i)) ? 1 : 0;
            }
            return sum;
        }
    }

    private enum Verb {
        PUT(
                r ->
                        assertEquals(
                                r.orDefault(r.model.put(r.k(), r.v())),
                                r.map.call("put", r.k(), r.v())),
                r -> assertEquals(r.model.put(r.k(), PRESENT) == null, r.map.call("add", r.k()))),
        GET(
                r -> {
                    assertEquals(r.modelled(r.k()), r.map.call("get", r.k()));
                    assertEquals(
                            r.model.getOrDefault(r.k(), r.v()),
                            r.map.call("getOrDefault", r.k(), r.v()));
                    assertEquals(r.model.containsKey(r.k()), r.map.call("containsKey", r.k()));
                },
                r -> assertEquals(r.model.containsKey(r.k()), r.map.call("contains", r.k()))),
        REMOVE(
                r -> assertEquals(r.orDefault(r.model.remove(r.k())), r.map.call("remove", r.k())),
                r -> assertEquals(r.model.remove(r.k()) != null, r.map.call("remove", r.k()))),
        PUT_IF_ABSENT(
                r ->
                        assertEquals(
                                r.orDefault(r.model.putIfAbsent(r.k(), r.v())),
                                r.map.call("putIfAbsent", r.k(), r.v())),
                PUT.onSet),
        ADD(
                r -> {
                    Object before = r.modelled(r.k());
                    r.model.put(r.k(), r.kind().sum(before, r.v()));
                    assertEquals(before, r.map.call("addTo", r.k(), r.v()));
                },
                PUT.onSet),
        PUT_ALL(
                r -> {
                    Object values = r.op.values(r.kind());
                    int[] i = {0};
                    long present =
                            r.forEachKey(k -> r.model.put(k, Array.get(values, i[0]++)) != null);
                    assertEquals(present, r.batch("putAll", values));
                },
                r -> {
                    long present = r.forEachKey(k -> r.model.put(k, PRESENT) != null);
                    assertEquals(present, r.batch("addAll", null));
                }),
        ADD_ALL(
                r -> {
                    Object deltas = r.op.values(r.kind());
                    int[] i = {0};
                    long present =
                            r.forEachKey(
                                    k -> {
                                        Object delta = Array.get(deltas, i[0]++);
                                        Object sum = r.kind().sum(r.modelled(k), delta);
                                        return r.model.put(k, sum) != null;
                                    });
                    assertEquals(present, r.batch("addAll", deltas));
                },
                PUT_ALL.onSet),
        GET_ALL(
                r -> {
                    Object values = r.kind().values(r.op.count);
                    assertEquals(r.forEachKey(r.model::containsKey), r.batch("getAll", values));
                    int[] i = {0};
                    r.forEachKey(
                            k -> {
                                assertEquals(r.modelled(k), Array.get(values, i[0]++));
                                return true;
                            });
                },
                GET.onSet),
        CONTAINS_ALL(
                r -> {
                    boolean[] found = new boolean[r.op.count];
                    assertEquals(r.forEachKey(r.model::containsKey), r.batch("containsAll", found));
                    int[] i = {0};
                    r.forEachKey(
                            k -> {
                                assertEquals(r.model.containsKey(k), found[i[0]++]);
                                return true;
                            });
                }),
        REMOVE_ALL(
                r -> {
                    long present = r.forEachKey(k -> r.model.remove(k) != null);
                    assertEquals(present, r.batch("removeAll", null));
                }),
        CLEAR(
                r -> {
                    r.model.clear();
                    r.map.call("clear");
                }),
        RESERVE(r -> r.map.map().reserve(r.op.count)),
        SHRINK(r -> r.map.map().shrinkToFit()),
        WALK(
                r -> {
                    Map<Object, Object> seen = new HashMap<>();
                    if (r.kind().isSet()) {
                        Set<?> set = (Set<?>) r.map.call("asSet");
                        set.forEach(e -> assertNull(seen.put(e, PRESENT)));
                    } else {
                        Map<?, ?> map = (Map<?, ?>) r.map.call("asMap");
                        map.forEach((k, v) -> assertNull(seen.put(k, v)));
                        assertTrue(map.equals(r.model) && r.model.equals(map));
                    }
                    assertEquals(r.model, seen);
                });

        private final Consumer<Run> onMap;
        private final Consumer<Run> onSet;

        Verb(Consumer<Run> onMap, Consumer<Run> onSet) {
            this.onMap = onMap;
            this.onSet = onSet;
        }

        Verb(Consumer<Run> onBoth) {
            this(onBoth, onBoth);
        }
    }

    private static Arbitrary<Op> operation(int keys, int most) {
        return Combinators.combine(
                        Arbitraries.of(Verb.class),
                        Arbitraries.longs().between(0, keys),
                        Arbitraries.longs().between(0, 20),
                        Arbitraries.integers().between(0, most),
                        Arbitraries.of(Shape.class))
                .as(Op::new);
    }

    @Provide
    Arbitrary<List<Op>> onFewKeys() {
        return operation(30, 30).list().ofMaxSize(150);
    }

    /** Growth upon growth, and batches that are longer than one call's share. */
    @Provide
    Arbitrary<List<Op>> onManyKeys() {
        return operation(3_000, 2_500).list().ofMaxSize(40);
    }

    private static void behavesLikeAHashMap(Kind kind, long number, List<Op> operations) {
        Object otherwise = kind.isSet() ? null : kind.value(number);
        try (Primitive map = kind.create(otherwise)) {
            Map<Object, Object> model = new HashMap<>();
            for (Op op : operations) {
                Run run = new Run(map, model, otherwise, op);
                (kind.isSet() ? op.verb.onSet : op.verb.onMap).accept(run);
                assertEquals((long) model.size(), map.call("size"));
            }
            Verb.WALK.onMap.accept(
                    new Run(map, model, otherwise, new Op(Verb.WALK, 0, 0, 0, Shape.ARRAYS)));
        }
    }

    @Property(tries = 700, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.BOUNDED)
    void fewKeys(
            @ForAll Kind kind, @ForAll byte otherwise, @ForAll("onFewKeys") List<Op> operations) {
        behavesLikeAHashMap(kind, otherwise & 7, operations);
    }

    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.BOUNDED)
    void manyKeys(
            @ForAll Kind kind, @ForAll byte otherwise, @ForAll("onManyKeys") List<Op> operations) {
        behavesLikeAHashMap(kind, otherwise & 7, operations);
    }

    @ParameterizedTest
    @EnumSource
    void segmentsThatAreNotElementsAreRefused(Kind kind) {
        int width = kind.keyWidth();
        try (Arena arena = Arena.ofConfined();
                Primitive map = kind.create()) {
            MemorySegment room = arena.allocate(800, 8);
            MemorySegment odd = room.asSlice(0, 10 * width + 1);
            MemorySegment misaligned = room.asSlice(1, 10L * width);
            MemorySegment bytes = MemorySegment.ofArray(new byte[10 * width]);
            for (MemorySegment bad : List.of(odd, misaligned, bytes)) {
                MemorySegment others = arena.allocate(10L * 8, 8);
                MemorySegment found = arena.allocate(10);
                refused(map, "removeAll", bad);
                refused(map, "containsAll", bad, found);
                if (kind.isSet()) {
                    refused(map, "addAll", bad);
                    continue;
                }
                MemorySegment values = others.asSlice(0, 10L * kind.valueWidth());
                MemorySegment keys = others.asSlice(0, 10L * width);
                for (String name : List.of("getAll", "putAll", "addAll")) {
                    refused(map, name, bad, values);
                    refused(map, name, keys, values.asSlice(1, 9L * kind.valueWidth()));
                    refused(map, name, keys, room.asSlice(0, 10 * kind.valueWidth() - 1));
                    refused(
                            map,
                            name,
                            keys,
                            MemorySegment.ofArray(new byte[(int) values.byteSize()]));
                }
            }
            assertEquals(0L, map.call("size"));
            assertEquals(0, map.map().nativeBytes());
        }
    }

    private static String refused(Primitive map, String name, Object... arguments) {
        String message =
                assertThrows(IllegalArgumentException.class, () -> map.call(name, arguments))
                        .getMessage();
        assertFalse(message.isEmpty());
        return message;
    }

    @ParameterizedTest
    @EnumSource
    void resultsNeedMemoryThatCanBeWrittenAndKeysDoNot(Kind kind) {
        try (Primitive map = kind.create()) {
            MemorySegment keys = Primitive.heap(kind.keys(10)).asReadOnly();
            byte[] found = new byte[10];
            MemorySegment readOnly = MemorySegment.ofArray(found).asReadOnly();
            assertTrue(refused(map, "containsAll", keys, readOnly).contains("read-only"));
            if (kind.isSet()) {
                assertEquals(9L, map.call("addAll", keys)); // ten times the element 0
            } else {
                MemorySegment values = Primitive.heap(kind.values(10)).asReadOnly();
                assertTrue(refused(map, "getAll", keys, values).contains("read-only"));
                assertEquals(9L, map.call("putAll", keys, values));
                assertEquals(10L, map.call("addAll", keys, values));
            }
            assertEquals(10L, map.call("containsAll", keys, MemorySegment.ofArray(found)));
            assertEquals(1, found[9]);
            assertEquals(1L, map.call("removeAll", keys));
        }
    }

    @ParameterizedTest
    @EnumSource
    void argumentsThatDoNotGoTogetherAreRefused(Kind kind) {
        try (Primitive map = kind.create()) {
            Object keys = kind.keys(10);
            refused(map, "containsAll", keys, new boolean[9]);
            refused(map, "containsAll", Primitive.heap(keys), MemorySegment.ofArray(new byte[11]));
            List<int[]> parts =
                    List.of(
                            new int[] {-1, 2},
                            new int[] {0, 11},
                            new int[] {9, 2},
                            new int[] {0, -1},
                            new int[] {Integer.MAX_VALUE, 1});
            for (int[] part : parts) {
                assertThrows(
                        IndexOutOfBoundsException.class,
                        () -> map.call("removeAll", keys, part[0], part[1]));
                assertThrows(
                        IndexOutOfBoundsException.class,
                        () -> map.call("containsAll", keys, new boolean[10], part[0], part[1]));
                if (!kind.isSet()) {
                    for (String name : List.of("getAll", "putAll", "addAll")) {
                        assertThrows(
                                IndexOutOfBoundsException.class,
                                () -> map.call(name, keys, kind.values(10), part[0], part[1]));
                    }
                }
            }
            if (!kind.isSet()) {
                for (String name : List.of("getAll", "putAll", "addAll")) {
                    refused(map, name, keys, kind.values(9));
                    refused(map, name, Primitive.heap(keys), Primitive.heap(kind.values(11)));
                }
            }
            assertEquals(0L, map.call("size"));
        }
    }
}
