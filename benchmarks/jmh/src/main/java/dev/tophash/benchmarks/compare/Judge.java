package dev.tophash.benchmarks.compare;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Holds figures against bounds. */
abstract class Judge {
    static final Predicate<Measurement> ALL = m -> true;

    final Figures figures;
    private final List<Verdict> verdicts = new ArrayList<>();

    Judge(Figures figures) {
        this.figures = figures;
    }

    /** What came of all targets so far. */
    final List<Verdict> verdicts() {
        return verdicts;
    }

    /** A figure to hold against a bound, and where it was measured; NaN if it was not. */
    record Ratio(double value, String where) {
        boolean measured() {
            return !Double.isNaN(value);
        }
    }

    final Stream<Measurement> of(String benchmark, String contender, Predicate<Measurement> which) {
        return figures.of(benchmark, contender).filter(which);
    }

    final void faster(
            String target,
            double limit,
            String benchmark,
            String contender,
            List<? extends Enum<?>> peers,
            Predicate<Measurement> which) {
        atLeast(target, limit, of(benchmark, contender, which).map(m -> under(m, best(m, peers))));
    }

    final OptionalDouble best(Measurement m, List<? extends Enum<?>> peers) {
        return figures.best(Figures.oneByOne(m.benchmark()), peers, m.params());
    }

    /** The figure of a benchmark with some parameters changed. */
    final OptionalDouble with(
            Measurement m, String benchmark, String contender, Map<String, String> changed) {
        Map<String, String> params = new TreeMap<>(m.params());
        params.putAll(changed);
        return figures.value(benchmark, contender, params);
    }

    static Ratio over(Measurement m, OptionalDouble other) {
        return new Ratio(m.value() / other.orElse(Double.NaN), where(m));
    }

    static Ratio under(Measurement m, OptionalDouble other) {
        return new Ratio(other.orElse(Double.NaN) / m.value(), where(m));
    }

    static String where(Measurement m) {
        return Texts.params(m);
    }

    final void atMost(String target, double limit, Stream<Ratio> ratios) {
        judge(target, limit, ratios, -1);
    }

    final void atLeast(String target, double limit, Stream<Ratio> ratios) {
        judge(target, limit, ratios, 1);
    }

    /**
     * The worst counts: the lowest when a higher figure is better (sign 1), or the highest (-1).
     */
    private void judge(String target, double limit, Stream<Ratio> ratios, int sign) {
        Optional<Ratio> worst =
                ratios.filter(Ratio::measured)
                        .min(Comparator.comparingDouble(ratio -> sign * ratio.value()));
        String state =
                worst.map(ratio -> sign * ratio.value() >= sign * limit)
                        .map(reached -> reached ? "reached" : "not reached")
                        .orElse("not measured");
        String shown =
                worst.map(
                                ratio ->
                                        String.format(
                                                Locale.ROOT,
                                                "%.2f %s",
                                                ratio.value(),
                                                ratio.where()))
                        .orElse("");
        String bound = (sign > 0 ? "≥ " : "≤ ") + Texts.number(limit);
        verdicts.add(new Verdict(target, bound, shown.strip(), state));
    }
}
