package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;

/**
 * A process that writes to a durable map is killed, again and again: what it said was written is
 * there, in its order, and nothing else but perhaps the change it was at, or the beginning of the
 * batch.
 */
@Timeout(600)
class DurableKillTest {
    /** Entries of a batch, which has some MiB and so is written in several frames. */
    private static final int BATCH = 200;

    @TempDir Path directory;

    /** Writes of a process: number i, from 0 on, always the same. */
    private interface Writes {
        /** Does it all, as the process does. */
        void write(DurableMap<String, String> map, long i);

        /** The changes that it consists of, in their order. */
        List<Consumer<Map<String, String>>> changes(long i);
    }

    /** Most put, some remove. Always few keys, so that the file is small. */
    private static final Writes SINGLE =
            new Writes() {
                @Override
                public void write(DurableMap<String, String> map, long i) {
                    changes(i).getFirst().accept(map);
                }

                @Override
                public List<Consumer<Map<String, String>>> changes(long i) {
                    String key = "key " + i % 100;
                    return List.of(
                            i % 7 == 3
                                    ? map -> map.remove(key)
                                    : map ->
                                            map.put(
                                                    key,
                                                    "value " + i + " ".repeat((int) (i % 300))));
                }
            };

    /** Batches of every kind. */
    private static final Writes BATCHES =
            new Writes() {
                private String[] keys(long i) {
                    String[] keys = new String[BATCH];
                    Arrays.setAll(keys, k -> "key " + (i * 31 + k * 7) % 300);
                    return keys;
                }

                private String[] values(long i) {
                    String[] values = new String[BATCH];
                    Arrays.setAll(values, k -> i + " " + k + " ".repeat(k * 97 % 20_000));
                    return values;
                }

                @Override
                public void write(DurableMap<String, String> map, long i) {
                    switch ((int) (i % 3)) {
                        case 0 -> map.putAll(keys(i), values(i));
                        case 1 -> map.removeAll(keys(i));
                        default -> {
                            Map<String, String> others = new LinkedHashMap<>();
                            changes(i).forEach(change -> change.accept(others));
                            map.putAll(others);
                        }
                    }
                }

                @Override
                public List<Consumer<Map<String, String>>> changes(long i) {
                    String[] keys = keys(i);
                    String[] values = values(i);
                    List<Consumer<Map<String, String>>> changes = new ArrayList<>();
                    for (int k = 0; k < BATCH; k++) {
                        String key = keys[k];
                        String value = values[k];
                        changes.add(
                                i % 3 == 1 ? map -> map.remove(key) : map -> map.put(key, value));
                    }
                    return changes;
                }
            };

    private static Writes writes(String name) {
        return name.equals("batches") ? BATCHES : SINGLE;
    }

    /** The process: goes on from a write, and tells of each that has returned. */
    public static final class Writer {
        private Writer() {}

        public static void main(String[] args) throws IOException {
            Writes writes = writes(args[0]);
            try (DurableMap<String, String> map =
                    DurableMap.builder(Codecs.STRING, Codecs.STRING)
                            .compactAfter(1_000_000_000)
                            .open(Path.of(args[1]))) {
                Thread.ofPlatform().daemon().start(() -> compactAlways(map));
                for (long i = Long.parseLong(args[2]); ; i++) {
                    writes.write(map, i);
                    System.out.println(i);
                }
            }
        }

        private static void compactAlways(DurableMap<String, String> map) {
            try {
                for (; ; ) {
                    map.compact();
                    Thread.sleep(3);
                }
            } catch (IOException | InterruptedException e) {
                System.out.println("failed: " + e);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"single", "batches"})
    void nothingThatWasReportedIsLost(String name) throws Exception {
        Path file = directory.resolve("map");
        Writes writes = writes(name);
        Random random = new Random();
        Map<String, String> model = new HashMap<>();
        long next = 0;
        int kills = Effort.rounds(15);
        for (int kill = 0; kill < kills; kill++) {
            Process writer =
                    ForkedJvm.start(
                            directory,
                            List.of(),
                            Writer.class,
                            List.of(name, file.toString(), "" + next));
            awaitWrite(writer);
            if (kill == 0) {
                IOException e = assertThrows(IOException.class, () -> DurableFiles.open(file));
                assertTrue(e.getMessage().endsWith("in another process"), e.getMessage());
            }
            Thread.sleep(random.nextInt(Effort.EMULATED ? 3000 : 300));
            writer.destroyForcibly().waitFor();
            long reported = lastReported();
            for (; next <= reported; next++) {
                writes.changes(next).forEach(change -> change.accept(model));
            }
            try (DurableMap<String, String> map = DurableFiles.open(file)) {
                Map<String, String> found = new HashMap<>(map);
                List<Consumer<Map<String, String>>> changes = writes.changes(next);
                int done = 0;
                while (!model.equals(found) && done < changes.size()) {
                    changes.get(done++).accept(model); // it was killed before its report
                }
                assertEquals(model.keySet(), found.keySet(), "after " + reported);
                assertTrue(model.equals(found), "after " + reported);
                writes.write(map, next); // does the rest, if any
                changes.forEach(change -> change.accept(model));
                next++;
            }
        }
        assertTrue(next > kills, "hardly anything was ever written");
    }

    private void awaitWrite(Process writer) throws Exception {
        long deadline = Effort.deadline();
        while (lastReported() < 0) {
            assertTrue(writer.isAlive(), () -> "ended: " + output());
            assertTrue(System.nanoTime() < deadline, "nothing is written");
            Thread.sleep(5);
        }
    }

    private String output() {
        try {
            return Files.readString(ForkedJvm.output(directory).toPath());
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** The last change of which all of the line is there; -1: none. */
    private long lastReported() throws IOException {
        String output = output();
        int end = output.lastIndexOf('\n');
        if (end < 0) {
            return -1;
        }
        String line = output.substring(output.lastIndexOf('\n', end - 1) + 1, end);
        assertTrue(line.matches("\\d+"), output);
        return Long.parseLong(line);
    }
}
