package dev.tophash;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How long a writer waits at most while a concurrent map is saved, beside how long it does without:
 * run by hand, with a number of entries, of shards (0: as many as usual), and a folder to save to.
 */
final class SaveStalls {
    private static final int SAVES = 5;

    private SaveStalls() {}

    public static void main(String[] args) throws Exception {
        int entries = Integer.parseInt(args[0]);
        int shards = Integer.parseInt(args[1]);
        Path file = Path.of(args[2]).resolve("stalls.map");
        ConcurrentLongLongMap.Builder builder = ConcurrentLongLongMap.builder();
        try (ConcurrentLongLongMap map = (shards == 0 ? builder : builder.shards(shards)).build()) {
            for (long i = 0; i < entries; i++) {
                map.put(i, i);
            }
            run("warming up", map, entries, () -> Thread.sleep(2000));
            for (int i = 0; i < 3; i++) {
                run("no saving", map, entries, () -> Thread.sleep(3000));
                run("saving", map, entries, () -> save(map, file));
            }
            System.out.printf("file: %,d bytes%n", Files.size(file));
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private static void save(ConcurrentLongLongMap map, Path file) throws IOException {
        for (int i = 0; i < SAVES; i++) {
            map.saveTo(file);
        }
    }

    private interface Meanwhile {
        void run() throws Exception;
    }

    /** Puts into keys that are there, by one thread, and notes how long each takes. */
    private static void run(
            String name, ConcurrentLongLongMap map, int entries, Meanwhile meanwhile)
            throws Exception {
        long[] worst = new long[1 << 16];
        long[] count = new long[1];
        boolean[] stop = new boolean[1];
        Thread writer =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    ThreadLocalRandom random = ThreadLocalRandom.current();
                                    long longest = 0;
                                    int n = 0;
                                    while (true) {
                                        long before = System.nanoTime();
                                        map.put(random.nextInt(entries), before);
                                        long took = System.nanoTime() - before;
                                        longest = Math.max(longest, took);
                                        if ((++n & 0xff) == 0) { // the worst of each 256
                                            worst[(int) (count[0]++ & worst.length - 1)] = longest;
                                            longest = 0;
                                            synchronized (stop) {
                                                if (stop[0]) {
                                                    return;
                                                }
                                            }
                                        }
                                    }
                                });
        long start = System.nanoTime();
        meanwhile.run();
        long took = System.nanoTime() - start;
        synchronized (stop) {
            stop[0] = true;
        }
        writer.join();
        int known = (int) Math.min(count[0], worst.length);
        long[] sorted = Arrays.copyOf(worst, known);
        Arrays.sort(sorted);
        System.out.printf(
                "%-10s %6.1f s, %,12d puts, worst of 256: half %,8d ns, 99%% %,10d ns, 99.9%% %,10d"
                        + " ns, longest %,12d ns%n",
                name,
                took / 1e9,
                count[0] * 256,
                sorted[known / 2],
                sorted[(int) (known * 0.99)],
                sorted[(int) (known * 0.999)],
                sorted[known - 1]);
    }
}
