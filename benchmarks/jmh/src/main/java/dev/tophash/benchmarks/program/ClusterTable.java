package dev.tophash.benchmarks.program;

import dev.tophash.Codec;
import dev.tophash.Codecs;
import dev.tophash.benchmarks.Affinity;
import dev.tophash.benchmarks.compare.Measurement;
import dev.tophash.benchmarks.contender.NameTable;
import dev.tophash.benchmarks.contender.NameTableContender;

import org.HdrHistogram.Histogram;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongFunction;
import java.util.function.ToLongFunction;
import java.util.random.RandomGenerator;

/**
 * A proxy's table of clusters: each request looks a name up, and service discovery changes a few of
 * them all the time. Every {@value #PERIOD_MILLIS} ms a writer replaces one cluster, adds one and
 * removes one that it had added; the readers do nothing but look up.
 *
 * <p>The value is a {@code CLUSTER}, a record, which a map of objects has and hands out while a
 * native one makes it anew of its bytes with every lookup; or an {@code ID}, a {@code Long}, as a
 * program would have it that keeps the clusters in an array. Readers ask with strings that are
 * equal to those in the table and not the same, and have been hashed before, as a route's would be.
 *
 * <p>Arguments: contender, value, names, numbers of readers such as 1,2, milliseconds.
 *
 * @param <V> type of the value
 */
public final class ClusterTable<V> {
    private static final int PERIOD_MILLIS = 10;
    private static final int QUESTIONS = 1 << 16;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final double[] PERCENTILES = {50, 99, 99.9};

    private final String contender;
    private final String value;
    private final NameTable<V> table;
    private final LongFunction<V> values;
    private final ToLongFunction<V> ids;
    private final String[] names;
    private long version;
    private volatile boolean over;

    private ClusterTable(
            String[] args, Codec<V> codec, LongFunction<V> values, ToLongFunction<V> ids) {
        contender = args[0];
        value = args[1];
        this.values = values;
        this.ids = ids;
        names = new String[Integer.parseInt(args[2])];
        for (int i = 0; i < names.length; i++) {
            names[i] = Cluster.name(i);
        }
        table = NameTableContender.valueOf(contender).create(codec);
    }

    public static void main(String[] args) throws InterruptedException {
        ClusterTable<?> program =
                switch (args[1]) {
                    case "CLUSTER" ->
                            new ClusterTable<>(args, Cluster.CODEC, Cluster::of, Cluster::id);
                    case "ID" -> new ClusterTable<>(args, Codecs.LONG, id -> id, id -> id);
                    default -> throw new IllegalArgumentException(args[1]);
                };
        program.run(args[3], Long.parseLong(args[4]));
    }

    private void run(String readers, long millis) throws InterruptedException {
        try (table) {
            long before = ProcessMemory.heap();
            for (int i = 0; i < names.length; i++) {
                table.update(Map.of(Cluster.name(i), values.apply(i)), List.of());
            }
            double heap = ProcessMemory.heap() - before;
            double outside = table.nativeBytes();
            print(
                    "memory",
                    Map.of(),
                    "bytes",
                    heap + outside,
                    Map.of("heap", heap, "native", outside));
            for (String number : readers.split(",")) {
                measure(Integer.parseInt(number), Math.max(1, millis / 2)); // warm-up
                print(number, measure(Integer.parseInt(number), millis));
            }
        }
    }

    /**
     * What came of some readers and the writer.
     *
     * @param perSecond lookups of all readers
     * @param times of single lookups
     * @param bursts changes that the writer made
     * @param onCpu share of its time that a reader had a CPU; the machine was busy if that is low
     */
    private record Outcome(double perSecond, Histogram times, Histogram bursts, double onCpu) {}

    private Outcome measure(int size, long millis) throws InterruptedException {
        over = false;
        List<Reader> readers = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            readers.add(new Reader(i));
        }
        long start = System.nanoTime();
        readers.forEach(Thread::start);
        Histogram bursts = write(start, millis);
        over = true;
        double perSecond = 0;
        double onCpu = 0;
        Histogram times = new Histogram(3);
        for (Reader reader : readers) {
            reader.join();
            if (reader.failure != null) {
                throw new IllegalStateException(reader.failure);
            }
            perSecond += reader.lookups * 1e9 / reader.nanos;
            times.add(reader.times);
            onCpu += (double) reader.cpuNanos / reader.nanos / size;
        }
        return new Outcome(perSecond, times, bursts, onCpu);
    }

    /** Changes the table until the time is over, and says how long that took each time. */
    private Histogram write(long start, long millis) {
        Histogram bursts = new Histogram(3);
        List<String> extra = List.of(); // there only for a moment
        for (long due = 0; due < millis; due += PERIOD_MILLIS) {
            long wait = start + due * 1_000_000 - System.nanoTime();
            if (wait > 0) {
                LockSupport.parkNanos(wait);
            }
            version++;
            int replaced = (int) (version * 31 % names.length);
            long added = names.length + version;
            Map<String, V> put =
                    Map.of(
                            Cluster.name(replaced),
                            values.apply(replaced + version * names.length),
                            Cluster.name(added),
                            values.apply(added));
            long before = System.nanoTime();
            table.update(put, extra);
            bursts.recordValue(System.nanoTime() - before);
            extra = List.of(Cluster.name(added));
        }
        table.update(Map.of(), extra);
        return bursts;
    }

    private final class Reader extends Thread {
        /** One of so many lookups is timed: reading the clock takes as long as a lookup. */
        private static final int TIMED_EVERY = 64;

        private final int cpu;
        private final Histogram times = new Histogram(3);
        private final RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
        private final int[] questions = random.ints(QUESTIONS, 0, names.length).toArray();
        private long lookups;
        private long nanos;
        private long cpuNanos;
        private String failure;

        /** A request would go on with it, so it has to be made in full. */
        private V found;

        Reader(int cpu) {
            this.cpu = cpu;
        }

        @Override
        public void run() {
            Affinity.pin(cpu);
            long cpuBefore = THREADS.getCurrentThreadCpuTime();
            long start = System.nanoTime();
            int next = 0;
            do { // once, even if this thread was late
                for (int i = 1; i < TIMED_EVERY; i++) {
                    ask(questions[next++]);
                }
                long before = System.nanoTime();
                ask(questions[next++]);
                times.recordValue(System.nanoTime() - before);
                next &= QUESTIONS - 1;
                lookups += TIMED_EVERY;
            } while (!over && failure == null);
            nanos = System.nanoTime() - start;
            cpuNanos = THREADS.getCurrentThreadCpuTime() - cpuBefore;
        }

        private void ask(int number) {
            found = table.get(names[number]);
            if (found == null || ids.applyAsLong(found) % names.length != number) {
                failure = names[number] + " has " + found;
            }
        }
    }

    private void print(String readers, Outcome outcome) {
        Map<String, String> params = Map.of("readers", readers);
        Map<String, Double> details =
                Map.of(
                        "% of the time on a CPU",
                        100 * outcome.onCpu,
                        "bursts",
                        (double) outcome.bursts.getTotalCount(),
                        "burst, mean µs",
                        outcome.bursts.getMean() / 1e3,
                        "burst, longest µs",
                        outcome.bursts.getMaxValue() / 1e3);
        print("lookups", params, "1/s", outcome.perSecond, details);
        for (double percentile : PERCENTILES) {
            print(
                    "latency",
                    Map.of("readers", readers, "percentile", "p" + trimmed(percentile)),
                    "ns",
                    outcome.times.getValueAtPercentile(percentile),
                    Map.of("sampled", (double) outcome.times.getTotalCount()));
        }
    }

    private void print(
            String what,
            Map<String, String> more,
            String unit,
            double figure,
            Map<String, Double> details) {
        Map<String, String> params = new TreeMap<>(more);
        params.put("value", value);
        params.put("entries", Integer.toString(names.length));
        new Measurement("ClusterTable." + what, contender, params, unit, figure, details).print();
    }

    private static String trimmed(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : "" + number;
    }
}
