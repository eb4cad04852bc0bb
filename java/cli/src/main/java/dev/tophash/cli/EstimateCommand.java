package dev.tophash.cli;

import dev.tophash.CapacityPlan;
import dev.tophash.CapacityPlan.GrowthPoint;
import dev.tophash.PartSize;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.math.BigInteger;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

/** Tells what a map will take, before there is one. */
@Command(
        name = "estimate",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        subcommands = EstimatePlacementCommand.class,
        description = {
            "Tells how much native memory a map will take, and how it gets there.",
            "",
            "Its size is a number of entries, or that of a table with a row for each metric and each"
                    + " combination of label values. More than 10,000,000 rows bring a warning.",
            "",
            "Types: "
                    + PartName.NAMES
                    + "; a LENGTH in bytes is that of each key, or their mean for a rough estimate."
                    + " Numbers may have underscores.",
            ""
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:the estimate was printed",
            "1:reading failed",
            "2:an argument is wrong: an unknown type, a count that no map can have, a file that"
                    + " cannot be read or is none of label sets"
        })
final class EstimateCommand implements Callable<Integer> {
    /** Bytes of a label set of which nothing else is known. */
    private static final int LABEL_SET = 64;

    private static final long[] PREPARED = {0, 128, 1024};

    @Option(
            names = "--key",
            paramLabel = "TYPE",
            description =
                    "Type of the keys: long by default, for --labels string:64, for --label-sets"
                            + " strings as long as the label sets are.")
    private String key;

    @Option(
            names = "--value",
            paramLabel = "TYPE",
            defaultValue = "long",
            description = "Type of the values, none for a set (default: ${DEFAULT-VALUE}).")
    private String value;

    @Option(names = "--entries", paramLabel = "N", description = "How many entries.")
    private String entries;

    @Option(
            names = "--labels",
            paramLabel = "LABEL=N,...",
            description = "Labels and how many values each has.")
    private String labels;

    @Option(
            names = "--label-sets",
            paramLabel = "FILE",
            description =
                    "Take labels and the number of their values from a file with a label set on each"
                            + " line: metric{label=\"value\",...} or label=value,... ; - is standard"
                            + " input. The numbers are estimates (HyperLogLog); +- tells the error"
                            + " that 95 of 100 keep.")
    private String labelSets;

    @Option(
            names = "--metrics",
            paramLabel = "N",
            description =
                    "How many metrics have these labels: 1 by default, or as many as the file names.")
    private String metrics;

    @Override
    public Integer call() throws CommandFailure {
        int sizes =
                (entries == null ? 0 : 1) + (labels == null ? 0 : 1) + (labelSets == null ? 0 : 1);
        if (sizes != 1) {
            throw CommandFailure.usage(
                    "one of --entries, --labels and --label-sets must be given, not " + sizes);
        }
        if (entries != null && metrics != null) {
            throw CommandFailure.usage("--metrics " + metrics + ": needs --labels or --label-sets");
        }
        try {
            estimate();
        } catch (IllegalArgumentException e) {
            throw CommandFailure.usage(e.getMessage());
        } catch (OutOfMemoryError e) {
            throw CommandFailure.failure("out of memory: " + e.getMessage());
        } catch (LinkageError e) {
            throw CommandFailure.failure(DoctorCommand.rootMessage(e));
        }
        return 0;
    }

    private void estimate() throws CommandFailure {
        PartSize values = PartName.parse("--value", value);
        PartSize keys = key == null ? null : PartName.parse("--key", key);
        if (entries != null) {
            long n = Numbers.parse("--entries", entries, 0);
            PartSize chosen = keys == null ? PartSize.of(long.class) : keys;
            print(chosen, values, CapacityPlan.forMap(chosen, values, n));
            return;
        }
        Long named = metrics == null ? null : Numbers.parse("--metrics", metrics, 1);
        if (labels != null) {
            LabelTable table = LabelTable.parse(labels, named == null ? 1 : named);
            ofTable(table, keys == null ? PartSize.length(LABEL_SET) : keys, values);
        } else {
            LabelSets sets = LabelSets.read(Input.all(List.of(labelSets)).getFirst());
            ofFile(sets, named, keys == null ? sets.keySize() : keys, values);
        }
    }

    private static void ofTable(LabelTable table, PartSize keys, PartSize values)
            throws CommandFailure {
        if (!fits(table.rows())) {
            throw CommandFailure.usage(
                    "--labels: "
                            + table.rows()
                            + " rows, a map has at most "
                            + CapacityPlan.MOST_ENTRIES);
        }
        CapacityPlan plan = CapacityPlan.forMap(keys, values, table.rows().longValueExact());
        show(table);
        print(keys, values, plan);
    }

    /** A file has two sizes: what its labels could make, and what is in it. */
    private static void ofFile(LabelSets sets, Long metrics, PartSize keys, PartSize values) {
        LabelTable table = sets.table(metrics);
        LabelTable.Count distinct = sets.distinct();
        CapacityPlan plan = CapacityPlan.forMap(keys, values, distinct.number());
        String bytes = bytes(table.rows(), keys, values);
        show(table);
        row("bytes", bytes);
        row("label sets", Numbers.grouped(sets.lines()));
        row("different ones", counted(distinct));
        System.out.println();
        System.out.println("A map of the label sets that the file has:");
        print(keys, values, plan);
    }

    private static String bytes(BigInteger rows, PartSize keys, PartSize values) {
        if (!fits(rows) || rows.longValueExact() > keys.different()) {
            return "more than a map can have";
        }
        try {
            long all = rows.longValueExact();
            return Numbers.grouped(CapacityPlan.forMap(keys, values, all).usedBytes());
        } catch (IllegalArgumentException e) { // of the bytes beside the table
            return "more than a map can have";
        }
    }

    private static boolean fits(BigInteger rows) {
        return rows.compareTo(BigInteger.valueOf(CapacityPlan.MOST_ENTRIES)) <= 0;
    }

    private static String counted(LabelTable.Count count) {
        return Numbers.grouped(count.number()) + Numbers.error(count.error());
    }

    private static void show(LabelTable table) {
        row("metrics", counted(table.metrics()));
        for (LabelTable.Label label : table.labels()) {
            row("label " + label.name(), counted(label.cardinality()));
        }
        row("rows", Numbers.grouped(table.rows()) + Numbers.error(table.error()));
        String warning = table.warning();
        if (warning != null) {
            System.err.println("tophash estimate: warning: " + warning);
        }
    }

    private static void print(PartSize keys, PartSize values, CapacityPlan plan) {
        System.out.print(plan);
        System.out.println();
        System.out.printf(
                Locale.ROOT,
                "%20s  %20s  %24s  %24s%n",
                "grows after",
                "buckets then",
                "bytes then",
                "peak while growing");
        for (GrowthPoint point : plan.growthPoints()) {
            System.out.printf(
                    Locale.ROOT,
                    "%,20d  %,20d  %,24d  %,24d%n",
                    point.entries(),
                    point.buckets(),
                    point.bytes(),
                    point.peakBytes());
        }
        System.out.println();
        printPrepared(keys, values, plan);
    }

    /** What making room in advance costs at the first write, and what it spares. */
    private static void printPrepared(PartSize keys, PartSize values, CapacityPlan plan) {
        System.out.printf(
                Locale.ROOT,
                "%20s  %20s  %24s  %24s%n",
                "expected size",
                "buckets",
                "bytes at first write",
                "growths afterwards");
        for (long n : PREPARED) {
            if (n > keys.different()) {
                continue; // nobody will expect that many
            }
            CapacityPlan prepared = CapacityPlan.forMap(keys, values, Math.max(n, 1));
            long growths =
                    plan.growthPoints().stream()
                            .filter(p -> p.buckets() > prepared.buckets())
                            .count();
            System.out.printf(
                    Locale.ROOT,
                    "%,20d  %,20d  %,24d  %,24d%n",
                    n,
                    prepared.buckets(),
                    prepared.headerBytes() + prepared.bucketBytes(),
                    growths);
        }
    }

    private static void row(String name, String value) {
        System.out.printf("%-22s  %s%n", name, value);
    }
}
