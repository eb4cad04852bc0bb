package dev.tophash.benchmarks.compare;

import dev.tophash.benchmarks.contender.Contender;

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** What the maps for many threads set out to reach. */
final class ConcurrentTargets extends Judge {
    private static final String US = Contender.TOPHASH_CONCURRENT.name();
    private static final List<Contender> PEER = List.of(Contender.CONCURRENT_HASHMAP);
    private static final String GET = "ConcurrentBenchmark.get";
    private static final String GET_ALL = "ConcurrentBenchmark.getAll";
    private static final List<String> WRITES =
            List.of("ConcurrentBenchmark.put10Percent", "ConcurrentBenchmark.put50Percent");
    private static final Predicate<Measurement> SMALL = m -> m.number("entries") == 1_000;
    private static final Predicate<Measurement> LARGE = m -> m.number("entries") == 10_000_000;
    private static final Predicate<Measurement> TWO_THREADS = m -> m.number("threads") == 2;

    ConcurrentTargets(Figures figures) {
        super(figures);
    }

    void all() {
        reads();
        writes();
        races();
    }

    private void reads() {
        faster("threads: reads against ConcurrentHashMap, at 10^7", 2, GET, US, PEER, LARGE);
        faster("threads: batched reads against its get, at 10^7", 5, GET_ALL, US, PEER, LARGE);
        atMost(
                "threads: reads, times ConcurrentHashMap's, at 10^3",
                1.2,
                of(GET, US, SMALL).map(m -> over(m, best(m, PEER))));
        atLeast(
                "threads: throughput of two readers, times that of one",
                1.9,
                of(GET, US, TWO_THREADS)
                        .map(m -> under(m, with(m, GET, US, Map.of("threads", "1"))))
                        .map(ratio -> new Ratio(2 * ratio.value(), ratio.where())));
        atMost(
                "threads: a read, times one of the map for one writer",
                1.3,
                of(GET, US, TWO_THREADS.negate())
                        .map(m -> over(m, with(m, GET, Contender.TOPHASH.name(), Map.of()))));
    }

    private void writes() {
        for (String benchmark : WRITES) {
            String share = benchmark.replaceAll("\\D", "");
            String target = "threads: " + share + "% writes against ConcurrentHashMap, at ";
            faster(target + "10^3", 1, benchmark, US, PEER, SMALL);
            faster(target + "10^7", 2, benchmark, US, PEER, LARGE);
        }
    }

    private void races() {
        atMost(
                "threads: entries lost by writers that race on an empty concurrent map",
                0,
                of("FirstWrites.lost", US, ALL).map(m -> new Ratio(m.value(), where(m))));
    }
}
