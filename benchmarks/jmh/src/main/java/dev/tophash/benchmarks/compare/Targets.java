package dev.tophash.benchmarks.compare;

import dev.tophash.benchmarks.contender.Contender;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What Tophash sets out to reach, and whether these figures show it. */
final class Targets extends Judge {
    private static final String US = Contender.TOPHASH.name();
    private static final String JVMCI = Contender.TOPHASH_JVMCI.name();
    private static final List<Contender> FASTUTIL = List.of(Contender.FASTUTIL);
    private static final List<Contender> HASHMAP = List.of(Contender.HASHMAP);
    private static final List<Contender> PEERS =
            Stream.concat(Profile.PRIMITIVE.stream(), HASHMAP.stream()).toList();
    private static final Predicate<Measurement> LARGE = m -> m.number("entries") >= 1_000_000;
    private static final Predicate<Measurement> SMALL = LARGE.negate();

    private Targets(Figures figures) {
        super(figures);
    }

    static List<Verdict> verdicts(Figures figures) {
        Targets targets = new Targets(figures);
        targets.batches();
        targets.singleLookups();
        targets.writes();
        targets.growthAndMemory();
        targets.patternsAndStrings();
        targets.iteration();
        ConcurrentTargets concurrent = new ConcurrentTargets(figures);
        concurrent.all();
        FileTargets files = new FileTargets(figures);
        files.all();
        return Stream.of(targets, concurrent, files)
                .flatMap(judge -> judge.verdicts().stream())
                .toList();
    }

    private void batches() {
        atMost(
                "batched hit, times one prefetched cache line, from 10^6",
                2.2,
                of("LookupBenchmark.getAllHit", US, LARGE).map(m -> over(m, cacheLine(m))));
        faster(
                "batched hit against the fastest primitive map, from 10^6",
                1.5,
                "LookupBenchmark.getAllHit",
                US,
                Profile.PRIMITIVE,
                LARGE);
        faster(
                "batched hit against HashMap, from 10^6",
                4,
                "LookupBenchmark.getAllHit",
                US,
                HASHMAP,
                LARGE);
        faster(
                "batched miss against the fastest primitive map, from 10^6",
                2,
                "LookupBenchmark.getAllMiss",
                US,
                Profile.PRIMITIVE,
                LARGE);
        faster(
                "batched hit against the fastest primitive map, below 10^6",
                1,
                "LookupBenchmark.getAllHit",
                US,
                Profile.PRIMITIVE,
                SMALL);
        faster(
                "batched miss against the fastest primitive map, below 10^6",
                1,
                "LookupBenchmark.getAllMiss",
                US,
                Profile.PRIMITIVE,
                SMALL);
    }

    private void singleLookups() {
        faster(
                "single hit against fastutil, below 10^6",
                1,
                "LookupBenchmark.getHit",
                US,
                FASTUTIL,
                SMALL);
        faster("single miss against fastutil", 1.5, "LookupBenchmark.getMiss", US, FASTUTIL, ALL);
        faster(
                "single hit against fastutil, from 10^6",
                0.8,
                "LookupBenchmark.getHit",
                US,
                FASTUTIL,
                LARGE);
        faster(
                "single hit through JVMCI against fastutil, at 10^6",
                1,
                "LookupBenchmark.getHit",
                JVMCI,
                FASTUTIL,
                m -> m.number("entries") == 1_000_000);
        faster(
                "single hit through JVMCI against fastutil, beyond 10^6",
                0.9,
                "LookupBenchmark.getHit",
                JVMCI,
                FASTUTIL,
                m -> m.number("entries") > 1_000_000);
    }

    private void writes() {
        Predicate<Measurement> tenMillion = m -> m.number("entries") == 10_000_000;
        faster(
                "inserting from empty against the fastest peer, at 10^7",
                2,
                "InsertBenchmark.put",
                US,
                PEERS,
                tenMillion);
        faster(
                "inserting in batches against the fastest peer, at 10^7",
                3,
                "InsertBenchmark.putAll",
                US,
                PEERS,
                tenMillion);
        faster(
                "batched update against the fastest peer",
                2,
                "UpdateBenchmark.putAll",
                US,
                PEERS,
                LARGE);
        faster(
                "batched removal against the fastest peer",
                2,
                "RemoveBenchmark.removeAll",
                US,
                PEERS,
                LARGE);
    }

    private void growthAndMemory() {
        atMost(
                "longest single put while growing, ms, each run",
                1,
                figures.of("Growth.longest", US)
                        .map(m -> new Ratio(m.value() / 1e3, "run " + m.params().get("run"))));
        atMost(
                "peak while growing, times what the map holds",
                1.1,
                figures.of("Memory.peak", US).map(m -> new Ratio(m.value(), "")));
        atMost(
                "mean bytes per entry over a doubling, times fastutil's",
                1,
                of("Memory.mean", US, ALL).map(m -> over(m, best(m, FASTUTIL))));
        atMost(
                "mean bytes per entry over a doubling",
                27,
                figures.of("Memory.mean", US).map(m -> new Ratio(m.value(), "")));
    }

    private void patternsAndStrings() {
        atMost(
                "keys with a pattern, times random ones",
                1.3,
                Stream.of("PatternBenchmark.get", "PatternBenchmark.getAll", "PatternBenchmark.put")
                        .flatMap(benchmark -> of(benchmark, US, ALL))
                        .map(
                                m ->
                                        over(
                                                m,
                                                with(
                                                        m,
                                                        m.benchmark(),
                                                        US,
                                                        Map.of("pattern", "RANDOM")))));
        Predicate<Measurement> tenMillion = m -> m.number("entries") == 10_000_000;
        strings(
                "single lookup by string against HashMap, at 10^5",
                1,
                "StringBenchmark.get",
                m -> m.number("entries") == 100_000);
        strings(
                "single lookup by string against HashMap, at 10^7",
                1.5,
                "StringBenchmark.get",
                tenMillion);
        strings(
                "batched lookup by string against HashMap, at 10^7",
                3,
                "StringBenchmark.getAll",
                tenMillion);
    }

    private void iteration() {
        atMost(
                "walking over a map, times fastutil's fast iterator",
                1.5,
                Stream.of("IterationBenchmark.forEach", "IterationBenchmark.iterator")
                        .flatMap(benchmark -> of(benchmark, US, ALL))
                        .map(
                                m ->
                                        over(
                                                m,
                                                with(
                                                        m,
                                                        "IterationBenchmark.iterator",
                                                        Contender.FASTUTIL.name(),
                                                        Map.of()))));
        atLeast(
                "parallel sum on two cores, times as fast as on one",
                1.5,
                of("ParallelSumBenchmark.sum", US, m -> m.number("threads") == 2)
                        .map(m -> under(m, with(m, m.benchmark(), US, Map.of("threads", "1")))));
    }

    /** Against keys that were hashed before as well as against fresh ones. */
    private void strings(
            String target, double limit, String benchmark, Predicate<Measurement> which) {
        Stream<Ratio> ratios =
                of(Figures.oneByOne(benchmark), Contender.HASHMAP.name(), which)
                        .map(m -> over(m, with(m, benchmark, US, Map.of("hash", "FRESH"))));
        atLeast(target, limit, ratios);
    }

    private OptionalDouble cacheLine(Measurement m) {
        return figures.value("CacheLineBenchmark.line", "LINE", m.params());
    }
}
