package dev.tophash.cli;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A table with a row for each metric and each combination of label values.
 *
 * @param metrics how many metrics have these labels
 */
record LabelTable(Count metrics, List<Label> labels) {
    /** More rows than this are an explosion: the series that a large Prometheus server keeps. */
    static final BigInteger EXPLOSION = BigInteger.valueOf(10_000_000);

    /**
     * A number of distinct things.
     *
     * @param error relative, with which an estimate is right 95 times of 100; 0 if it is none
     */
    record Count(long number, double error) {}

    /**
     * One label.
     *
     * @param cardinality how many values it has
     */
    record Label(String name, Count cardinality) {}

    /**
     * The table that arguments describe.
     *
     * @param list {@code label=cardinality,...}
     */
    static LabelTable parse(String list, long metrics) throws CommandFailure {
        List<Label> labels = new ArrayList<>();
        for (String part : list.split(",", -1)) {
            int equals = part.indexOf('=');
            if (equals < 1) {
                throw CommandFailure.usage(
                        "--labels " + list + ": '" + part + "' is not label=cardinality");
            }
            String name = part.substring(0, equals).strip();
            long cardinality = Numbers.parse("--labels " + name, part.substring(equals + 1), 1);
            if (labels.stream().anyMatch(l -> l.name.equals(name))) {
                throw CommandFailure.usage("--labels " + list + ": " + name + " is there twice");
            }
            labels.add(new Label(name, new Count(cardinality, 0)));
        }
        return new LabelTable(new Count(metrics, 0), labels);
    }

    /** Rows if every combination occurs. */
    BigInteger rows() {
        BigInteger rows = BigInteger.valueOf(metrics.number);
        for (Label label : labels) {
            rows = rows.multiply(BigInteger.valueOf(label.cardinality.number));
        }
        return rows;
    }

    /** The error of the product; those of its factors have nothing to do with each other. */
    double error() {
        double squares = metrics.error * metrics.error;
        for (Label label : labels) {
            squares += label.cardinality.error * label.cardinality.error;
        }
        return Math.sqrt(squares);
    }

    /** What to say about too many rows, or null. */
    String warning() {
        if (rows().compareTo(EXPLOSION) <= 0) {
            return null;
        }
        String most =
                labels.stream()
                        .max(Comparator.comparingLong(l -> l.cardinality.number))
                        .map(
                                l ->
                                        "; without label "
                                                + l.name
                                                + " they would be "
                                                + Numbers.grouped(rowsWithout(l)))
                        .orElse("");
        return Numbers.grouped(rows()) + " rows are more than " + Numbers.grouped(EXPLOSION) + most;
    }

    private BigInteger rowsWithout(Label label) {
        return rows().divide(BigInteger.valueOf(label.cardinality.number));
    }
}
