package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A process that writes to a durable map is killed, again and again: what it said was written is
 * there, in its order, and nothing else but perhaps the change it was at.
 */
@Timeout(600)
class DurableKillTest {
    @TempDir Path directory;

    /** Change number i: most put, some remove. Always to few keys, so that the file is small. */
    private static void change(Map<String, String> map, long i) {
        String key = "key " + i % 100;
        if (i % 7 == 3) {
            map.remove(key);
        } else {
            map.put(key, "value " + i + " ".repeat((int) (i % 300)));
        }
    }

    /** The process: goes on from a change, and tells of each that has returned. */
    public static final class Writer {
        private Writer() {}

        public static void main(String[] args) throws IOException {
            try (DurableMap<String, String> map =
                    DurableMap.builder(Codecs.STRING, Codecs.STRING)
                            .compactAfter(Long.parseLong(args[2]))
                            .open(Path.of(args[0]))) {
                Thread.ofPlatform().daemon().start(() -> compactAlways(map));
                for (long i = Long.parseLong(args[1]); ; i++) {
                    change(map, i);
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

    @Test
    void nothingThatWasReportedIsLost() throws Exception {
        Path file = directory.resolve("map");
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
                            List.of(file.toString(), "" + next, "1000000000"));
            awaitChange(writer);
            Thread.sleep(random.nextInt(Effort.EMULATED ? 3000 : 300));
            writer.destroyForcibly().waitFor();
            long reported = lastReported();
            for (; next <= reported; next++) {
                change(model, next);
            }
            try (DurableMap<String, String> map =
                    DurableMap.open(file, String.class, String.class)) {
                if (!model.equals(map)) { // then it was killed between a change and its report
                    change(model, next);
                    next++;
                }
                assertEquals(model, map, "after " + reported);
            }
        }
        assertTrue(next > kills, "hardly anything was ever written");
    }

    private void awaitChange(Process writer) throws Exception {
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
