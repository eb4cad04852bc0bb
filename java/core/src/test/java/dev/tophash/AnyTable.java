package dev.tophash;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.LongFunction;

/**
 * A map or set under test, with numbers for its keys, when its type does not matter: number i
 * stands for the long i, the int i or the string of i; its value is made of i too.
 *
 * @param map what is tested
 * @param whole the map itself, or its view, as {@code java.util} has it: a Map or a Set
 * @param keys the keys of it
 * @param key what number i stands for
 * @param put puts number i
 */
record AnyTable(
        OffHeap map, Object whole, Collection<?> keys, LongFunction<Object> key, LongConsumer put)
        implements AutoCloseable {
    /** The types. */
    enum Kind {
        LONG_LONG_MAP("LongLongMap") {
            @Override
            AnyTable build(Consumer<MapBuilder<?>> choices) {
                LongLongMap map = chosen(LongLongMap.builder(), choices).build();
                return ofMap(map, map.asMap(), i -> i, i -> map.put(i, i));
            }
        },
        INT_INT_MAP("IntIntMap") {
            @Override
            AnyTable build(Consumer<MapBuilder<?>> choices) {
                IntIntMap map = chosen(IntIntMap.builder(), choices).build();
                return ofMap(map, map.asMap(), i -> (int) i, i -> map.put((int) i, (int) i));
            }
        },
        INT_LONG_MAP("IntLongMap") {
            @Override
            AnyTable build(Consumer<MapBuilder<?>> choices) {
                IntLongMap map = chosen(IntLongMap.builder(), choices).build();
                return ofMap(map, map.asMap(), i -> (int) i, i -> map.put((int) i, i));
            }
        },
        LONG_INT_MAP("LongIntMap") {
            @Override
            AnyTable build(Consumer<MapBuilder<?>> choices) {
                LongIntMap map = chosen(LongIntMap.builder(), choices).build();
                return ofMap(map, map.asMap(), i -> i, i -> map.put(i, (int) i));
            }
        },
        LONG_DOUBLE_MAP("LongDoubleMap") {
            @Override
            AnyTable build(Consumer<MapBuilder<?>> choices) {
                LongDoubleMap map = chosen(LongDoubleMap.builder(), choices).build();
                return ofMap(map, map.asMap(), i -> i, i -> map.put(i, i));
            }
        },
        LONG_SET("LongSet") {
            @Override
            AnyTable build(Consumer<MapBuilder<?>> choices) {
                LongSet set = chosen(LongSet.builder(), choices).build();
                return ofSet(set, set.asSet(), i -> i, set::add);
            }
        },
        INT_SET("IntSet") {
            @Override
            AnyTable build(Consumer<MapBuilder<?>> choices) {
                IntSet set = chosen(IntSet.builder(), choices).build();
                return ofSet(set, set.asSet(), i -> (int) i, i -> set.add((int) i));
            }
        },
        NATIVE_MAP("NativeMap") {
            @Override
            AnyTable build(Consumer<MapBuilder<?>> choices) {
                NativeMap<String, Long> map =
                        chosen(NativeMap.builder(Codecs.STRING, Codecs.LONG), choices).build();
                return ofMap(map, map, Long::toString, i -> map.put(Long.toString(i), i));
            }
        },
        NATIVE_MAP_OF_WORDS("NativeMap") {
            @Override
            AnyTable build(Consumer<MapBuilder<?>> choices) {
                NativeMap<Long, Integer> map =
                        chosen(NativeMap.builder(Codecs.LONG, Codecs.INTEGER), choices).build();
                return ofMap(map, map, i -> i, i -> map.put(i, (int) i));
            }
        },
        NATIVE_SET("NativeSet") {
            @Override
            AnyTable build(Consumer<MapBuilder<?>> choices) {
                NativeSet<String> set = chosen(NativeSet.builder(Codecs.STRING), choices).build();
                return ofSet(set, set, Long::toString, i -> set.add(Long.toString(i)));
            }
        };

        private final String typeName;

        Kind(String typeName) {
            this.typeName = typeName;
        }

        abstract AnyTable build(Consumer<MapBuilder<?>> choices);

        AnyTable create() {
            return build(b -> {});
        }

        /** With the numbers from 0 to n - 1. */
        AnyTable filled(int n) {
            AnyTable table = create();
            table.fill(n);
            return table;
        }

        String typeName() {
            return typeName;
        }

        private static <B extends MapBuilder<B>> B chosen(
                B builder, Consumer<MapBuilder<?>> choices) {
            choices.accept(builder);
            return builder;
        }

        private static AnyTable ofMap(
                OffHeap map, Map<?, ?> whole, LongFunction<Object> key, LongConsumer put) {
            return new AnyTable(map, whole, whole.keySet(), key, put);
        }

        private static AnyTable ofSet(
                OffHeap set, Set<?> whole, LongFunction<Object> key, LongConsumer put) {
            return new AnyTable(set, whole, whole, key, put);
        }
    }

    void put(long i) {
        put.accept(i);
    }

    void fill(int n) {
        for (int i = 0; i < n; i++) {
            put(i);
        }
    }

    boolean contains(long i) {
        return keys.contains(key.apply(i));
    }

    boolean remove(long i) {
        return keys.remove(key.apply(i));
    }

    void clear() {
        keys.clear();
    }

    int size() {
        return keys.size();
    }

    /** Whether it has the numbers from 0 to n - 1 and no others. */
    boolean holds(int n) {
        for (int i = 0; i < n; i++) {
            if (!contains(i)) {
                return false;
            }
        }
        return size() == n;
    }

    @Override
    public void close() {
        map.close();
    }
}
