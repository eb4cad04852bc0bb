package dev.tophash.benchmarks.compare;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A program that uses google-benchmark, with benchmarks called contender/benchmark/entries. */
final class GoogleBenchmark {
    private GoogleBenchmark() {}

    static Task task(Setting setting, String program, String... options) {
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(List.of(options));
        command.add("--benchmark_format=json");
        return new ProcessTask(setting, command, GoogleBenchmark::read);
    }

    private static List<Measurement> read(String output) {
        List<Measurement> measurements = new ArrayList<>();
        for (JsonNode benchmark : new JsonMapper().readTree(output).get("benchmarks")) {
            String[] name = benchmark.get("name").asString().split("/");
            measurements.add(
                    new Measurement(
                            "native." + name[1],
                            name[0].toUpperCase(Locale.ROOT),
                            name.length > 2 ? Map.of("entries", name[2]) : Map.of(),
                            "ns",
                            benchmark.get("each").asDouble() * 1e9,
                            Map.of()));
        }
        return measurements;
    }
}
