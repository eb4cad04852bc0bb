package dev.tophash.benchmarks.compare;

import dev.tophash.benchmarks.contender.Contender;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** Looks figures up. */
final class Figures {
    /** The benchmark that a map without batches does instead of one with them. */
    private static final Map<String, String> ONE_BY_ONE =
            Map.of(
                    "LookupBenchmark.getAllHit", "LookupBenchmark.getHit",
                    "LookupBenchmark.getAllMiss", "LookupBenchmark.getMiss",
                    "UpdateBenchmark.putAll", "UpdateBenchmark.put",
                    "RemoveBenchmark.removeAll", "RemoveBenchmark.remove",
                    "InsertBenchmark.putAll", "InsertBenchmark.put",
                    "StringBenchmark.getAll", "StringBenchmark.get");

    private final List<Measurement> all;

    Figures(List<Measurement> all) {
        this.all = all;
    }

    static String oneByOne(String benchmark) {
        return ONE_BY_ONE.getOrDefault(benchmark, benchmark);
    }

    Stream<Measurement> of(String benchmark) {
        return all.stream().filter(m -> m.benchmark().equals(benchmark));
    }

    Stream<Measurement> of(String benchmark, String contender) {
        return of(benchmark).filter(m -> m.contender().equals(contender));
    }

    /** The figure of a contender with all the parameters of another figure. */
    OptionalDouble value(String benchmark, String contender, Map<String, String> params) {
        return of(benchmark, contender)
                .filter(m -> m.params().equals(params))
                .mapToDouble(Measurement::value)
                .findFirst();
    }

    /** The best of some contenders. */
    OptionalDouble best(String benchmark, Collection<Contender> of, Map<String, String> params) {
        return of.stream()
                .map(contender -> value(benchmark, contender.name(), params))
                .flatMapToDouble(OptionalDouble::stream)
                .min();
    }
}
