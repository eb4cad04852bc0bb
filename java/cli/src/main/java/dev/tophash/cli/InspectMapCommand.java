package dev.tophash.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.tophash.LongLongMap;
import dev.tophash.MapStats;
import dev.tophash.OffHeap;
import dev.tophash.StringLongMap;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;

/** Fills a map with random keys and tells what is inside. */
@Command(
        name = "map",
        mixinStandardHelpOptions = true,
        description =
                "Fills a map with the lines of a file or with random keys and shows its figures: entries,"
                        + " buckets, bytes by part, occupancy, and how many buckets lookups look at.",
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:all went well",
            "1:a file cannot be read or written, or there is no memory",
            "2:an argument is wrong"
        })
final class InspectMapCommand implements Callable<Integer> {
    private static final long MOST = 1_000_000_000;
    private static final int LONGEST = 10_000;

    @Parameters(
            paramLabel = "FILE",
            arity = "0..1",
            description = "Each line is a key, its value how often it is there.")
    private String file;

    @Option(
            names = "--random",
            paramLabel = "N",
            description = "So many random keys instead, from 0 to 1,000,000,000.")
    private Long entries;

    @Option(
            names = "--string",
            paramLabel = "LENGTH",
            description =
                    "Keys are numbers as strings of so many digits, up to 10,000, instead of longs.")
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
        if ((file == null) == (entries == null)) {
            throw CommandFailure.usage("there must be either a FILE or --random N");
        }
        if (file != null && length != null) {
            throw CommandFailure.usage("--string goes with --random, not with a FILE");
        }
        check("--random", entries == null ? 0 : entries, MOST);
        check("--remove", removed, 100);
        check("--string", length == null ? 0 : length, LONGEST);
        PictureFile target = picture == null ? null : PictureFile.of("--picture", picture);
        try (OffHeap map = file != null ? lines() : length == null ? longs() : strings()) {
            MapStats stats = map.fullStats();
            System.out.print(stats.report());
            if (target != null) {
                target.write(new MapPicture(stats));
            }
        } catch (OutOfMemoryError e) {
            throw CommandFailure.failure(e.getMessage());
        }
        return 0;
    }

    private static void check(String option, long value, long most) throws CommandFailure {
        if (value < 0 || value > most) {
            throw CommandFailure.usage(
                    String.format(
                            Locale.ROOT, "%s is %d, must be from 0 to %d", option, value, most));
        }
    }

    private long removals(long of) {
        return of * removed / 100;
    }

    /**
     * Lines as Java ends them; their bytes are kept, whatever the encoding: a character for each.
     */
    private OffHeap lines() throws CommandFailure {
        Input input = Input.all(List.of(file)).getFirst();
        StringLongMap map = StringLongMap.builder().seed(seed).build();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(input.open(), ISO_8859_1))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                map.addTo(line.getBytes(ISO_8859_1), 1);
            }
        } catch (IOException e) {
            map.close();
            throw CommandFailure.failure(file + ": " + e.getMessage());
        }
        StringLongMap.Cursor cursor = map.cursor();
        for (long i = removals(map.size()); i > 0 && cursor.next(); i--) {
            cursor.remove();
        }
        return map;
    }

    private OffHeap longs() {
        LongLongMap map = LongLongMap.builder().seed(seed).build();
        SplittableRandom random = new SplittableRandom(seed);
        for (long i = 0; map.size() < entries; i++) {
            map.put(random.nextLong(), i);
        }
        random = new SplittableRandom(seed);
        for (long i = 0; i < removals(entries); i++) {
            map.remove(random.nextLong());
        }
        return map;
    }

    private OffHeap strings() throws CommandFailure {
        if (Math.pow(10, length) < entries) {
            throw CommandFailure.usage(
                    String.format(
                            Locale.ROOT,
                            "--string is %d, there are not %d different numbers of so many digits",
                            length,
                            entries));
        }
        StringLongMap map = StringLongMap.builder().seed(seed).build();
        String format = "%0" + Math.max(length, 1) + "d";
        for (long i = 0; i < entries; i++) {
            map.put(length == 0 ? "" : String.format(Locale.ROOT, format, i), i);
        }
        for (long i = 0; i < removals(entries); i++) {
            map.remove(length == 0 ? "" : String.format(Locale.ROOT, format, i));
        }
        return map;
    }
}
