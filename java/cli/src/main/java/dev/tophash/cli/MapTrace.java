package dev.tophash.cli;

import jdk.jfr.consumer.RecordedEvent;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The lives of maps, as events tell them. */
final class MapTrace {
    static final String PREFIX = "dev.tophash.Map";

    private final Map<Identity, Life> lives = new LinkedHashMap<>();
    private final List<Step> steps = new ArrayList<>();

    /** A native map; headers are used again, with another generation. */
    private record Identity(long header, long generation) {}

    /** Something that happened to a map. */
    record Step(
            Life life,
            Instant at,
            Duration duration,
            Kind kind,
            long entries,
            long buckets,
            long bytes) {}

    enum Kind {
        CREATED("made"),
        GROWN("begins to grow"),
        EVACUATED("evacuated"),
        CLOSED("closed"),
        LEAKED("leaked");

        final String words;

        Kind(String words) {
            this.words = words;
        }
    }

    /** A map's steps, in order. */
    static final class Life {
        final String type;
        final int number;
        final List<Step> steps = new ArrayList<>();

        private Life(String type, int number) {
            this.type = type;
            this.number = number;
        }

        String name() {
            return type + " " + number;
        }

        long mostBytes() {
            return steps.stream().mapToLong(Step::bytes).max().orElse(0);
        }
    }

    void add(RecordedEvent event) {
        Identity identity = new Identity(event.getLong("header"), event.getLong("generation"));
        Life life =
                lives.computeIfAbsent(
                        identity, i -> new Life(event.getString("mapType"), lives.size() + 1));
        String name = event.getEventType().getName().substring(PREFIX.length());
        Step step =
                new Step(
                        life,
                        event.getStartTime(),
                        event.getDuration(),
                        Kind.valueOf(name.toUpperCase(Locale.ROOT)),
                        number(event, "entries"),
                        number(event, "buckets"),
                        number(event, "bytes"));
        life.steps.add(step);
        steps.add(step);
    }

    private static long number(RecordedEvent event, String field) {
        return event.hasField(field) ? event.getLong(field) : 0;
    }

    boolean isEmpty() {
        return steps.isEmpty();
    }

    /** The maps with most bytes, in the order in which they appeared. */
    List<Life> largest(int most) {
        return sorted(lives.values(), Comparator.comparingLong(Life::mostBytes).reversed()).stream()
                .limit(most)
                .sorted(Comparator.comparingInt(life -> life.number))
                .toList();
    }

    private static List<Life> sorted(Collection<Life> lives, Comparator<Life> order) {
        List<Life> sorted = new ArrayList<>(lives);
        sorted.forEach(life -> life.steps.sort(Comparator.comparing(Step::at)));
        sorted.sort(order);
        return sorted;
    }

    Instant start() {
        return steps.stream().map(Step::at).min(Comparator.naturalOrder()).orElseThrow();
    }

    Instant end() {
        return steps.stream().map(Step::at).max(Comparator.naturalOrder()).orElseThrow();
    }

    /** A table of all steps in the order of time. */
    List<String> rows() {
        if (isEmpty()) {
            return List.of("the recording has no event of a Tophash map");
        }
        List<String> rows = new ArrayList<>();
        rows.add(
                format(
                        "%12s  %-20s %-15s %14s %13s %16s",
                        "ms", "map", "", "entries", "buckets", "bytes held"));
        Instant start = start();
        steps.sort(Comparator.comparing(Step::at));
        for (Step step : steps) {
            rows.add(
                    format(
                            "%,12.3f  %-20s %-15s %,14d %,13d %,16d",
                            Duration.between(start, step.at).toNanos() / 1e6,
                            step.life.name(),
                            step.kind.words,
                            step.entries,
                            step.buckets,
                            step.bytes));
        }
        return rows;
    }

    private static String format(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }
}
