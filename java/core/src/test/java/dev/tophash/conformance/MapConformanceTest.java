package dev.tophash.conformance;

import com.google.common.collect.testing.ConcurrentMapTestSuiteBuilder;
import com.google.common.collect.testing.MapTestSuiteBuilder;
import com.google.common.collect.testing.SampleElements;
import com.google.common.collect.testing.TestMapGenerator;
import com.google.common.collect.testing.features.CollectionFeature;
import com.google.common.collect.testing.features.CollectionSize;
import com.google.common.collect.testing.features.Feature;
import com.google.common.collect.testing.features.MapFeature;

import dev.tophash.BytesBytesMap;
import dev.tophash.BytesLongMap;
import dev.tophash.Codec;
import dev.tophash.Codecs;
import dev.tophash.ConcurrentLongLongMap;
import dev.tophash.ConcurrentNativeMap;
import dev.tophash.IntIntMap;
import dev.tophash.IntLongMap;
import dev.tophash.LongDoubleMap;
import dev.tophash.LongIntMap;
import dev.tophash.LongLongMap;
import dev.tophash.NativeMap;
import dev.tophash.OffHeap;
import dev.tophash.StringLongMap;

import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Stream;

/**
 * guava-testlib's suite for {@link Map} over every kind of map. Features that are left out, and
 * why:
 *
 * <ul>
 *   <li>{@code FAILS_FAST_ON_CONCURRENT_MODIFICATION}: iterators survive changes, as promised by
 *       {@link dev.tophash.MapCursor};
 *   <li>{@code SERIALIZABLE} and its variants: native memory is not serialized;
 *   <li>{@code KNOWN_ORDER}: it is a hash map;
 *   <li>{@code ALLOWS_NULL_KEYS} and {@code ALLOWS_NULL_VALUES} where the codec is not nullable, as
 *       documented; with nullable codecs they are in;
 *   <li>{@code REJECTS_DUPLICATES_AT_CREATION} is for builders of immutable maps.
 * </ul>
 */
final class MapConformanceTest {
    private static final List<Feature<?>> FEATURES =
            List.of(
                    CollectionSize.ANY,
                    MapFeature.GENERAL_PURPOSE,
                    MapFeature.ALLOWS_ANY_NULL_QUERIES,
                    MapFeature.ALLOWS_NULL_ENTRY_QUERIES,
                    CollectionFeature.SUPPORTS_ITERATOR_REMOVE);

    private static final List<Feature<?>> NULLABLE_FEATURES =
            Stream.concat(
                            FEATURES.stream(),
                            Stream.of(MapFeature.ALLOWS_NULL_KEYS, MapFeature.ALLOWS_NULL_VALUES))
                    .toList();

    enum Planet {
        MERCURY,
        VENUS,
        EARTH,
        MARS,
        JUPITER
    }

    record Point(int x, double y, Planet planet) {}

    record Tag(String name, Point at, byte[] none) {
        @Override
        public boolean equals(Object o) {
            return o instanceof Tag t && name.equals(t.name) && at.equals(t.at);
        }

        @Override
        public int hashCode() {
            return name.hashCode();
        }

        @Override
        public String toString() {
            return name + at;
        }
    }

    /** Five keys or values of a kind, numbered. */
    private interface Samples<T> extends IntFunction<T> {}

    private static final Samples<String> STRINGS =
            i -> List.of("one", "", "three \u2192 \ud83d\ude00", "4".repeat(100), "five").get(i);
    private static final Samples<Long> LONGS =
            i -> List.of(0L, -1L, Long.MAX_VALUE, Long.MIN_VALUE, 5L).get(i);
    private static final Samples<Integer> INTS =
            i -> List.of(0, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, 5).get(i);
    private static final Samples<Double> DOUBLES =
            i -> List.of(0.0, -0.0, Double.NaN, Double.NEGATIVE_INFINITY, 5.5).get(i);
    private static final Samples<Point> POINTS =
            i -> new Point(i, DOUBLES.apply(i), Planet.values()[i]);

    /** Read-only as those that the views return, whose toString says so. */
    private static final Samples<ByteBuffer> BUFFERS =
            i -> ByteBuffer.wrap(STRINGS.apply(i).getBytes()).asReadOnlyBuffer();

    private static final Samples<ByteBuffer> TRIPLES =
            i -> ByteBuffer.wrap(new byte[] {(byte) i, 2, (byte) -i}).asReadOnlyBuffer();

    /** A map to test, with what to test it with. */
    private static class Generator<K, V> implements TestMapGenerator<K, V> {
        private final Samples<? extends K> keys;
        private final Samples<? extends V> values;
        private final Function<Suites.Opened, Map<K, V>> maker;
        final Suites.Opened opened = new Suites.Opened();

        Generator(
                Samples<? extends K> keys,
                Samples<? extends V> values,
                Function<Suites.Opened, Map<K, V>> maker) {
            this.keys = keys;
            this.values = values;
            this.maker = maker;
        }

        @Override
        public SampleElements<Map.Entry<K, V>> samples() {
            return new SampleElements<>(entry(0), entry(1), entry(2), entry(3), entry(4));
        }

        private Map.Entry<K, V> entry(int i) {
            return new SimpleImmutableEntry<>(keys.apply(i), values.apply(4 - i));
        }

        @Override
        @SuppressWarnings("unchecked")
        public Map<K, V> create(Object... entries) {
            Map<K, V> map = maker.apply(opened);
            for (Object o : entries) {
                Map.Entry<K, V> e = (Map.Entry<K, V>) o;
                map.put(e.getKey(), e.getValue());
            }
            return map;
        }

        @Override
        @SuppressWarnings({"unchecked", "rawtypes"})
        public Map.Entry<K, V>[] createArray(int length) {
            return new Map.Entry[length];
        }

        @Override
        public Iterable<Map.Entry<K, V>> order(List<Map.Entry<K, V>> insertionOrder) {
            return insertionOrder;
        }

        @Override
        @SuppressWarnings("unchecked")
        public K[] createKeyArray(int length) {
            return (K[]) java.lang.reflect.Array.newInstance(keys.apply(0).getClass(), length);
        }

        @Override
        @SuppressWarnings("unchecked")
        public V[] createValueArray(int length) {
            return (V[]) java.lang.reflect.Array.newInstance(values.apply(0).getClass(), length);
        }
    }

    private static <K, V> DynamicNode suite(
            String name, Generator<K, V> generator, List<Feature<?>> features) {
        return Suites.node(
                MapTestSuiteBuilder.using(generator)
                        .named(name)
                        .withFeatures(features)
                        .withTearDown(generator.opened::close)
                        .createTestSuite());
    }

    private static <K, V> DynamicNode codecs(
            String name,
            Samples<? extends K> keys,
            Codec<K> keyCodec,
            Samples<? extends V> values,
            Codec<V> valueCodec,
            List<Feature<?>> features) {
        return suite(
                name,
                new Generator<K, V>(
                        keys, values, o -> o.add(NativeMap.create(keyCodec, valueCodec))),
                features);
    }

    @TestFactory
    Stream<DynamicNode> nativeMaps() {
        List<DynamicNode> nodes = new ArrayList<>();
        nodes.add(codecs("String-Long", STRINGS, Codecs.STRING, LONGS, Codecs.LONG, FEATURES));
        nodes.add(
                codecs("String-String", STRINGS, Codecs.STRING, STRINGS, Codecs.STRING, FEATURES));
        nodes.add(codecs("Long-Integer", LONGS, Codecs.LONG, INTS, Codecs.INTEGER, FEATURES));
        nodes.add(
                codecs(
                        "Double-Boolean-words",
                        DOUBLES,
                        Codecs.DOUBLE,
                        LONGS,
                        Codecs.LONG,
                        FEATURES));
        nodes.add(
                codecs(
                        "UUID-Instant",
                        i -> new UUID(i, -i),
                        Codecs.UUID,
                        i -> Instant.ofEpochSecond(-i, i),
                        Codecs.INSTANT,
                        FEATURES));
        nodes.add(
                codecs(
                        "Planet-Character",
                        i -> Planet.values()[i],
                        Codecs.ofEnum(Planet.class),
                        i -> (char) ('\ud800' + i),
                        Codecs.CHARACTER,
                        FEATURES));
        nodes.add(
                codecs(
                        "Point-Tag",
                        POINTS,
                        Codecs.ofRecord(Point.class),
                        i -> new Tag(STRINGS.apply(i), POINTS.apply(i), new byte[i]),
                        Codecs.ofRecord(Tag.class),
                        FEATURES));
        nodes.add(
                codecs(
                        "nullable String-nullable String",
                        STRINGS,
                        Codecs.nullable(Codecs.STRING),
                        STRINGS,
                        Codecs.nullable(Codecs.STRING),
                        NULLABLE_FEATURES));
        nodes.add(
                codecs(
                        "nullable Long-nullable Short",
                        LONGS,
                        Codecs.nullable(Codecs.LONG),
                        i -> (short) i,
                        Codecs.nullable(Codecs.SHORT),
                        NULLABLE_FEATURES));
        return nodes.stream();
    }

    @TestFactory
    Stream<DynamicNode> views() {
        List<DynamicNode> nodes = new ArrayList<>();
        nodes.add(
                suite(
                        "LongLongMap",
                        new Generator<>(LONGS, LONGS, o -> o.add(LongLongMap.create()).asMap()),
                        FEATURES));
        nodes.add(
                suite(
                        "IntIntMap",
                        new Generator<>(INTS, INTS, o -> o.add(IntIntMap.create()).asMap()),
                        FEATURES));
        nodes.add(
                suite(
                        "IntLongMap",
                        new Generator<>(INTS, LONGS, o -> o.add(IntLongMap.create()).asMap()),
                        FEATURES));
        nodes.add(
                suite(
                        "LongIntMap",
                        new Generator<>(LONGS, INTS, o -> o.add(LongIntMap.create()).asMap()),
                        FEATURES));
        nodes.add(
                suite(
                        "LongDoubleMap",
                        new Generator<>(LONGS, DOUBLES, o -> o.add(LongDoubleMap.create()).asMap()),
                        FEATURES));
        nodes.add(
                suite(
                        "StringLongMap",
                        new Generator<>(STRINGS, LONGS, o -> o.add(StringLongMap.create()).asMap()),
                        FEATURES));
        nodes.add(
                suite(
                        "BytesLongMap",
                        new Generator<>(BUFFERS, LONGS, o -> o.add(BytesLongMap.create()).asMap()),
                        FEATURES));
        nodes.add(
                suite(
                        "BytesLongMap of width 3",
                        new Generator<>(
                                TRIPLES,
                                LONGS,
                                o -> o.add(BytesLongMap.builder().keyWidth(3).build()).asMap()),
                        FEATURES));
        nodes.add(
                suite(
                        "BytesBytesMap",
                        new Generator<>(
                                BUFFERS, BUFFERS, o -> o.add(BytesBytesMap.create()).asMap()),
                        FEATURES));
        nodes.add(
                suite(
                        "BytesBytesMap of widths 3 and 3",
                        new Generator<>(
                                TRIPLES,
                                TRIPLES,
                                o ->
                                        o.add(
                                                        BytesBytesMap.builder()
                                                                .keyWidth(3)
                                                                .valueWidth(3)
                                                                .build())
                                                .asMap()),
                        FEATURES));
        return nodes.stream();
    }

    private static <K, V> DynamicNode concurrent(String name, Generator<K, V> generator) {
        return Suites.node(
                ConcurrentMapTestSuiteBuilder.using(generator)
                        .named(name)
                        .withFeatures(FEATURES)
                        .withTearDown(generator.opened::close)
                        .createTestSuite());
    }

    private static <K, V> DynamicNode concurrent(
            String name,
            Samples<? extends K> keys,
            Codec<K> keyCodec,
            Samples<? extends V> values,
            Codec<V> valueCodec) {
        return concurrent(
                name,
                new Generator<K, V>(
                        keys,
                        values,
                        o -> o.add(ConcurrentNativeMap.create(keyCodec, valueCodec))));
    }

    /** What maps opened from files can do: everything but change. */
    private static final List<Feature<?>> READ_ONLY_FEATURES =
            List.of(
                    CollectionSize.ANY,
                    MapFeature.ALLOWS_ANY_NULL_QUERIES,
                    MapFeature.ALLOWS_NULL_ENTRY_QUERIES);

    @TempDir static Path directory;

    /** Makes an opened map with the entries of one that is built. */
    private static final class FileGenerator<K, V> extends Generator<K, V> {
        private final FileOpener<K, V> opener;

        FileGenerator(
                Samples<? extends K> keys,
                Samples<? extends V> values,
                Function<Suites.Opened, Map<K, V>> maker,
                FileOpener<K, V> opener) {
            super(keys, values, maker);
            this.opener = opener;
        }

        @Override
        public Map<K, V> create(Object... entries) {
            Map<K, V> written = super.create(entries);
            try {
                Path file = Files.createTempFile(directory, "map", "");
                ((OffHeap) written).saveTo(file);
                return opened.add(opener.open(file));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    @FunctionalInterface
    private interface FileOpener<K, V> {
        NativeMap<K, V> open(Path file) throws IOException;
    }

    @TestFactory
    Stream<DynamicNode> openedMaps() {
        return Stream.of(
                suite(
                        "String-String of a file",
                        new FileGenerator<>(
                                STRINGS,
                                STRINGS,
                                o -> o.add(NativeMap.of(String.class, String.class)),
                                f -> NativeMap.open(f, String.class, String.class)),
                        READ_ONLY_FEATURES),
                suite(
                        "Long-Integer of a file",
                        new FileGenerator<>(
                                LONGS,
                                INTS,
                                o -> o.add(NativeMap.of(Long.class, Integer.class)),
                                f -> NativeMap.open(f, Long.class, Integer.class)),
                        READ_ONLY_FEATURES));
    }

    @TestFactory
    Stream<DynamicNode> concurrentMaps() {
        return Stream.of(
                concurrent("String-Long", STRINGS, Codecs.STRING, LONGS, Codecs.LONG),
                concurrent("String-String", STRINGS, Codecs.STRING, STRINGS, Codecs.STRING),
                concurrent("Long-Integer", LONGS, Codecs.LONG, INTS, Codecs.INTEGER),
                concurrent(
                        "Planet-Tag",
                        i -> Planet.values()[i],
                        Codecs.ofEnum(Planet.class),
                        i -> new Tag(STRINGS.apply(i), POINTS.apply(i), new byte[i]),
                        Codecs.ofRecord(Tag.class)),
                concurrent(
                        "ConcurrentLongLongMap",
                        new Generator<>(
                                LONGS, LONGS, o -> o.add(ConcurrentLongLongMap.create()).asMap())));
    }
}
