package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

import java.util.AbstractMap;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.LongFunction;
import java.util.stream.LongStream;

/** Any sequence of operations does to a {@link NativeMap} what it does to a {@link HashMap}. */
class NativeMapPropertiesTest {
    private record Span(byte kind, short from, int to) {}

    /** Codecs of keys and values, and objects for the numbers that operations speak of. */
    private enum Types {
        STRING_TO_LONG(Codecs.STRING, Codecs.LONG, Types::text, i -> i),
        LONG_TO_STRING(Codecs.LONG, Codecs.STRING, i -> i, Types::text),
        RECORD_TO_UUID(
                Codecs.of(Span.class),
                Codecs.UUID,
                i -> new Span((byte) i, (short) -i, (int) i * 31),
                i -> new UUID(i, ~i)),
        NULLABLE(
                Codecs.nullable(Codecs.STRING),
                Codecs.nullable(Codecs.INTEGER),
                i -> i == 3 ? null : text(i),
                i -> i % 3 == 0 ? null : (Integer) (int) i),
        NULLABLE_FIXED(
                Codecs.nullable(Codecs.INTEGER),
                Codecs.nullable(Codecs.STRING),
                i -> i == 3 ? null : (Integer) (int) i,
                i -> i % 3 == 0 ? null : text(i)),
        WORDS(Codecs.INTEGER, Codecs.INTEGER, i -> (int) i, i -> (int) i),
        SMALL_WORDS(Codecs.SHORT, Codecs.DOUBLE, i -> (short) i, Types::fraction),
        STRINGS(Codecs.STRING, Codecs.STRING, Types::text, Types::text);

        private final Codec<Object> keys;
        private final Codec<Object> values;
        private final LongFunction<Object> key;
        private final LongFunction<Object> value;

        @SuppressWarnings("unchecked")
        <K, V> Types(Codec<K> keys, Codec<V> values, LongFunction<K> key, LongFunction<V> value) {
            this.keys = (Codec<Object>) keys;
            this.values = (Codec<Object>) values;
            this.key = (LongFunction<Object>) key;
            this.value = (LongFunction<Object>) value;
        }

        /** Short ones, longer ones, empty ones, and ones of several bytes for a character. */
        private static String text(long i) {
            return i == 7 ? "" : i % 4 == 1 ? "\u20ac" + i : "x".repeat((int) (i & 31)) + i;
        }

        private static Double fraction(long i) {
            return i == 1 ? -0.0 : i == 2 ? Double.NaN : i / 8.0;
        }
    }

    /** The map, its model, and what an operation is to be done with. */
    private record Run(
            NativeMap<Object, Object> map,
            Map<Object, Object> model,
            Types types,
            long key,
            long other,
            int count) {
        Object k() {
            return types.key.apply(key);
        }

        Object v() {
            return types.value.apply(other);
        }

        Object w() {
            return types.value.apply(key + other);
        }

        /** Some keys from the key upwards; every seventh a second time. */
        Object[] keys() {
            return LongStream.range(0, count)
                    .mapToObj(i -> types.key.apply(key + (i % 7 == 6 ? i - 1 : i)))
                    .toArray();
        }

        Object[] values() {
            return LongStream.range(0, count).mapToObj(i -> types.value.apply(other + i)).toArray();
        }

        Map<Object, Object> others() {
            Map<Object, Object> others = new HashMap<>();
            Object[] keys = keys();
            Object[] values = values();
            for (int i = 0; i < count; i++) {
                others.put(keys[i], values[i]);
            }
            return others;
        }

        /** Null, the same value, or another one: what functions given to compute return. */
        BiFunction<Object, Object, Object> function() {
            return switch (Math.floorMod(other, 3)) {
                case 0 -> (a, b) -> null;
                case 1 -> (a, b) -> b;
                default -> (a, b) -> w();
            };
        }

        boolean picks(Object o) {
            return (Objects.hashCode(o) & 3) == (other & 3);
        }
    }

    /** Does something to one map and returns what it told. */
    @FunctionalInterface
    private interface Call {
        Object on(Map<Object, Object> map, Run run);
    }

    private enum Verb {
        PUT((m, r) -> m.put(r.k(), r.v())),
        GET((m, r) -> m.get(r.k())),
        GET_OR_DEFAULT((m, r) -> m.getOrDefault(r.k(), r.v())),
        CONTAINS_KEY((m, r) -> m.containsKey(r.k())),
        CONTAINS_VALUE((m, r) -> m.containsValue(r.v())),
        REMOVE((m, r) -> m.remove(r.k())),
        REMOVE_PAIR((m, r) -> m.remove(r.k(), r.v())),
        PUT_IF_ABSENT((m, r) -> m.putIfAbsent(r.k(), r.v())),
        REPLACE((m, r) -> m.replace(r.k(), r.v())),
        REPLACE_PAIR((m, r) -> m.replace(r.k(), m.get(r.k()), r.v())),
        REPLACE_WRONG_PAIR((m, r) -> m.replace(r.k(), r.w(), r.v())),
        COMPUTE((m, r) -> m.compute(r.k(), r.function())),
        COMPUTE_IF_ABSENT((m, r) -> m.computeIfAbsent(r.k(), k -> r.function().apply(k, r.v()))),
        COMPUTE_IF_PRESENT((m, r) -> m.computeIfPresent(r.k(), r.function())),
        MERGE((m, r) -> r.v() == null ? 0 : m.merge(r.k(), r.v(), r.function())),
        REPLACE_ALL(
                (m, r) -> {
                    m.replaceAll((k, v) -> r.picks(k) ? r.v() : v);
                    return 0;
                }),
        PUT_ALL(
                (m, r) -> {
                    m.putAll(r.others());
                    return 0;
                }),
        CLEAR(
                (m, r) -> {
                    m.clear();
                    return 0;
                }),
        REMOVE_ENTRIES_IF((m, r) -> m.entrySet().removeIf(e -> r.picks(e.getValue()))),
        REMOVE_KEYS_IF((m, r) -> m.keySet().removeIf(r::picks)),
        REMOVE_VALUES_IF((m, r) -> m.values().removeIf(r::picks)),
        RETAIN_KEYS((m, r) -> m.keySet().retainAll(Arrays.asList(r.keys()))),
        REMOVE_KEYS((m, r) -> m.keySet().removeAll(Arrays.asList(r.keys()))),
        RETAIN_VALUES((m, r) -> m.values().retainAll(new HashSet<>(Arrays.asList(r.values())))),
        REMOVE_ENTRY((m, r) -> m.entrySet().remove(entry(r))),
        CONTAINS_ENTRY((m, r) -> m.entrySet().contains(entry(r))),
        CONTAINS_ALL_KEYS((m, r) -> m.keySet().containsAll(Arrays.asList(r.keys()))),
        REMOVE_BY_ITERATOR(
                (m, r) -> {
                    for (Iterator<Object> i = m.keySet().iterator(); i.hasNext(); ) {
                        if (r.picks(i.next())) {
                            // Looking ahead must not matter to what is removed.
                            if ((r.key & 1) == 0 && m instanceof NativeMap) {
                                i.hasNext();
                            }
                            i.remove();
                        }
                    }
                    return m.size();
                }),
        SET_VALUES(
                (m, r) -> {
                    for (Map.Entry<Object, Object> e : m.entrySet()) {
                        if (r.picks(e.getKey())) {
                            Object before = e.getValue();
                            assertEquals(before, e.setValue(r.v()));
                            assertEquals(r.v(), e.getValue());
                        }
                    }
                    return 0;
                }),
        EQUALS((m, r) -> m.equals(r.model) && m.hashCode() == r.model.hashCode()),
        ENTRIES((m, r) -> Set.of(m.entrySet().toArray())),
        IS_EMPTY((m, r) -> m.isEmpty());

        private final Call call;

        Verb(Call call) {
            this.call = call;
        }

        private static Map.Entry<Object, Object> entry(Run r) {
            return new AbstractMap.SimpleEntry<>(r.k(), r.v());
        }

        void run(Run run) {
            Object expected = call.on(run.model, run);
            assertEquals(expected, call.on(run.map, run), this::name);
        }
    }

    /** What a HashMap has not. */
    private enum Batch {
        GET_ALL {
            @Override
            void run(Run r) {
                Object[] keys = r.keys();
                Object[] values = new Object[keys.length];
                long present = r.map.getAll(keys, values);
                assertEquals(Arrays.stream(keys).filter(r.model::containsKey).count(), present);
                for (int i = 0; i < keys.length; i++) {
                    assertEquals(r.model.get(keys[i]), values[i]);
                }
            }
        },
        PUT_ALL {
            @Override
            void run(Run r) {
                Object[] keys = r.keys();
                Object[] values = r.values();
                long present = 0;
                for (int i = 0; i < keys.length; i++) {
                    present += r.model.containsKey(keys[i]) ? 1 : 0;
                    r.model.put(keys[i], values[i]);
                }
                assertEquals(present, r.map.putAll(keys, values));
            }
        },
        REMOVE_ALL {
            @Override
            void run(Run r) {
                long present = 0;
                for (Object key : r.keys()) {
                    present += r.model.containsKey(key) ? 1 : 0;
                    r.model.remove(key);
                }
                assertEquals(present, r.map.removeAll(r.keys()));
            }
        },
        CONTAINS_ALL {
            @Override
            void run(Run r) {
                Object[] keys = r.keys();
                boolean[] found = new boolean[keys.length];
                long present = r.map.containsAll(keys, found);
                assertEquals(Arrays.stream(keys).filter(r.model::containsKey).count(), present);
                for (int i = 0; i < keys.length; i++) {
                    assertEquals(r.model.containsKey(keys[i]), found[i]);
                }
            }
        },
        RESERVE {
            @Override
            void run(Run r) {
                r.map.reserve(r.count);
            }
        },
        SHRINK {
            @Override
            void run(Run r) {
                r.map.shrinkToFit();
            }
        },
        WALK {
            @Override
            void run(Run r) {
                Map<Object, Object> seen = new HashMap<>();
                r.map.forEach((k, v) -> assertNull(seen.put(k, v)));
                assertEquals(r.model, seen);
                assertTrue(r.model.equals(r.map) && r.map.equals(r.model));
            }
        };

        abstract void run(Run run);
    }

    /** One operation: a verb of Map, or one of the batches. */
    private record Op(Object verb, long key, long other, int count) {}

    private static Arbitrary<Op> operation(Object[] verbs, int keys, int most) {
        return Combinators.combine(
                        Arbitraries.of(verbs),
                        Arbitraries.longs().between(0, keys),
                        Arbitraries.longs().between(0, keys),
                        Arbitraries.integers().between(0, most))
                .as(Op::new);
    }

    @Provide
    Arbitrary<List<Op>> onFewKeys() {
        Arbitrary<Op> ofMap = operation(Verb.values(), 30, 30);
        Arbitrary<Op> batch = operation(Batch.values(), 30, 30);
        return Arbitraries.oneOf(ofMap, ofMap, batch).list().ofMaxSize(150);
    }

    /** Growth upon growth, and batches of several chunks. */
    @Provide
    Arbitrary<List<Op>> onManyKeys() {
        Arbitrary<Op> ofMap = operation(Verb.values(), 3_000, 2_500);
        Arbitrary<Op> batch = operation(Batch.values(), 3_000, 2_500);
        return Arbitraries.oneOf(ofMap, batch, batch).list().ofMaxSize(40);
    }

    private static void behavesLikeAHashMap(Types types, List<Op> operations) {
        behavesLikeAHashMap(NativeMap.create(types.keys, types.values), types, operations);
    }

    private static void behavesLikeAHashMap(
            NativeMap<Object, Object> empty, Types types, List<Op> operations) {
        try (NativeMap<Object, Object> map = empty) {
            Map<Object, Object> model = new HashMap<>();
            for (Op op : operations) {
                Run run = new Run(map, model, types, op.key, op.other, op.count);
                if (op.verb instanceof Verb verb) {
                    verb.run(run);
                } else {
                    ((Batch) op.verb).run(run);
                }
                assertEquals(model.size(), map.size());
            }
            Batch.WALK.run(new Run(map, model, types, 0, 0, 0));
        }
    }

    @Property(tries = 800, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.BOUNDED)
    void fewKeys(@ForAll Types types, @ForAll("onFewKeys") List<Op> operations) {
        behavesLikeAHashMap(types, operations);
    }

    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.BOUNDED)
    void manyKeys(@ForAll Types types, @ForAll("onManyKeys") List<Op> operations) {
        behavesLikeAHashMap(types, operations);
    }

    /** All but get and getAll, which return it. */
    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.BOUNDED)
    void aDefaultValueIsForGetOnly(
            @ForAll Types types, @ForAll("onFewKeys") List<Op> operations, @ForAll byte number) {
        Object otherwise = types.value.apply(number & 15);
        behavesLikeAHashMap(
                NativeMap.builder(types.keys, types.values).defaultValue(otherwise).build(),
                types,
                operations.stream()
                        .filter(op -> op.verb != Verb.GET && op.verb != Batch.GET_ALL)
                        .toList());
        try (NativeMap<Object, Object> map =
                NativeMap.builder(types.keys, types.values).defaultValue(otherwise).build()) {
            Object[] values = new Object[2];
            map.put(types.key.apply(1), types.value.apply(2));
            Object[] keys = {types.key.apply(5), types.key.apply(1)};
            assertEquals(1, map.getAll(keys, values));
            assertEquals(Arrays.asList(otherwise, types.value.apply(2)), Arrays.asList(values));
            assertEquals(otherwise, map.get(keys[0]));
            assertEquals(otherwise, map.get("neither key nor value"));
            assertEquals(otherwise, map.defaultValue());
        }
    }
}
