package dev.tophash.benchmarks.program;

import dev.tophash.benchmarks.Keys;
import dev.tophash.benchmarks.compare.Measurement;
import dev.tophash.benchmarks.contender.FileSource;
import dev.tophash.benchmarks.contender.FileStore;
import dev.tophash.benchmarks.contender.FileStoreContender;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What does a table in files cost: building and syncing it, opening it, looking up random keys that
 * are there, one at a time and 1,024 at a time, and its room on the disk? The files are in the page
 * cache all the time, since they have just been written.
 *
 * <p>Building ends when all files are synced. Opening is repeated, each time with one lookup and
 * the closing, of which only the opening and the lookup are timed; the first time in the process,
 * when classes are loaded as well, is a detail of the figure.
 *
 * <p>Arguments: contender, {@code LONG} or {@code STRING} keys, entries, milliseconds that each
 * round of lookups takes at least, a folder for the files.
 */
public final class FileStores<K> {
    private static final int WARM_UPS = 3;
    private static final int ROUNDS = 5;

    /** Keys that are looked up, over and over; more than any cache holds. */
    private static final int SAMPLE = 1 << 20;

    private static final int OPENINGS = 21;

    /** Reading all of a file takes seconds each time. */
    private static final int READINGS = 3;

    private final FileStoreContender contender;
    private final FileStore<K> store;
    private final FileSource<K> source;
    private final Map<String, String> params;
    private final long roundNanos;
    private final Path folder;

    private FileStores(
            String[] args, FileStoreContender contender, FileStore<K> store, FileSource<K> source)
            throws IOException {
        this.contender = contender;
        this.store = store;
        this.source = source;
        this.params = Map.of("keys", args[1], "entries", args[2]);
        this.roundNanos = Long.parseLong(args[3]) * 1_000_000;
        Path parent = Files.createDirectories(Path.of(args[4]));
        this.folder = Files.createTempDirectory(parent, contender.name().toLowerCase(Locale.ROOT));
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        FileStoreContender contender = FileStoreContender.valueOf(args[0]);
        int entries = Integer.parseInt(args[2]);
        switch (args[1]) {
            case "LONG" ->
                    new FileStores<>(args, contender, contender.longs(), FileSource.longs(entries))
                            .run();
            case "STRING" ->
                    new FileStores<>(
                                    args,
                                    contender,
                                    contender.strings(),
                                    FileSource.strings(entries))
                            .run();
            default -> throw new IllegalArgumentException("keys: " + args[1]);
        }
    }

    private void run() throws IOException, InterruptedException {
        try {
            build();
            print("size", "MB", allocated() / 1e6, Map.of());
            open();
            if (contender != FileStoreContender.HASHMAP_SERIALIZED) { // others measure HashMap
                lookup();
            }
        } finally {
            delete();
        }
    }

    private void build() throws IOException {
        long before = System.nanoTime();
        store.build(folder, source);
        double built = seconds(before);
        for (Path file : files()) {
            if (Files.isRegularFile(file)) {
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    channel.force(true); // pages that were changed through a mapping too
                }
            }
        }
        print("build", "s", seconds(before), Map.of("before the sync", built));
    }

    private void open() throws IOException {
        int openings = contender == FileStoreContender.HASHMAP_SERIALIZED ? READINGS : OPENINGS;
        double[] millis = new double[openings];
        for (int i = 0; i < openings; i++) {
            K key = source.keys()[i];
            long before = System.nanoTime();
            try (FileStore.Table<K> table = store.open(folder)) {
                long value = table.get(key);
                millis[i] = seconds(before) * 1e3;
                check(key, value);
            }
        }
        double first = millis[0];
        print("open", "ms", median(millis), Map.of("first", first));
    }

    private void lookup() throws IOException {
        RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
        K[] sample = source.sample(SAMPLE, random);
        List<K[]> batches =
                IntStream.range(0, SAMPLE / Keys.BATCH)
                        .map(i -> i * Keys.BATCH)
                        .mapToObj(from -> Arrays.copyOfRange(sample, from, from + Keys.BATCH))
                        .toList();
        long[] values = new long[Keys.BATCH];
        try (FileStore.Table<K> table = store.open(folder)) {
            time(
                    "get",
                    batches,
                    batch -> {
                        for (int i = 0; i < batch.length; i++) {
                            values[i] = table.get(batch[i]);
                        }
                        return values;
                    });
            time(
                    "getAll",
                    batches,
                    batch -> {
                        table.getAll(batch, values);
                        return values;
                    });
        }
    }

    /** What is timed: the values of some keys. */
    private interface Lookup<K> {
        long[] values(K[] keys);
    }

    private void time(String what, List<K[]> batches, Lookup<K> lookup) {
        double[] nanos = new double[ROUNDS];
        int next = 0;
        for (int round = -WARM_UPS; round < ROUNDS; round++) {
            long lookups = 0;
            long before = System.nanoTime();
            long passed;
            do {
                K[] batch = batches.get(next++ % batches.size());
                long[] values = lookup.values(batch);
                // One of each batch, at another place each time: the rest costs what it costs.
                int at = next % batch.length;
                check(batch[at], values[at]);
                lookups += batch.length;
                passed = System.nanoTime() - before;
            } while (passed < roundNanos);
            if (round >= 0) {
                nanos[round] = (double) passed / lookups;
            }
        }
        double[] sorted = nanos.clone();
        Arrays.sort(sorted);
        print(what, "ns", median(nanos), Map.of("min", sorted[0], "max", sorted[ROUNDS - 1]));
    }

    private void check(K key, long value) {
        if (value != source.value(key)) {
            throw new IllegalStateException(contender + ": value " + value + " of key " + key);
        }
    }

    private static double seconds(long before) {
        return (System.nanoTime() - before) / 1e9;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> found = Files.walk(folder)) {
            return found.sorted(Comparator.reverseOrder()).toList();
        }
    }

    /** Bytes on the disk: some files have holes. */
    private double allocated() throws IOException, InterruptedException {
        Process du =
                new ProcessBuilder("du", "--summarize", "--block-size=1", folder.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        String said = new String(du.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (du.waitFor() != 0) {
            throw new IOException("du of " + folder + " failed");
        }
        return Double.parseDouble(said.split("\\s")[0]);
    }

    private void delete() {
        try {
            for (Path file : files()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void print(String what, String unit, double value, Map<String, Double> details) {
        new Measurement("FileStores." + what, contender.name(), params, unit, value, details)
                .print();
    }
}
