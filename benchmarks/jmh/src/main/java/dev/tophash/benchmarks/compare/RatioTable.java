package dev.tophash.benchmarks.compare;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.DoubleStream;

/**
 * A table with a line for each choice of parameters and a column for each contender. The ratio is
 * to the best peer in Java, or to Go where there is no other.
 *
 * @param title what was measured
 * @param unit of the figures
 * @param columns contenders
 * @param rows the lines
 * @param note what has to be known to read it, or empty
 */
record RatioTable(String title, String unit, List<String> columns, List<Row> rows, String note) {
    /**
     * A line.
     *
     * @param name parameters
     * @param cells one a column
     * @param ratio how many times as fast (or small) as the best peer we are, or empty
     * @param better whether that is at least once
     */
    record Row(String name, List<Cell> cells, String ratio, boolean better) {}

    /**
     * A figure.
     *
     * @param text the figure, or empty
     * @param more further figures, shown on demand
     * @param best whether no other contender has a better one
     */
    record Cell(String text, String more, boolean best) {}

    static RatioTable of(String benchmark, List<Measurement> measurements, Figures figures) {
        List<Measurement> all = new ArrayList<>(measurements);
        all.addAll(figures.beside(benchmark));
        Set<String> contenders = new LinkedHashSet<>();
        Map<Map<String, String>, Map<String, Measurement>> lines = new LinkedHashMap<>();
        for (Measurement m : all) {
            contenders.add(m.contender());
            lines.computeIfAbsent(m.params(), params -> new LinkedHashMap<>())
                    .put(m.contender(), m);
        }
        List<Row> rows =
                lines.values().stream()
                        .sorted(Comparator.comparing(RatioTable::size))
                        .map(line -> row(benchmark, contenders, line))
                        .toList();
        return new RatioTable(
                Texts.benchmark(benchmark),
                measurements.getFirst().unit(),
                contenders.stream().map(Texts::contender).toList(),
                rows,
                Figures.note(benchmark));
    }

    private static long size(Map<String, Measurement> line) {
        return line.values().iterator().next().number("entries");
    }

    private static Row row(
            String benchmark, Set<String> contenders, Map<String, Measurement> line) {
        OptionalDouble ours = best(line, m -> m.contender().equals(Figures.ours(benchmark)));
        OptionalDouble peers = best(line, m -> m.isPeers() && !m.isGo());
        if (peers.isEmpty()) {
            peers = best(line, Measurement::isPeers);
        }
        OptionalDouble best = best(line, m -> true);
        List<Cell> cells = new ArrayList<>();
        for (String contender : contenders) {
            Measurement m = line.get(contender);
            cells.add(
                    m == null
                            ? new Cell("", "", false)
                            : new Cell(
                                    Texts.number(m.value()),
                                    more(m),
                                    line.size() > 1 && m.value() == best.orElse(-1)));
        }
        double times = peers.orElse(Double.NaN) / ours.orElse(Double.NaN);
        double ratio = isMoreBetter(line) ? 1 / times : times;
        return new Row(
                Texts.params(line.values().iterator().next()),
                cells,
                Double.isNaN(ratio) ? "" : String.format(Locale.ROOT, "%.2f", ratio),
                ratio >= 1);
    }

    private static OptionalDouble best(
            Map<String, Measurement> line, Predicate<Measurement> which) {
        DoubleStream values =
                line.values().stream()
                        .filter(Figures::counts)
                        .filter(which)
                        .mapToDouble(Measurement::value);
        return isMoreBetter(line) ? values.max() : values.min();
    }

    private static boolean isMoreBetter(Map<String, Measurement> line) {
        return line.values().iterator().next().unit().endsWith("/s");
    }

    private static String more(Measurement m) {
        List<String> texts = new ArrayList<>();
        m.details().forEach((name, value) -> texts.add(name + " " + Texts.number(value)));
        return String.join(", ", texts);
    }
}
