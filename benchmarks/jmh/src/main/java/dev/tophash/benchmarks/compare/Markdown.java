package dev.tophash.benchmarks.compare;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The figures behind the plots of the README, as tables to paste below them. */
final class Markdown {
    private final Figures figures;
    private final StringBuilder text = new StringBuilder();

    private Markdown(Figures figures) {
        this.figures = figures;
    }

    static String of(Results results) {
        Markdown markdown = new Markdown(results.figures());
        markdown.lookup("present", "Hit");
        markdown.lookup("absent", "Miss");
        markdown.growth();
        results.sections().values().stream()
                .findFirst()
                .ifPresent(part -> markdown.text.append(origin(part)));
        return markdown.text.toString();
    }

    private static String origin(Results.Part part) {
        Map<String, String> machine = part.machine();
        return String.format(
                "(`benchmarks/compare --%s` of %s, %s, %s cores of an %s, %s, Linux %s, load average"
                        + " before the run %s.)%n",
                part.profile().name().toLowerCase(Locale.ROOT),
                part.started().substring(0, 10),
                machine.get("Java"),
                machine.get("Cores"),
                machine.get("CPU"),
                machine.get("System"),
                machine.get("Linux"),
                part.load());
    }

    private void lookup(String keys, String kind) {
        table(
                "ns for a key that is " + keys,
                "entries",
                Stream.concat(
                        figures.of("LookupBenchmark.getAll" + kind)
                                .map(m -> new Entry("Tophash, 1,024 a call", m)),
                        Stream.concat(
                                figures.of("LookupBenchmark.get" + kind)
                                        .map(m -> new Entry(Texts.contender(m.contender()), m)),
                                figures.of("CacheLineBenchmark.line")
                                        .map(m -> new Entry("one cache line, prefetched", m)))));
    }

    private void growth() {
        table(
                "µs for a put while growing",
                "percentile",
                figures.of("Growth.percentile")
                        .map(m -> new Entry(Texts.contender(m.contender()), m)));
    }

    /** A figure and the line that it belongs to. */
    private record Entry(String line, Measurement figure) {}

    private void table(String title, String param, Stream<Entry> stream) {
        List<Entry> entries = stream.toList();
        if (entries.isEmpty()) {
            return;
        }
        Set<String> columns =
                entries.stream()
                        .map(entry -> entry.figure().params().get(param))
                        .collect(Collectors.toCollection(LinkedHashSet::new));
        List<String> head = new ArrayList<>(List.of(title));
        columns.forEach(column -> head.add(Texts.size(column)));
        row(head);
        text.append("|---").append("|--:".repeat(columns.size())).append("|\n");
        Map<String, List<Entry>> lines =
                entries.stream()
                        .collect(
                                Collectors.groupingBy(
                                        Entry::line, LinkedHashMap::new, Collectors.toList()));
        lines.forEach((line, cells) -> row(cells(line, cells, columns, param)));
        text.append('\n');
    }

    private static List<String> cells(
            String line, List<Entry> entries, Set<String> columns, String param) {
        List<String> cells = new ArrayList<>(Collections.nCopies(columns.size() + 1, ""));
        cells.set(0, line);
        List<String> order = List.copyOf(columns);
        for (Entry entry : entries) {
            int at = order.indexOf(entry.figure().params().get(param));
            cells.set(at + 1, Texts.number(entry.figure().value()));
        }
        return cells;
    }

    private void row(List<String> cells) {
        text.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }
}
