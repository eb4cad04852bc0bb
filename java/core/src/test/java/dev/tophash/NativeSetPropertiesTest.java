package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongFunction;
import java.util.stream.LongStream;

/** Any sequence of operations does to a {@link NativeSet} what it does to a {@link HashSet}. */
class NativeSetPropertiesTest {
    private record Point(int x, double y) {}

    private enum Type {
        STRINGS(Codecs.STRING, i -> "\u00e9".repeat((int) i & 15) + i),
        LONGS(Codecs.LONG, i -> i),
        BYTES_WIDE(Codecs.SHORT, i -> (short) i),
        DOUBLES(Codecs.DOUBLE, i -> i == 1 ? -0.0 : i == 2 ? Double.NaN : i / 4.0),
        UUIDS(Codecs.UUID, i -> new UUID(-i, i)),
        RECORDS(Codecs.of(Point.class), i -> new Point((int) i, -i)),
        NULLABLE(Codecs.nullable(Codecs.LONG), i -> i == 3 ? null : (Long) i),
        NULLABLE_STRINGS(Codecs.nullable(Codecs.STRING), i -> i == 3 ? null : "" + i);

        private final Codec<Object> codec;
        private final LongFunction<Object> element;

        @SuppressWarnings("unchecked")
        <E> Type(Codec<E> codec, LongFunction<E> element) {
            this.codec = (Codec<Object>) codec;
            this.element = (LongFunction<Object>) element;
        }
    }

    /** What an operation is to be done with. */
    private record Run(Type type, HashSet<Object> model, long number, int count) {
        Object e() {
            return type.element.apply(number);
        }

        /** Some elements from the number upwards; every seventh a second time. */
        Object[] elements() {
            return LongStream.range(0, count)
                    .mapToObj(i -> type.element.apply(number + (i % 7 == 6 ? i - 1 : i)))
                    .toArray();
        }

        List<Object> list() {
            return Arrays.asList(elements());
        }

        boolean picks(Object o) {
            return (Objects.hashCode(o) & 3) == (number & 3);
        }
    }

    /** Does something to one set and returns what it told. */
    @FunctionalInterface
    private interface Call {
        Object on(Set<Object> set, Run run);
    }

    private enum Verb {
        ADD((s, r) -> s.add(r.e())),
        CONTAINS((s, r) -> s.contains(r.e())),
        REMOVE((s, r) -> s.remove(r.e())),
        ADD_ALL((s, r) -> s.addAll(r.list())),
        REMOVE_ALL((s, r) -> s.removeAll(r.list())),
        REMOVE_ALL_OF_A_SET((s, r) -> s.removeAll(new HashSet<>(r.list()))),
        RETAIN_ALL((s, r) -> s.retainAll(r.list())),
        CONTAINS_ALL((s, r) -> s.containsAll(r.list())),
        REMOVE_IF((s, r) -> s.removeIf(r::picks)),
        ADD_ITSELF((s, r) -> s.addAll(s)),
        IS_EMPTY((s, r) -> s.isEmpty()),
        CLEAR(
                (s, r) -> {
                    s.clear();
                    return 0;
                }),
        REMOVE_BY_ITERATOR(
                (s, r) -> {
                    for (Iterator<Object> i = s.iterator(); i.hasNext(); ) {
                        if (r.picks(i.next())) {
                            i.remove();
                        }
                    }
                    return s.size();
                }),
        EQUALS((s, r) -> s.equals(r.model) && r.model.equals(s)),
        HASH((s, r) -> s.hashCode()),
        TO_ARRAY((s, r) -> new HashSet<>(Arrays.asList(s.toArray()))),
        STREAM((s, r) -> s.stream().filter(r::picks).count());

        private final Call call;

        Verb(Call call) {
            this.call = call;
        }
    }

    /** What a HashSet has not. */
    private enum Batch {
        ADD_ALL {
            @Override
            void run(NativeSet<Object> set, Run r) {
                long present = r.list().stream().filter(e -> !r.model.add(e)).count();
                assertEquals(present, set.addAll(r.elements()));
            }
        },
        REMOVE_ALL {
            @Override
            void run(NativeSet<Object> set, Run r) {
                long present = r.list().stream().filter(r.model::remove).count();
                assertEquals(present, set.removeAll(r.elements()));
            }
        },
        CONTAINS_ALL {
            @Override
            void run(NativeSet<Object> set, Run r) {
                Object[] elements = r.elements();
                boolean[] found = new boolean[elements.length];
                long present = Arrays.stream(elements).filter(r.model::contains).count();
                assertEquals(present, set.containsAll(elements, found));
                for (int i = 0; i < elements.length; i++) {
                    assertEquals(r.model.contains(elements[i]), found[i]);
                }
            }
        },
        RESERVE {
            @Override
            void run(NativeSet<Object> set, Run r) {
                set.reserve(r.count);
            }
        },
        SHRINK {
            @Override
            void run(NativeSet<Object> set, Run r) {
                set.shrinkToFit();
            }
        },
        WALK {
            @Override
            void run(NativeSet<Object> set, Run r) {
                Set<Object> seen = new HashSet<>();
                set.forEach(e -> assertTrue(seen.add(e)));
                assertEquals(r.model, seen);
                assertEquals(r.model.size(), set.sizeAsLong());
            }
        };

        abstract void run(NativeSet<Object> set, Run run);
    }

    /** One operation: a verb of Set, or one of the batches. */
    private record Op(Object verb, long number, int count) {}

    private static Arbitrary<Op> operation(Object[] verbs, int elements, int most) {
        return Combinators.combine(
                        Arbitraries.of(verbs),
                        Arbitraries.longs().between(0, elements),
                        Arbitraries.integers().between(0, most))
                .as(Op::new);
    }

    @Provide
    Arbitrary<List<Op>> onFewElements() {
        Arbitrary<Op> ofSet = operation(Verb.values(), 30, 30);
        Arbitrary<Op> batch = operation(Batch.values(), 30, 30);
        return Arbitraries.oneOf(ofSet, batch).list().ofMaxSize(150);
    }

    /** Growth upon growth, and batches of several chunks. */
    @Provide
    Arbitrary<List<Op>> onManyElements() {
        Object[] verbs =
                Arrays.stream(Verb.values()) // those that take forever when all is a list
                        .filter(v -> v != Verb.RETAIN_ALL && v != Verb.REMOVE_ALL)
                        .toArray();
        Arbitrary<Op> ofSet = operation(verbs, 3_000, 2_500);
        Arbitrary<Op> batch = operation(Batch.values(), 3_000, 2_500);
        return Arbitraries.oneOf(ofSet, batch, batch).list().ofMaxSize(40);
    }

    private static void behavesLikeAHashSet(Type type, List<Op> operations) {
        try (NativeSet<Object> set = NativeSet.create(type.codec)) {
            HashSet<Object> model = new HashSet<>();
            for (Op op : operations) {
                Run run = new Run(type, model, op.number, op.count);
                if (op.verb instanceof Verb verb) {
                    assertEquals(verb.call.on(model, run), verb.call.on(set, run), verb::name);
                } else {
                    ((Batch) op.verb).run(set, run);
                }
                assertEquals(model.size(), set.size());
            }
            Batch.WALK.run(set, new Run(type, model, 0, 0));
        }
    }

    @Property(tries = 600, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.BOUNDED)
    void fewElements(@ForAll Type type, @ForAll("onFewElements") List<Op> operations) {
        behavesLikeAHashSet(type, operations);
    }

    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.BOUNDED)
    void manyElements(@ForAll Type type, @ForAll("onManyElements") List<Op> operations) {
        behavesLikeAHashSet(type, operations);
    }
}
