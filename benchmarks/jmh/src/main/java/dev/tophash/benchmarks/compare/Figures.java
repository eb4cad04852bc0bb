package dev.tophash.benchmarks.compare;

import dev.tophash.benchmarks.contender.Contender;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
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

    /** Ours that stands beside a figure of Go. */
    private static final Map<String, String> GO =
            Map.of(
                    "Go.getHit", "LookupBenchmark.getHit",
                    "Go.getMiss", "LookupBenchmark.getMiss",
                    "Go.fill", "InsertBenchmark.put");

    private static final String STRINGS = "StringBenchmark";

    private final List<Measurement> all;

    Figures(List<Measurement> all) {
        this.all = all;
    }

    static String oneByOne(String benchmark) {
        return ONE_BY_ONE.getOrDefault(benchmark, benchmark);
    }

    /** Figures of other benchmarks that belong in the table of this one. */
    List<Measurement> beside(String benchmark) {
        List<Measurement> others = new ArrayList<>();
        String single = oneByOne(benchmark);
        if (!single.equals(benchmark)) {
            of(single).filter(m -> !m.isOurs()).forEach(others::add);
        }
        if (benchmark.startsWith(STRINGS)) {
            of(benchmark, Contender.TOPHASH.name()).map(Figures::hashed).forEach(others::add);
        }
        if (GO.containsKey(benchmark)) {
            of(GO.get(benchmark), Contender.TOPHASH.name()).forEach(others::add);
        }
        return others;
    }

    /** What has to be known to read the table of a benchmark, or nothing. */
    static String note(String benchmark) {
        List<String> notes = new ArrayList<>();
        if (!oneByOne(benchmark).equals(benchmark)) {
            notes.add("The peers have no such call: theirs are calls one by one.");
        }
        if (benchmark.startsWith(STRINGS)) {
            notes.add(
                    "FRESH strings were never hashed, HASHED ones keep their hash code. Tophash"
                            + " does not look at it: its one figure stands in both lines.");
        }
        return String.join(" ", notes);
    }

    private static Measurement hashed(Measurement m) {
        Map<String, String> params = new TreeMap<>(m.params());
        params.put("hash", "HASHED");
        return new Measurement(
                m.benchmark(), m.contender(), params, m.unit(), m.value(), m.details());
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
