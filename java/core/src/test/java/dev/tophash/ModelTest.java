package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.tophash.Subject.Kind;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tuple;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Any sequence of operations does to a map what it does to a {@link HashMap}. */
class ModelTest {
    private enum Verb {
        PUT {
            @Override
            void run(Subject map, Map<Long, Long> model, Op op) {
                assertEquals(or0(model.put(op.key, op.value)), map.put(op.key, op.value));
            }
        },
        GET {
            @Override
            void run(Subject map, Map<Long, Long> model, Op op) {
                assertEquals(or0(model.get(op.key)), map.get(op.key));
                assertEquals(model.containsKey(op.key), map.contains(op.key));
            }
        },
        REMOVE {
            @Override
            void run(Subject map, Map<Long, Long> model, Op op) {
                assertEquals(or0(model.remove(op.key)), map.remove(op.key));
            }
        },
        ADD {
            @Override
            void run(Subject map, Map<Long, Long> model, Op op) {
                assertEquals(or0(model.get(op.key)), map.addTo(op.key, op.value));
                model.merge(op.key, op.value, Long::sum);
            }
        },
        PUT_IF_ABSENT {
            @Override
            void run(Subject map, Map<Long, Long> model, Op op) {
                assertEquals(
                        or0(model.putIfAbsent(op.key, op.value)),
                        map.putIfAbsent(op.key, op.value));
            }
        },
        PUT_ALL {
            @Override
            void run(Subject map, Map<Long, Long> model, Op op) {
                long[] keys = op.keys();
                long[] values = new long[keys.length];
                for (int i = 0; i < keys.length; i++) {
                    values[i] = op.value + i;
                    model.put(keys[i], values[i]);
                }
                map.putAll(keys, values);
            }
        },
        REMOVE_ALL {
            @Override
            void run(Subject map, Map<Long, Long> model, Op op) {
                for (long key : op.keys()) {
                    model.remove(key);
                }
                map.removeAll(op.keys());
            }
        },
        CLEAR {
            @Override
            void run(Subject map, Map<Long, Long> model, Op op) {
                model.clear();
                map.map().clear();
            }
        },
        RESERVE {
            @Override
            void run(Subject map, Map<Long, Long> model, Op op) {
                map.map().reserve(op.count);
            }
        },
        SHRINK {
            @Override
            void run(Subject map, Map<Long, Long> model, Op op) {
                map.map().shrinkToFit();
            }
        },
        WALK {
            @Override
            void run(Subject map, Map<Long, Long> model, Op op) {
                assertSameEntries(map, model);
            }
        },
        REMOVE_BY_CURSOR {
            @Override
            void run(Subject map, Map<Long, Long> model, Op op) {
                MapCursor cursor = map.cursor();
                while (cursor.next()) {
                    long key = map.keyOf(cursor);
                    if (key % 5 == op.value % 5) {
                        assertEquals(model.remove(key), Subject.valueOf(cursor));
                        cursor.remove();
                    }
                }
            }
        };

        abstract void run(Subject map, Map<Long, Long> model, Op op);

        private static long or0(Long value) {
            return value == null ? 0 : value;
        }
    }

    /**
     * One operation; those on many keys take {@code count} of them from {@code key} upwards, and
     * some twice.
     */
    private record Op(Verb verb, long key, long value, int count) {
        long[] keys() {
            long[] keys = new long[count];
            for (int i = 0; i < count; i++) {
                keys[i] = i % 7 == 6 ? keys[i - 1] : key + i;
            }
            return keys;
        }
    }

    private static void assertSameEntries(Subject map, Map<Long, Long> model) {
        Map<Long, Long> seen = new HashMap<>();
        map.forEach((key, value) -> assertEquals(null, seen.put(key, value)));
        assertEquals(model, seen);
        assertEquals(model.size(), map.size());
    }

    private static void behavesLikeAHashMap(Kind kind, List<Op> operations) {
        try (Subject map = kind.create()) {
            Map<Long, Long> model = new HashMap<>();
            for (Op op : operations) {
                op.verb.run(map, model, op);
                assertEquals(model.size(), map.size());
            }
            assertSameEntries(map, model);
            model.forEach((key, value) -> assertEquals(value, map.get(key)));
            assertFalse(map.contains(1L << 40));
        }
    }

    private static Arbitrary<Op> operation(long keys, int most) {
        Arbitrary<Verb> verbs =
                Arbitraries.frequency(
                        Tuple.of(12, Verb.PUT),
                        Tuple.of(6, Verb.GET),
                        Tuple.of(10, Verb.REMOVE),
                        Tuple.of(4, Verb.ADD),
                        Tuple.of(4, Verb.PUT_IF_ABSENT),
                        Tuple.of(4, Verb.PUT_ALL),
                        Tuple.of(2, Verb.REMOVE_ALL),
                        Tuple.of(1, Verb.CLEAR),
                        Tuple.of(1, Verb.RESERVE),
                        Tuple.of(1, Verb.SHRINK),
                        Tuple.of(1, Verb.WALK),
                        Tuple.of(1, Verb.REMOVE_BY_CURSOR));
        return Combinators.combine(
                        verbs,
                        Arbitraries.longs().between(0, keys),
                        Arbitraries.longs().between(-100, 100),
                        Arbitraries.integers().between(0, most))
                .as(Op::new);
    }

    /** Few keys: the same ones come and go, chains get holes, the array is rebuilt in its size. */
    @Provide
    Arbitrary<List<Op>> onFewKeys() {
        return operation(40, 40).list().ofMaxSize(200);
    }

    /** Many keys: growth upon growth, with batches that are longer than one call's share. */
    @Provide
    Arbitrary<List<Op>> onManyKeys() {
        return operation(3_000, 2_500).list().ofMaxSize(60);
    }

    @Property(tries = 1_500, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.BOUNDED)
    void fewKeys(@ForAll Kind kind, @ForAll("onFewKeys") List<Op> operations) {
        behavesLikeAHashMap(kind, operations);
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.BOUNDED)
    void manyKeys(@ForAll Kind kind, @ForAll("onManyKeys") List<Op> operations) {
        behavesLikeAHashMap(kind, operations);
    }
}
