package dev.tophash.benchmarks.compare;

import com.samskivert.mustache.Mustache;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** The results as a page. */
final class Report {
    /** Which plots belong to which section. */
    private static final Map<Section, List<String>> PLOTS =
            Map.of(
                    Section.LOOKUP, List.of("lookup-hit", "lookup-miss"),
                    Section.GROWTH, List.of("growth"),
                    Section.MEMORY, List.of("memory"),
                    Section.COLLECTIONS, List.of("gc"));

    private Report() {}

    /** What the template shows. */
    record Page(
            List<Verdict> verdicts,
            Set<Map.Entry<String, String>> machine,
            List<Chapter> chapters,
            String mixed) {}

    /** A section in the page. */
    record Chapter(
            String id,
            String title,
            String question,
            String profile,
            String started,
            long seconds,
            String load,
            List<String> failures,
            List<String> plots,
            List<RatioTable> tables,
            List<String> commands) {}

    static String html(Results results, Map<String, String> plots) throws IOException {
        Figures figures = results.figures();
        List<Chapter> chapters = new ArrayList<>();
        Set<Map.Entry<String, String>> machine = new LinkedHashSet<>();
        results.sections()
                .forEach(
                        (section, part) -> {
                            chapters.add(chapter(section, part, figures, plots));
                            machine.addAll(part.machine().entrySet());
                        });
        Page page = new Page(Targets.verdicts(figures), machine, chapters, warnOfMixture(results));
        try (Reader template =
                new InputStreamReader(
                        Report.class.getResourceAsStream("report.mustache"),
                        StandardCharsets.UTF_8)) {
            return Mustache.compiler().compile(template).execute(page);
        }
    }

    /** Empty, or a warning that not all sections come from one machine and build. */
    private static String warnOfMixture(Results results) {
        long settings =
                results.sections().values().stream()
                        .map(part -> Objects.hash(part.machine(), part.profile()))
                        .distinct()
                        .count();
        return settings > 1
                ? "The sections come from different machines, builds or profiles: compare within"
                        + " a section only."
                : "";
    }

    private static Chapter chapter(
            Section section, Results.Part part, Figures figures, Map<String, String> plots) {
        Map<String, List<Measurement>> byBenchmark = new LinkedHashMap<>();
        for (Measurement m : part.measurements()) {
            byBenchmark.computeIfAbsent(m.benchmark(), name -> new ArrayList<>()).add(m);
        }
        List<RatioTable> tables = new ArrayList<>();
        byBenchmark.forEach(
                (benchmark, rows) -> {
                    if (!benchmark.equals("Memory.step")) { // that is what the plot is for
                        tables.add(RatioTable.of(benchmark, rows, figures));
                    }
                });
        return new Chapter(
                section.toString(),
                section.title,
                section.question,
                part.profile().name().toLowerCase(Locale.ROOT),
                part.started(),
                part.seconds(),
                part.load(),
                part.failures(),
                PLOTS.getOrDefault(section, List.of()).stream()
                        .map(plots::get)
                        .filter(Objects::nonNull)
                        .toList(),
                tables,
                part.commands());
    }
}
