package dev.tophash.benchmarks.compare;

import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What was measured, by section; kept in a file, so that a long run can be done in parts.
 *
 * @param sections those that have run
 */
record Results(Map<Section, Part> sections) {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    Results {
        sections = sections.isEmpty() ? new EnumMap<>(Section.class) : new EnumMap<>(sections);
    }

    /**
     * One run of a section.
     *
     * @param profile how much was measured
     * @param started date and time
     * @param seconds how long it took
     * @param load average of the machine in the minute before; this run's share included
     * @param machine what it ran on, by name
     * @param commands to repeat it by hand
     * @param failures what went wrong
     * @param measurements the figures
     */
    record Part(
            Profile profile,
            String started,
            long seconds,
            String load,
            Map<String, String> machine,
            List<String> commands,
            List<String> failures,
            List<Measurement> measurements) {}

    /** Those of a file, or none if it is not there. */
    static Results load(Path file) {
        return Files.exists(file) ? JSON.readValue(file, Results.class) : new Results(Map.of());
    }

    void save(Path file) {
        JSON.writeValue(file, this);
    }

    /** All figures. */
    Figures figures() {
        return new Figures(
                sections.values().stream().flatMap(part -> part.measurements().stream()).toList());
    }
}
