package dev.tophash.benchmarks.program;

import dev.tophash.benchmarks.Keys;
import dev.tophash.benchmarks.compare.Measurement;
import dev.tophash.benchmarks.contender.Contender;
import dev.tophash.benchmarks.contender.LongMap;

import org.HdrHistogram.Histogram;

import java.util.Map;

/**
 * How long does a single put take while a map grows from empty? Reading the clock is part of each
 * time; the contender {@value #NONE} does nothing else, and {@value #PAGES} only touches fresh
 * memory: they show what the machine itself adds.
 *
 * <p>Arguments: contender, entries, runs.
 */
public final class Growth {
    private static final String NONE = "NONE";
    private static final String PAGES = "PAGES";
    private static final int WARM_UP = 2_000_000;
    private static final double[] PERCENTILES = {50, 90, 99, 99.9, 99.99, 99.999, 100};

    private Growth() {}

    public static void main(String[] args) {
        String contender = args[0];
        int entries = Integer.parseInt(args[1]);
        int runs = Integer.parseInt(args[2]);
        run(contender, Math.min(entries, WARM_UP));
        Histogram all = histogram();
        for (int run = 1; run <= runs; run++) {
            System.gc();
            Histogram one = run(contender, entries);
            all.add(one);
            print("Growth.longest", contender, args[1], "run", "" + run, one.getMaxValue());
        }
        for (double percentile : PERCENTILES) {
            print(
                    "Growth.percentile",
                    contender,
                    args[1],
                    "percentile",
                    percentile == 100 ? "longest" : "p" + trimmed(percentile),
                    all.getValueAtPercentile(percentile));
        }
    }

    private static Histogram histogram() {
        return new Histogram(3);
    }

    private static Histogram run(String contender, int entries) {
        switch (contender) {
            case NONE -> {
                return times((key, value) -> {}, entries);
            }
            case PAGES -> {
                try (FreshPages pages = new FreshPages(entries)) {
                    return times((key, value) -> pages.entries(value), entries);
                }
            }
            default -> {
                try (LongMap map = Contender.valueOf(contender).create()) {
                    return times(map::put, entries);
                }
            }
        }
    }

    /** What is timed. */
    private interface Put {
        void put(long key, long value);
    }

    private static Histogram times(Put map, int entries) {
        Histogram times = histogram();
        for (int i = 0; i < entries; i++) {
            long key = Keys.key(i);
            long before = System.nanoTime();
            map.put(key, i);
            times.recordValue(System.nanoTime() - before);
        }
        return times;
    }

    private static void print(
            String benchmark,
            String contender,
            String entries,
            String param,
            String value,
            double nanos) {
        Map<String, String> params = Map.of("entries", entries, param, value);
        new Measurement(benchmark, contender, params, "µs", nanos / 1e3, Map.of()).print();
    }

    private static String trimmed(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : "" + number;
    }
}
