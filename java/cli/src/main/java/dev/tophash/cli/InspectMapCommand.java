package dev.tophash.cli;

import dev.tophash.LongLongMap;
import dev.tophash.MapStats;
import dev.tophash.OffHeap;
import dev.tophash.StringLongMap;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.util.SplittableRandom;
import java.util.concurrent.Callable;

/** Fills a map with random keys and tells what is inside. */
@Command(
        name = "map",
        mixinStandardHelpOptions = true,
        description =
                "Fills a map with random keys and shows its figures: entries, buckets, bytes by part,"
                        + " occupancy, and how many buckets lookups look at.",
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {"0:all went well", "1:there is no memory", "2:an argument is wrong"})
final class InspectMapCommand implements Callable<Integer> {
    private static final long MOST = 1_000_000_000;
    private static final int LONGEST = 10_000;

    @Option(
            names = "--random",
            paramLabel = "N",
            required = true,
            description = "How many random keys, from 0 to 1,000,000,000.")
    private long entries;

    @Option(
            names = "--string",
            paramLabel = "LENGTH",
            description = "Keys are strings of so many characters, up to 10,000, instead of longs.")
    private Integer length;

    @Option(
            names = "--remove",
            paramLabel = "PERCENT",
            description = "Remove so many percent of the entries again. Default: ${DEFAULT-VALUE}.")
    private int removed;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Makes keys and layout the same each time. Default: ${DEFAULT-VALUE}.")
    private int seed = 1;

    @Option(
            names = "--picture",
            paramLabel = "FILE",
            description =
                    "Draw occupancy, chains, probes and bytes to a file that ends in .svg or .png.")
    private String picture;

    @Override
    public Integer call() throws CommandFailure {
        PictureFile file = picture == null ? null : PictureFile.of("--picture", picture);
        check("--random", entries, MOST);
        check("--remove", removed, 100);
        if (length != null) {
            check("--string", length, LONGEST);
        }
        try (OffHeap map = length == null ? longs() : strings()) {
            MapStats stats = map.fullStats();
            System.out.print(stats.report());
            if (file != null) {
                file.write(new MapPicture(stats));
            }
        } catch (OutOfMemoryError e) {
            throw CommandFailure.failure(e.getMessage());
        }
        return 0;
    }

    private static void check(String option, long value, long most) throws CommandFailure {
        if (value < 0 || value > most) {
            throw CommandFailure.usage(
                    "%s is %d, must be from 0 to %d".formatted(option, value, most));
        }
    }

    private long removals() {
        return entries * removed / 100;
    }

    private OffHeap longs() {
        LongLongMap map = LongLongMap.builder().seed(seed).build();
        SplittableRandom random = new SplittableRandom(seed);
        for (long i = 0; map.size() < entries; i++) {
            map.put(random.nextLong(), i);
        }
        random = new SplittableRandom(seed);
        for (long i = 0; i < removals(); i++) {
            map.remove(random.nextLong());
        }
        return map;
    }

    private OffHeap strings() throws CommandFailure {
        if (Math.pow(10, length) < entries) {
            throw CommandFailure.usage(
                    "--string is %d, there are not %d different numbers of so many digits"
                            .formatted(length, entries));
        }
        StringLongMap map = StringLongMap.builder().seed(seed).build();
        String format = "%0" + Math.max(length, 1) + "d";
        for (long i = 0; i < entries; i++) {
            map.put(length == 0 ? "" : format.formatted(i), i);
        }
        for (long i = 0; i < removals(); i++) {
            map.remove(length == 0 ? "" : format.formatted(i));
        }
        return map;
    }
}
