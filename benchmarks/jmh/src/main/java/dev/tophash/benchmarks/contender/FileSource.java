package dev.tophash.benchmarks.contender;

import dev.tophash.benchmarks.Keys;
import dev.tophash.benchmarks.StringKeys;

import java.util.Arrays;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.ToLongFunction;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** The entries that a file is made of. The value of a key can be told from it. */
public final class FileSource<K> {
    private static final int CHARACTERS = 24;

    private final IntFunction<K> key;
    private final IntFunction<K[]> array;
    private final ToLongFunction<K> value;
    private final Function<K[], K[]> sort;
    private final K[] keys;

    private FileSource(
            int entries,
            IntFunction<K> key,
            IntFunction<K[]> array,
            ToLongFunction<K> value,
            Function<K[], K[]> sort) {
        this.key = key;
        this.array = array;
        this.value = value;
        this.sort = sort;
        this.keys = IntStream.range(0, entries).mapToObj(key).toArray(array);
    }

    /** Random numbers of 64 bits. */
    public static FileSource<Long> longs(int entries) {
        return new FileSource<>(entries, Keys::key, Long[]::new, key -> ~key, FileSource::sorted);
    }

    /** Strings of 24 ASCII characters. */
    public static FileSource<String> strings(int entries) {
        return new FileSource<>(
                entries,
                i -> StringKeys.key(i, CHARACTERS),
                String[]::new,
                key -> key.hashCode() * 31L + key.charAt(0),
                FileSource::sorted);
    }

    private static Long[] sorted(Long[] keys) {
        return Arrays.stream(keys).mapToLong(Long::longValue).sorted().boxed().toArray(Long[]::new);
    }

    private static String[] sorted(String[] keys) {
        String[] sorted = keys.clone();
        Arrays.parallelSort(sorted);
        return sorted;
    }

    /** In no order. Not a copy. */
    public K[] keys() {
        return keys;
    }

    /**
     * Keys to look up, drawn at random. They are new objects in the order of the array: fetching
     * the key is not what a lookup is to be measured by.
     */
    public K[] sample(int count, RandomGenerator random) {
        return random.ints(count, 0, keys.length).mapToObj(key).toArray(array);
    }

    /** In ascending order: what a store that keeps them so wants to be given. */
    public K[] sortedKeys() {
        return sort.apply(keys);
    }

    /** The value of a key. */
    public long value(K key) {
        return value.applyAsLong(key);
    }
}
