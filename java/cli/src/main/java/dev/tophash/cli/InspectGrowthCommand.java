package dev.tophash.cli;

import dev.tophash.LongLongMap;
import dev.tophash.MapStats;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.util.Locale;
import java.util.concurrent.Callable;

/** Inserts one entry after the other and tells when the map's arrays change. */
@Command(
        name = "growth",
        mixinStandardHelpOptions = true,
        description = {
            "Inserts entries into a map from long to long, one by one, and shows when its first bucket"
                    + " appears, when its array doubles and how long evacuation takes.",
            "With --table it shows what a map has after its first write for each expected size instead."
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {"0:all went well", "1:there is no memory", "2:an argument is wrong"})
final class InspectGrowthCommand implements Callable<Integer> {
    private static final long MOST = 100_000_000;
    private static final long[] EXPECTED = {0, 1, 8, 9, 128, 1024, 1_000_000};

    @Option(
            names = "--entries",
            paramLabel = "N",
            description = "How many to insert, from 1 to 100,000,000. Default: ${DEFAULT-VALUE}.")
    private long entries = 10_000;

    @Option(
            names = "--expected",
            paramLabel = "N",
            description = "Expected size that the map is made with. Default: ${DEFAULT-VALUE}.")
    private long expected;

    @Option(
            names = "--table",
            description =
                    "Show what maps of expected size 0, 1, 8, 9, 128, 1024 and 10^6 begin with.")
    private boolean table;

    @Override
    public Integer call() throws CommandFailure {
        check("--entries", entries, 1);
        check("--expected", expected, 0);
        try {
            if (table) {
                beginnings();
            } else {
                growth();
            }
        } catch (OutOfMemoryError e) {
            throw CommandFailure.failure(e.getMessage());
        }
        return 0;
    }

    private static void check(String option, long value, long least) throws CommandFailure {
        if (value < least || value > MOST) {
            throw CommandFailure.usage(
                    format("%s is %d, must be from %d to %d", option, value, least, MOST));
        }
    }

    /** What the first write makes. */
    private static void beginnings() {
        print(
                "%14s %3s %10s %14s %14s  %s%n",
                "expected size", "B", "buckets", "used", "held", "doubles at");
        for (long size : EXPECTED) {
            try (LongLongMap map = LongLongMap.withExpectedSize(size)) {
                map.put(key(0), 0);
                MapStats stats = map.stats();
                print(
                        "%,14d %3d %,10d %,14d %,14d  %,d%n",
                        size,
                        stats.b(),
                        stats.buckets(),
                        stats.usedBytes(),
                        stats.reservedBytes(),
                        stats.growAt() + 1);
            }
        }
    }

    private void growth() {
        print(
                "%12s %3s %11s %9s %14s %14s  %s%n",
                "entries", "B", "buckets", "overflow", "used", "held", "");
        try (LongLongMap map = LongLongMap.withExpectedSize(expected)) {
            MapStats before = map.stats();
            long growthBegan = 0;
            for (long i = 0; i < entries; i++) {
                map.put(key(i), i);
                MapStats now = map.stats();
                if (now.buckets() != before.buckets() || now.sameSize() != before.sameSize()) {
                    row(
                            now,
                            before.buckets() == 0
                                    ? "the first write makes the array"
                                    : began(before, now));
                    growthBegan = i;
                }
                if (before.growing() && !now.growing()) {
                    row(now, format("evacuated, after %,d more entries", i - growthBegan));
                }
                before = now;
            }
            row(before, before.growing() ? "the end, while evacuating" : "the end");
        }
    }

    private static String began(MapStats before, MapStats now) {
        if (now.sameSize()) {
            return "moves to another array of this size";
        }
        return format(
                "doubles; %,d of %,d old buckets evacuated at once",
                now.growing() ? now.evacuated() : before.buckets(), before.buckets());
    }

    private static void row(MapStats stats, String event) {
        print(
                "%,12d %3d %,11d %,9d %,14d %,14d  %s%n",
                stats.size(),
                stats.b(),
                stats.buckets(),
                stats.overflowBuckets(),
                stats.usedBytes(),
                stats.reservedBytes(),
                event);
    }

    /** Different keys without a pattern: an odd factor permutes the numbers. */
    private static long key(long i) {
        return i * 0x9e3779b97f4a7c15L;
    }

    private static String format(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }

    private static void print(String format, Object... arguments) {
        System.out.print(format(format, arguments));
    }
}
