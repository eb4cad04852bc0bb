package dev.tophash;

import static dev.tophash.History.ABSENT;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.fail;

import dev.tophash.History.Kind;
import dev.tophash.History.Operation;

import org.junit.jupiter.api.Test;

import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;

/**
 * Linearizability of concurrent maps, from what threads record that never stop for each other: many
 * more operations meet than in runs of Lincheck, which start and end together.
 */
class HistoryTest {
    private static final long MILLIS = Long.getLong("tophash.stress.millis", 1500);
    private static final int THREADS = 3;
    private static final int KEYS = 4;
    private static final int OPERATIONS = Effort.rounds(20_000);
    private static final int FILLER = 1000;
    private static final long[] FILLERS = LongStream.range(FILLER, FILLER + 60).toArray();

    /** A map under test. */
    private interface Tested extends AutoCloseable {
        long run(Kind kind, int key, long a, long b);

        /** Something to other keys that makes the map grow or shrink. */
        void disturb(int what);

        @Override
        void close();
    }

    private static Operation[] record(Tested map, int thread, long seed) {
        SplittableRandom random = new SplittableRandom(seed + thread);
        Kind[] kinds = Kind.values();
        long[] last = new long[KEYS];
        Operation[] done = new Operation[OPERATIONS];
        for (int i = 0; i < OPERATIONS; i++) {
            if (random.nextInt(32) == 0) {
                map.disturb(random.nextInt(16));
            }
            // The last thread mostly reads: reads are quick, so that many fall into one write.
            boolean reads = thread == THREADS - 1 && random.nextInt(16) != 0;
            Kind kind = kinds[random.nextInt(reads ? Kind.PUT.ordinal() : kinds.length)];
            int key = random.nextInt(KEYS);
            long fresh = (long) (thread + 1) << 40 | (long) i << 16;
            boolean compares = kind == Kind.REMOVE_IF || kind == Kind.REPLACE_IF;
            boolean adds = kind == Kind.ADD || kind == Kind.MERGE;
            long a = compares ? last[key] : adds ? 1 + random.nextInt(3) : fresh;
            long from = System.nanoTime();
            long result = map.run(kind, key, a, fresh);
            long to = System.nanoTime();
            done[i] = new Operation(thread, kind, key, a, fresh, result, from, to);
            if (kind.compareTo(Kind.MERGE) <= 0 && kind != Kind.CONTAINS && result != ABSENT) {
                last[key] = result;
            }
        }
        return done;
    }

    /** The first problem within some time, or null. */
    private static String problem(Supplier<Tested> maps, long millis) throws Exception {
        long end = System.nanoTime() + millis * 1_000_000;
        do {
            List<Operation[]> done = new ArrayList<>();
            long seed = System.nanoTime();
            try (Tested map = maps.get();
                    ExecutorService pool = Executors.newFixedThreadPool(THREADS)) {
                CyclicBarrier start = new CyclicBarrier(THREADS);
                List<Future<Operation[]>> threads = new ArrayList<>();
                for (int thread = 0; thread < THREADS; thread++) {
                    int me = thread;
                    Callable<Operation[]> work =
                            () -> {
                                start.await();
                                return record(map, me, seed);
                            };
                    threads.add(pool.submit(work));
                }
                for (Future<Operation[]> thread : threads) {
                    done.add(thread.get());
                }
            }
            for (List<Operation> ofKey : History.byKey(done, KEYS)) {
                String problem = History.problem(ofKey);
                if (problem != null) {
                    return problem;
                }
            }
        } while (System.nanoTime() < end);
        return null;
    }

    private static void isLinearizable(Supplier<Tested> maps) throws Exception {
        String problem = problem(maps, MILLIS);
        if (problem != null) {
            fail(problem);
        }
    }

    @Test
    void longs() throws Exception {
        isLinearizable(Longs::new);
    }

    @Test
    void strings() throws Exception {
        isLinearizable(() -> new Strings<>(Codecs.LONG, v -> v, v -> v));
    }

    /** 24 bytes in a bucket; a mixture of two values is none that was put. */
    @Test
    void records() throws Exception {
        Codec<Wide> codec = Codecs.ofRecord(Wide.class, MethodHandles.lookup());
        isLinearizable(() -> new Strings<>(codec, v -> new Wide(v, ~v, v), Wide::number));
    }

    record Wide(long first, long second, long third) {
        long number() {
            return first == third && first == ~second ? first : MIXED;
        }
    }

    private static final long MIXED = -1;

    /** Blocks of several sizes. */
    @Test
    void stringsOfStrings() throws Exception {
        isLinearizable(() -> new Strings<>(Codecs.STRING, HistoryTest::text, HistoryTest::number));
    }

    private static String text(long number) {
        int times = 3 + (int) (number >>> 16 & 1) * 10;
        return String.join(",", Collections.nCopies(times, Long.toString(number)));
    }

    private static long number(String text) {
        long number = Long.parseLong(text, 0, text.indexOf(','), 10);
        return text.equals(text(number)) ? number : MIXED;
    }

    /** A map whose steps are done one by one is found out. */
    @Test
    void twoStepsAreNotOne() throws Exception {
        assertNotNull(problem(() -> new Longs(true), 60_000));
    }

    @Test
    void anOrderIsFoundOnlyIfThereIsOne() {
        Operation put = new Operation(0, Kind.PUT, 0, 5, 0, ABSENT, 10, 20);
        assertNull(History.problem(List.of(put, get(5, 21, 22))));
        assertNull(History.problem(List.of(put, get(5, 12, 13))));
        assertNull(History.problem(List.of(put, get(ABSENT, 12, 13))));
        assertNull(History.problem(List.of(put, get(ABSENT, 20, 25))));
        assertNotNull(History.problem(List.of(put, get(ABSENT, 21, 22))));
        assertNotNull(History.problem(List.of(put, get(5, 8, 9))));
        assertNotNull(History.problem(List.of(put, get(6, 12, 13))));
        assertNotNull(History.problem(List.of(put, get(5, 12, 13), get(ABSENT, 14, 15))));
        assertNull(History.problem(List.of(put, get(ABSENT, 12, 13), get(5, 14, 15))));
        Operation other = new Operation(2, Kind.PUT, 0, 6, 0, 5, 10, 20);
        assertNull(History.problem(List.of(put, other, get(6, 21, 22))));
        assertNotNull(History.problem(List.of(put, other, get(5, 21, 22))));
    }

    private static Operation get(long result, long from, long to) {
        return new Operation(1, Kind.GET, 0, 0, 0, result, from, to);
    }

    /** A {@link ConcurrentLongLongMap}. */
    private static final class Longs implements Tested {
        private final ConcurrentLongLongMap map =
                ConcurrentLongLongMap.builder().shards(1).defaultValue(ABSENT).build();
        private final boolean inSteps;

        Longs() {
            this(false);
        }

        /** With sums made in two steps, if wanted. */
        Longs(boolean inSteps) {
            this.inSteps = inSteps;
        }

        @Override
        public long run(Kind kind, int key, long a, long b) {
            return switch (kind) {
                case GET -> map.get(key);
                case GET_MANY -> {
                    long[] values = new long[1];
                    map.getAll(new long[] {key}, values);
                    yield values[0];
                }
                case CONTAINS -> map.containsKey(key) ? 1 : 0;
                case PUT -> map.put(key, a);
                case PUT_IF_ABSENT -> map.putIfAbsent(key, a);
                case COMPUTE_IF_ABSENT -> map.computeIfAbsent(key, k -> a);
                case ADD -> add(key, a);
                case MERGE -> map.merge(key, a, Long::sum);
                case REMOVE -> map.remove(key);
                case REMOVE_IF -> map.remove(key, a) ? 1 : 0;
                case REPLACE_IF -> map.replace(key, a, b) ? 1 : 0;
            };
        }

        private long add(int key, long a) {
            if (inSteps) {
                long before = map.get(key);
                Thread.yield();
                map.put(key, before + a);
                return before;
            }
            return map.addTo(key, a);
        }

        @Override
        public void disturb(int what) {
            if (what == 0) {
                map.shrinkToFit();
            } else if (what % 2 == 0) {
                map.removeAll(FILLERS);
            } else {
                map.putAll(FILLERS, FILLERS);
            }
        }

        @Override
        public void close() {
            map.close();
        }
    }

    /** A {@link ConcurrentNativeMap} whose values stand for numbers. */
    private static final class Strings<V> implements Tested {
        private final ConcurrentNativeMap<String, V> map;
        private final LongFunction<V> value;
        private final ToLongFunction<V> number;

        Strings(Codec<V> codec, LongFunction<V> value, ToLongFunction<V> number) {
            this.map = ConcurrentNativeMap.builder(Codecs.STRING, codec).shards(1).build();
            this.value = value;
            this.number = number;
        }

        private static String name(int key) {
            return "a key that lies outside of its bucket: " + key;
        }

        private long number(V found) {
            return found == null ? ABSENT : number.applyAsLong(found);
        }

        @Override
        public long run(Kind kind, int key, long a, long b) {
            String name = name(key);
            return switch (kind) {
                case GET -> number(map.get(name));
                case GET_MANY -> {
                    @SuppressWarnings("unchecked")
                    V[] values = (V[]) new Object[1];
                    map.getAll(new String[] {name}, values);
                    yield number(values[0]);
                }
                case CONTAINS -> map.containsKey(name) ? 1 : 0;
                case PUT -> number(map.put(name, value.apply(a)));
                case PUT_IF_ABSENT -> number(map.putIfAbsent(name, value.apply(a)));
                case COMPUTE_IF_ABSENT -> number(map.computeIfAbsent(name, k -> value.apply(a)));
                case ADD -> {
                    long[] before = {ABSENT};
                    map.compute(
                            name,
                            (k, v) -> {
                                before[0] = number(v);
                                return value.apply(before[0] + a);
                            });
                    yield before[0];
                }
                case MERGE ->
                        number(
                                map.merge(
                                        name,
                                        value.apply(a),
                                        (v, w) -> value.apply(number(v) + a)));
                case REMOVE -> number(map.remove(name));
                case REMOVE_IF -> map.remove(name, value.apply(a)) ? 1 : 0;
                case REPLACE_IF -> map.replace(name, value.apply(a), value.apply(b)) ? 1 : 0;
            };
        }

        @Override
        public void disturb(int what) {
            if (what == 0) {
                map.shrinkToFit();
                return;
            }
            for (int i = 0; i < FILLERS.length; i++) {
                if (what % 2 == 0) {
                    map.remove(name(FILLER + i));
                } else {
                    map.put(name(FILLER + i), value.apply(i));
                }
            }
        }

        @Override
        public void close() {
            map.close();
        }
    }
}
