package dev.tophash.cli;

import dev.tophash.PartSize;

import org.apache.datasketches.hll.HllSketch;
import org.apache.datasketches.hll.TgtHllType;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Label sets of a file, one a line: {@code metric{label="value",...}}, where metric and braces may
 * be missing, or {@code label=value,...}. Lines that are empty or begin with # are passed over, and
 * so is what follows a closing brace. An empty value is the same as no label. How many values each
 * label has is estimated in 16 KiB, however long the file is.
 */
final class LabelSets {
    /** 2^14 registers: an error of 1.6 percent at most, 95 times of 100. */
    private static final int LOG_REGISTERS = 14;

    private static final int SAMPLE = 10_000;

    private static final Pattern METRIC = Pattern.compile("([a-zA-Z_:][\\w:.]*+)?\\s*+\\{\\s*+");
    private static final Pattern PAIR =
            Pattern.compile(
                    "\\s*+([a-zA-Z_][\\w.-]*+)\\s*+=\\s*+"
                            + "(?:\"((?:[^\"\\\\]++|\\\\.)*+)\"|([^,{}\"]*+))\\s*+(,?)\\s*+");

    /** Distinct values of a label, and how many lines have it. */
    private static final class Values {
        final HllSketch sketch = new HllSketch(LOG_REGISTERS, TgtHllType.HLL_8);
        long lines;
    }

    private final Map<String, Values> labels = new TreeMap<>();
    private final HllSketch metrics = new HllSketch(LOG_REGISTERS, TgtHllType.HLL_8);
    private final HllSketch sets = new HllSketch(LOG_REGISTERS, TgtHllType.HLL_8);
    private final List<Long> lengths = new ArrayList<>();
    private final Random random = new Random(1);
    private long lines;

    private LabelSets() {}

    /**
     * Reads a file to its end.
     *
     * @throws CommandFailure if a line is no label set, or there is none
     */
    static LabelSets read(Input input) throws CommandFailure {
        LabelSets sets = new LabelSets();
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(input.open(), StandardCharsets.UTF_8))) {
            long number = 0;
            for (String line; (line = reader.readLine()) != null; ) {
                number++;
                String set = line.strip();
                if (!set.isEmpty() && !set.startsWith("#") && !sets.add(set)) {
                    throw CommandFailure.usage(
                            input.name() + ": line " + number + " is no label set");
                }
            }
        } catch (IOException e) {
            throw CommandFailure.failure(input.name() + ": " + e.getMessage());
        }
        if (sets.lines == 0) {
            throw CommandFailure.usage(input.name() + ": has no label set");
        }
        return sets;
    }

    /** Adds a line; returns false if it is no label set. */
    private boolean add(String line) {
        Matcher metric = METRIC.matcher(line);
        boolean braces = metric.lookingAt();
        int at = braces ? metric.end() : 0;
        Matcher pair = PAIR.matcher(line);
        Map<String, String> set = new TreeMap<>();
        boolean more = true;
        while (more && pair.region(at, line.length()).lookingAt()) {
            String value = pair.group(2) != null ? pair.group(2) : pair.group(3).strip();
            if (!value.isEmpty()) {
                set.put(pair.group(1), value);
            }
            at = pair.end();
            more = !pair.group(4).isEmpty();
        }
        boolean ended = braces ? at < line.length() && line.charAt(at) == '}' : at == line.length();
        if (!ended) {
            return false;
        }
        String name = braces && metric.group(1) != null ? metric.group(1) : "";
        count(name, set, braces ? at + 1 : at);
        return true;
    }

    private void count(String metric, Map<String, String> set, int length) {
        lines++;
        metrics.update(metric);
        set.forEach(
                (label, value) -> {
                    Values values = labels.computeIfAbsent(label, l -> new Values());
                    values.lines++;
                    values.sketch.update(value);
                });
        sets.update(metric + set);
        if (lengths.size() < SAMPLE) {
            lengths.add((long) length);
        } else {
            long place = random.nextLong(lines);
            if (place < SAMPLE) {
                lengths.set((int) place, (long) length);
            }
        }
    }

    private static LabelTable.Count count(HllSketch sketch, long besides) {
        double estimate = sketch.getEstimate();
        long number = Math.round(estimate);
        double error = estimate == 0 ? 0 : sketch.getUpperBound(2) / estimate - 1;
        // A handful of values is not estimated but known.
        return new LabelTable.Count(number + besides, error * number < 0.5 ? 0 : error);
    }

    /** Label sets read. */
    long lines() {
        return lines;
    }

    /** How many of them are different. */
    LabelTable.Count distinct() {
        return count(sets, 0);
    }

    /**
     * The table of all combinations. A label that some lines lack has one value more: none.
     *
     * @param chosen how many metrics there are; null: as many as the file names, at least one
     */
    LabelTable table(Long chosen) {
        LabelTable.Count named = count(metrics, 0);
        LabelTable.Count number =
                chosen != null
                        ? new LabelTable.Count(chosen, 0)
                        : named.number() == 0 ? new LabelTable.Count(1, 0) : named;
        List<LabelTable.Label> list = new ArrayList<>();
        labels.forEach(
                (name, values) ->
                        list.add(
                                new LabelTable.Label(
                                        name, count(values.sketch, values.lines < lines ? 1 : 0))));
        return new LabelTable(number, list);
    }

    /** The lengths of the label sets as keys, as they are in the file. */
    PartSize keySize() {
        return PartSize.lengths(lengths.stream().mapToLong(Long::longValue).toArray());
    }
}
