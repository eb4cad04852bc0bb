package dev.tophash;

import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jetbrains.lincheck.datastructures.Validate;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;

/**
 * Whether operations of several threads come out as if they had been done in some order, one after
 * the other. Lincheck makes up what the threads do, runs it many times and looks for the order.
 *
 * <p>All keys lie in one shard, which stands at another point of its growth at the start of each
 * run; meanwhile keys that nobody asks for make it grow and shrink.
 *
 * <p>A program of its own, as Lincheck has an agent rewrite what the JVM loads: {@link
 * LinearizabilityTest} starts it. Arguments: milliseconds for each map.
 */
public final class Linearizability {
    /** The filler keys' first; they are not among those that operations ask for. */
    private static final int FILLER = 1000;

    private static final long[] FILLERS = LongStream.range(FILLER, FILLER + 60).toArray();

    private static final AtomicInteger RUNS = new AtomicInteger();

    private Linearizability() {}

    public static void main(String[] args) {
        long nanos = Long.parseLong(args[0]) * 1_000_000;
        check(LongLong.class, LongLongInOrder.class, nanos);
        check(Strings.class, StringsInOrder.class, nanos);
        System.out.println("done: " + RUNS.get() + " runs");
    }

    private static void check(Class<?> operations, Class<?> inOrder, long nanos) {
        long end = System.nanoTime() + nanos;
        // Lincheck begins each check with the same scenarios: the first pass is for slow machines.
        for (int iterations = 2; ; iterations *= 3) {
            for (int actors = 2; actors <= 4; actors++) {
                // More threads than some machines have processors: they then do not spin.
                for (int threads = 3; threads >= 2; threads--) {
                    new StressOptions()
                            .sequentialSpecification(inOrder)
                            .threads(threads)
                            .actorsPerThread(actors)
                            .actorsBefore(actors / 2)
                            .actorsAfter(1)
                            .iterations(iterations)
                            .invocationsPerIteration(100)
                            .check(operations);
                    if (System.nanoTime() > end) {
                        return;
                    }
                }
            }
        }
    }

    /** What is done to a {@link ConcurrentLongLongMap}. */
    @Param(name = "key", gen = IntGen.class, conf = "1:3")
    @Param(name = "value", gen = IntGen.class, conf = "0:2")
    public static class LongLong {
        private final ConcurrentLongLongMap map =
                ConcurrentLongLongMap.builder().shards(1).defaultValue(-1).build();

        /** Fills the map in another way each time. */
        public LongLong() {
            int fillers = RUNS.getAndIncrement() % FILLERS.length;
            for (int i = 0; i < fillers; i++) {
                map.put(FILLERS[i], i);
            }
        }

        /** Runs are many; their memory is not left to the collector. */
        @Validate
        public void close() {
            map.close();
        }

        @Operation
        public void fill() {
            map.putAll(FILLERS, FILLERS);
        }

        @Operation
        public void drain() {
            map.removeAll(FILLERS);
        }

        @Operation
        public void shrink() {
            map.shrinkToFit();
        }

        @Operation
        public long get(@Param(name = "key") int key) {
            return map.get(key);
        }

        @Operation
        public long getOfMany(@Param(name = "key") int key) {
            long[] found = new long[1];
            map.getAll(new long[] {key}, found);
            return found[0];
        }

        @Operation
        public boolean containsKey(@Param(name = "key") int key) {
            return map.containsKey(key);
        }

        @Operation
        public long put(@Param(name = "key") int key, @Param(name = "value") int value) {
            return map.put(key, value);
        }

        @Operation
        public long putIfAbsent(@Param(name = "key") int key, @Param(name = "value") int value) {
            return map.putIfAbsent(key, value);
        }

        @Operation
        public long addTo(@Param(name = "key") int key, @Param(name = "value") int value) {
            return map.addTo(key, value);
        }

        @Operation
        public long remove(@Param(name = "key") int key) {
            return map.remove(key);
        }

        @Operation
        public boolean remove(@Param(name = "key") int key, @Param(name = "value") int value) {
            return map.remove(key, value);
        }

        @Operation
        public boolean replace(
                @Param(name = "key") int key,
                @Param(name = "value") int before,
                @Param(name = "value") int after) {
            return map.replace(key, before, after);
        }

        @Operation
        public long computeIfAbsent(
                @Param(name = "key") int key, @Param(name = "value") int value) {
            return map.computeIfAbsent(key, k -> value);
        }

        @Operation
        public long merge(@Param(name = "key") int key, @Param(name = "value") int value) {
            return map.merge(key, value, Long::sum);
        }
    }

    /** What these operations mean, one after the other. */
    public static class LongLongInOrder {
        private final Map<Integer, Long> map = new HashMap<>();

        private static long orDefault(Long value) {
            return value == null ? -1 : value;
        }

        public void fill() {}

        public void drain() {}

        public void shrink() {}

        public long get(int key) {
            return orDefault(map.get(key));
        }

        public long getOfMany(int key) {
            return get(key);
        }

        public boolean containsKey(int key) {
            return map.containsKey(key);
        }

        public long put(int key, int value) {
            return orDefault(map.put(key, (long) value));
        }

        public long putIfAbsent(int key, int value) {
            return orDefault(map.putIfAbsent(key, (long) value));
        }

        public long addTo(int key, int value) {
            long before = get(key);
            map.put(key, before + value);
            return before;
        }

        public long remove(int key) {
            return orDefault(map.remove(key));
        }

        public boolean remove(int key, int value) {
            return map.remove(key, (long) value);
        }

        public boolean replace(int key, int before, int after) {
            return map.replace(key, (long) before, (long) after);
        }

        public long computeIfAbsent(int key, int value) {
            return map.computeIfAbsent(key, k -> (long) value);
        }

        public long merge(int key, int value) {
            return map.merge(key, (long) value, Long::sum);
        }
    }

    /**
     * What is done to a {@link ConcurrentMap}: the same whether it is ours or what ours is like.
     */
    @Param(name = "key", gen = IntGen.class, conf = "1:3")
    @Param(name = "value", gen = IntGen.class, conf = "0:2")
    public abstract static class MapOperations {
        private final ConcurrentMap<String, Long> map;

        MapOperations(ConcurrentMap<String, Long> map) {
            this.map = map;
        }

        /** Longer than any key that lies in the bucket itself. */
        static String key(int number) {
            return "a key that lies outside of its bucket, number " + number;
        }

        @Operation
        public Long get(@Param(name = "key") int key) {
            return map.get(key(key));
        }

        @Operation
        public boolean containsKey(@Param(name = "key") int key) {
            return map.containsKey(key(key));
        }

        @Operation
        public Long put(@Param(name = "key") int key, @Param(name = "value") int value) {
            return map.put(key(key), (long) value);
        }

        @Operation
        public Long putIfAbsent(@Param(name = "key") int key, @Param(name = "value") int value) {
            return map.putIfAbsent(key(key), (long) value);
        }

        @Operation
        public Long replace(@Param(name = "key") int key, @Param(name = "value") int value) {
            return map.replace(key(key), (long) value);
        }

        @Operation
        public boolean replace(
                @Param(name = "key") int key,
                @Param(name = "value") int before,
                @Param(name = "value") int after) {
            return map.replace(key(key), (long) before, (long) after);
        }

        @Operation
        public Long remove(@Param(name = "key") int key) {
            return map.remove(key(key));
        }

        @Operation
        public boolean remove(@Param(name = "key") int key, @Param(name = "value") int value) {
            return map.remove(key(key), (long) value);
        }

        /** Counts up to 2, and then removes. */
        @Operation
        public Long compute(@Param(name = "key") int key) {
            return map.compute(
                    key(key), (k, v) -> v == null ? Long.valueOf(0) : v >= 2 ? null : v + 1);
        }

        @Operation
        public Long computeIfAbsent(
                @Param(name = "key") int key, @Param(name = "value") int value) {
            return map.computeIfAbsent(key(key), k -> (long) value);
        }

        @Operation
        public Long merge(@Param(name = "key") int key, @Param(name = "value") int value) {
            return map.merge(key(key), (long) value, Long::sum);
        }

        @Operation
        public void fill() {}

        @Operation
        public void drain() {}

        @Operation
        public void shrink() {}
    }

    /** These operations on a {@link ConcurrentNativeMap}. */
    public static class Strings extends MapOperations {
        private final ConcurrentNativeMap<String, Long> map;

        /** Makes a map that is filled in another way each time. */
        public Strings() {
            this(
                    ConcurrentNativeMap.builder(Codecs.STRING, Codecs.LONG).shards(1).build(),
                    RUNS.getAndIncrement() % FILLERS.length);
        }

        private Strings(ConcurrentNativeMap<String, Long> map, int fillers) {
            super(map);
            this.map = map;
            fill(fillers);
        }

        private void fill(int fillers) {
            for (int i = 0; i < fillers; i++) {
                map.put(key(FILLER + i), (long) i);
            }
        }

        /** Runs are many; their memory is not left to the collector. */
        @Validate
        public void close() {
            map.close();
        }

        @Override
        @Operation
        public void fill() {
            fill(FILLERS.length);
        }

        @Override
        @Operation
        public void drain() {
            for (int i = 0; i < FILLERS.length; i++) {
                map.remove(key(FILLER + i));
            }
        }

        @Override
        @Operation
        public void shrink() {
            map.shrinkToFit();
        }
    }

    /** And on the JDK's map, one after the other. */
    public static class StringsInOrder extends MapOperations {
        /** Makes an empty map. */
        public StringsInOrder() {
            super(new ConcurrentHashMap<>());
        }
    }
}
