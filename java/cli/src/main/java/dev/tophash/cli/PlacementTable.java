package dev.tophash.cli;

import dev.tophash.cli.PlacementModel.Outcome;
import dev.tophash.cli.PlacementModel.Policy;

import java.util.Locale;

/** A model's outcomes as a table: a row for each policy, some columns for each load. */
final class PlacementTable {
    private final PlacementModel model;
    private final double[] reads;

    /**
     * A table.
     *
     * @param reads percent of the operations of each load
     */
    PlacementTable(PlacementModel model, double[] reads) {
        this.model = model;
        this.reads = reads;
    }

    void appendTo(StringBuilder out) {
        StringBuilder above = new StringBuilder(format("%-19s", ""));
        StringBuilder names = new StringBuilder(format("%-19s", "policy"));
        for (double percent : reads) {
            String load = format(percent == Math.rint(percent) ? "%.0f" : "%s", percent);
            above.append(format("   %-28s", load + "% reads"));
            names.append(format("  %7s %5s %8s %6s", "remote", "dist", "busiest", "B/op"));
        }
        above.append(format("   %-13s   %s", "growing", "grown"));
        names.append(format("  %7s %6s  %7s %8s", "remote", "B/op", "remote", "busiest"));
        out.append(above).append('\n').append(names).append('\n');
        model.policies().forEach(policy -> out.append(row(policy)).append('\n'));
    }

    private String row(Policy policy) {
        StringBuilder row = new StringBuilder(format("%-19s", policy.name()));
        for (double percent : reads) {
            Outcome steady = model.steady(policy, percent / 100);
            row.append(format("  %6.1f%%", shown(100 * steady.remote())));
            row.append(format(" %5.2f", shown(steady.distance())));
            row.append(format(" %7.1f%%", shown(100 * steady.busiest())));
            row.append(format(" %6.0f", shown(steady.bytes())));
        }
        Outcome growing = model.growing(policy);
        row.append(format("  %6.1f%%", shown(100 * growing.remote())));
        row.append(format(" %6.0f", shown(growing.bytes())));
        Outcome grown = model.steady(policy.grown(), reads[0] / 100);
        row.append(format("  %6.1f%%", shown(100 * grown.remote())));
        row.append(format(" %7.1f%%", shown(100 * grown.busiest())));
        return row.toString();
    }

    /** Sums of the same numbers in another order shall be rounded the same way. */
    private static double shown(double number) {
        return number + 1e-9;
    }

    private static String format(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }
}
