package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * The machine crashes, at any moment, with any part of what was not synced on the disk: what was
 * reported as safe is there when the map is opened, and of the changes after it the first ones.
 */
@Timeout(600)
class DurableCrashTest {
    @TempDir Path directory;

    /** Puts a value, or removes it if that is null. */
    private record Change(String key, String value) {
        void to(Map<String, String> map) {
            if (value == null) {
                map.remove(key);
            } else {
                map.put(key, value);
            }
        }
    }

    /** Every change that there ever was, also those that a crash has undone. */
    private final List<Change> changes = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void whatWasSafeIsThere(long seed) throws Exception {
        Random random = new Random(seed);
        Path now = Files.createDirectories(directory.resolve("now"));
        for (int round = 0; round < 3; round++) {
            CrashedMachine machine = new CrashedMachine(now, changes.size());
            try (machine) {
                write(now, machine, random);
            }
            for (int i = Effort.rounds(15); i > 0; i--) {
                int moment = random.nextInt(machine.moments());
                int luck = random.nextInt(3);
                check(left(machine, moment, luck, random.nextLong()), machine, moment);
                moment = writing(machine, random);
                check(left(machine, moment, 1, random.nextLong()), machine, moment);
            }
            int moment = writing(machine, random);
            int done = check(left(machine, moment, 1, seed), machine, moment);
            changes.subList(done, changes.size()).clear();
            now = left(machine, moment, 1, seed); // where it goes on, with an end that is torn
        }
        assertTrue(changes.size() > 20, "hardly anything was ever written");
    }

    /** A moment at which something is written and not synced. */
    private static int writing(CrashedMachine machine, Random random) {
        int moment = 0;
        while (!machine.isWriting(moment)) {
            moment = random.nextInt(machine.moments());
        }
        return moment;
    }

    private Path left(CrashedMachine machine, int moment, int luck, long seed) throws IOException {
        Path crashed = Files.createTempDirectory(directory, "crashed");
        machine.leave(moment, luck, new Random(seed), crashed);
        return crashed;
    }

    /** Some time in the life of a map. */
    private void write(Path folder, CrashedMachine machine, Random random) throws IOException {
        try (DurableMap<String, String> map = DurableFiles.open(folder.resolve("map"))) {
            for (int i = 0; i < 12; i++) {
                boolean large = random.nextInt(6) == 0; // 1.5 MiB, written in several frames
                int entries = large ? 250 : 1 + random.nextInt(30);
                int length = large ? 12_000 : 700;
                for (int e = 0; e < entries; e++) {
                    String value =
                            random.nextInt(5) == 0
                                    ? null
                                    : changes.size() + "v".repeat(random.nextInt(length));
                    Change change = new Change("key " + random.nextInt(250), value);
                    changes.add(change);
                    machine.begun++;
                    change.to(map);
                }
                if (random.nextInt(3) != 0) {
                    map.sync();
                    machine.safe = machine.begun;
                }
                if (random.nextInt(4) == 0) {
                    map.compact();
                    machine.safe = machine.begun;
                }
            }
        }
        machine.safe = machine.begun;
    }

    /** Opens what is left, twice; how many of the changes are there. */
    private int check(Path crashed, CrashedMachine machine, int moment) throws IOException {
        Path file = crashed.resolve("map");
        Map<String, String> found;
        try (DurableMap<String, String> map = DurableFiles.open(file)) {
            found = new HashMap<>(map);
        }
        try (DurableMap<String, String> map = DurableFiles.open(file)) {
            assertEquals(found.keySet(), map.keySet(), "opened again it is another");
            assertTrue(found.equals(map), "opened again it is another");
        }
        DurableFiles.contents(file)
                .keySet()
                .forEach(name -> crashed.resolve(name).toFile().delete());
        return matching(found, machine.safeAt(moment), machine.begunAt(moment));
    }

    /** The number of changes after which a map is as it was found. */
    private int matching(Map<String, String> found, int from, int to) {
        Map<String, String> map = new HashMap<>();
        changes.subList(0, from).forEach(change -> change.to(map));
        int done = from;
        while (!map.equals(found)) {
            if (done == to) {
                fail("not what it was after any of " + from + " to " + to + " changes");
            }
            changes.get(done++).to(map);
        }
        return done;
    }
}
