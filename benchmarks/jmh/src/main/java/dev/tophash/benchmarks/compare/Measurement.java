package dev.tophash.benchmarks.compare;

import tools.jackson.databind.json.JsonMapper;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * One figure.
 *
 * @param benchmark what was measured, such as {@code LookupBenchmark.getHit}
 * @param contender which map it was
 * @param params sizes and whatever else there was to choose, by name
 * @param unit of the value
 * @param value the figure that tables and plots show
 * @param details further figures, by name
 */
public record Measurement(
        String benchmark,
        String contender,
        Map<String, String> params,
        String unit,
        double value,
        Map<String, Double> details) {
    /** Contenders that are no maps. */
    private static final Set<String> BOUNDS = Set.of("NONE", "PAGES", "LINE", "CHANCE");

    private static final JsonMapper JSON = new JsonMapper();

    public Measurement {
        params = new TreeMap<>(params);
        details = new TreeMap<>(details);
    }

    /** The value of a parameter that is a number, or 0. */
    long number(String param) {
        return Long.parseLong(params.getOrDefault(param, "0"));
    }

    /** Whether it is one of Tophash's. */
    boolean isOurs() {
        return contender.startsWith("TOPHASH");
    }

    /** Whether it is another map's, and not a bound. */
    boolean isPeers() {
        return !isOurs() && !BOUNDS.contains(contender);
    }

    boolean isGo() {
        return contender.startsWith("GO_");
    }

    /** One line of JSON on standard output: how a program hands its figures to its caller. */
    public void print() {
        System.out.println(JSON.writeValueAsString(this));
    }

    /** What {@link #print} wrote. */
    static Measurement parse(String line) {
        return JSON.readValue(line, Measurement.class);
    }
}
