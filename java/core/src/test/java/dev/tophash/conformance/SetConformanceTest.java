package dev.tophash.conformance;

import com.google.common.collect.testing.SampleElements;
import com.google.common.collect.testing.SetTestSuiteBuilder;
import com.google.common.collect.testing.TestSetGenerator;
import com.google.common.collect.testing.features.CollectionFeature;
import com.google.common.collect.testing.features.CollectionSize;
import com.google.common.collect.testing.features.Feature;

import dev.tophash.Codec;
import dev.tophash.Codecs;
import dev.tophash.ConcurrentNativeSet;
import dev.tophash.IntSet;
import dev.tophash.LongSet;
import dev.tophash.NativeSet;

import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * guava-testlib's suite for {@link Set} over every kind of set. The features left out are those of
 * {@link MapConformanceTest}, for its reasons.
 */
final class SetConformanceTest {
    private static final List<Feature<?>> FEATURES =
            List.of(
                    CollectionSize.ANY,
                    CollectionFeature.GENERAL_PURPOSE,
                    CollectionFeature.ALLOWS_NULL_QUERIES,
                    CollectionFeature.SUPPORTS_ITERATOR_REMOVE);

    private static final List<Feature<?>> NULLABLE_FEATURES =
            Stream.concat(FEATURES.stream(), Stream.of(CollectionFeature.ALLOWS_NULL_VALUES))
                    .toList();

    private static final class Generator<E> implements TestSetGenerator<E> {
        private final E[] samples;
        private final Function<Suites.Opened, Set<E>> maker;
        final Suites.Opened opened = new Suites.Opened();

        Generator(E[] samples, Function<Suites.Opened, Set<E>> maker) {
            this.samples = samples;
            this.maker = maker;
        }

        @Override
        public SampleElements<E> samples() {
            return new SampleElements<>(samples[0], samples[1], samples[2], samples[3], samples[4]);
        }

        @Override
        @SuppressWarnings("unchecked")
        public Set<E> create(Object... elements) {
            Set<E> set = maker.apply(opened);
            for (Object o : elements) {
                set.add((E) o);
            }
            return set;
        }

        @Override
        @SuppressWarnings("unchecked")
        public E[] createArray(int length) {
            return (E[]) java.lang.reflect.Array.newInstance(samples[0].getClass(), length);
        }

        @Override
        public Iterable<E> order(List<E> insertionOrder) {
            return insertionOrder;
        }
    }

    private static <E> DynamicNode suite(
            String name,
            E[] samples,
            Function<Suites.Opened, Set<E>> maker,
            List<Feature<?>> features) {
        Generator<E> generator = new Generator<>(samples, maker);
        return Suites.node(
                SetTestSuiteBuilder.using(generator)
                        .named(name)
                        .withFeatures(features)
                        .withTearDown(generator.opened::close)
                        .createTestSuite());
    }

    private static <E> DynamicNode codec(
            String name, E[] samples, Codec<E> codec, List<Feature<?>> features) {
        return suite(name, samples, o -> o.add(NativeSet.create(codec)), features);
    }

    private static final String[] STRINGS = {"one", "", "3\u2192", "4".repeat(40), "five"};
    private static final Long[] LONGS = {0L, -1L, Long.MAX_VALUE, Long.MIN_VALUE, 5L};

    @TestFactory
    Stream<DynamicNode> nativeSets() {
        UUID[] ids = Stream.of(1, 2, 3, 4, 5).map(i -> new UUID(i, 0)).toArray(UUID[]::new);
        return Stream.of(
                codec("String", STRINGS, Codecs.STRING, FEATURES),
                codec("Long", LONGS, Codecs.LONG, FEATURES),
                codec("UUID", ids, Codecs.UUID, FEATURES),
                codec("Byte", new Byte[] {1, 2, 3, 4, 5}, Codecs.BYTE, FEATURES),
                codec(
                        "nullable String",
                        STRINGS,
                        Codecs.nullable(Codecs.STRING),
                        NULLABLE_FEATURES),
                codec("nullable Long", LONGS, Codecs.nullable(Codecs.LONG), NULLABLE_FEATURES));
    }

    @TestFactory
    Stream<DynamicNode> concurrentSets() {
        return Stream.of(
                suite(
                        "concurrent String",
                        STRINGS,
                        o -> o.add(ConcurrentNativeSet.create(Codecs.STRING)),
                        FEATURES),
                suite(
                        "concurrent Long",
                        LONGS,
                        o -> o.add(ConcurrentNativeSet.create(Codecs.LONG)),
                        FEATURES));
    }

    @TestFactory
    Stream<DynamicNode> views() {
        return Stream.of(
                suite("LongSet", LONGS, o -> o.add(LongSet.create()).asSet(), FEATURES),
                suite(
                        "IntSet",
                        new Integer[] {0, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, 5},
                        o -> o.add(IntSet.create()).asSet(),
                        FEATURES));
    }
}
