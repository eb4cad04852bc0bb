package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Durable maps on a disk that is really full, in a process of its own: who writes is told, nothing
 * that was reported is lost, and what fails for want of room alone is undone.
 */
@Timeout(300)
class DurableFullDiskTest {
    @TempDir Path directory;

    @Test
    void filesThatMayNotGrow() throws Exception {
        check(ForkedJvm.run(directory, Program.class, List.of("LIMIT", directory + ""), 200));
    }

    @Test
    void fileSystemWithoutRoom() throws Exception {
        Path small = Files.createDirectories(directory.resolve("small"));
        List<String> inside =
                List.of(
                        "unshare",
                        "--map-root-user",
                        "--mount",
                        "sh",
                        "-c",
                        "mount -t tmpfs -o size=16m none '" + small + "' && exec \"$@\"",
                        "sh");
        assumeTrue(runs(inside), "this machine lets nobody mount a file system");
        check(
                ForkedJvm.runInside(
                        inside, directory, Program.class, List.of("SMALL", small + ""), 200));
    }

    private static boolean runs(List<String> prefix) throws InterruptedException {
        try {
            List<String> command = new ArrayList<>(prefix);
            command.add("true");
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            return process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) { // there is no such program
            return false;
        }
    }

    private static void check(ForkedJvm.Result result) {
        assertEquals("", result.crash());
        assertEquals(0, result.status(), result.output());
        assertTrue(result.output().contains("all of it"), result.output());
    }

    /** What runs on that disk. */
    public static final class Program {
        private final FullDisk disk;
        private final Path file;

        private Program(FullDisk disk, Path folder) throws IOException {
            this.disk = disk;
            this.file = Files.createDirectories(folder).resolve("map");
        }

        public static void main(String[] args) throws Exception {
            FullDisk disk = FullDisk.valueOf(args[0]);
            try {
                runAll(disk, Path.of(args[1]));
                System.out.println("all of it");
            } finally {
                disk.lift(Path.of(args[1], "none")); // or there is no room for the stack trace
            }
        }

        private static void runAll(FullDisk disk, Path folder) throws Exception {
            for (int room : new int[] {0, 1, 31, 40, 5000, 9000}) {
                new Program(disk, folder.resolve("append" + room)).append(room);
            }
            new Program(disk, folder.resolve("batch")).batch();
            new Program(disk, folder.resolve("unnoticed")).unnoticed();
            new Program(disk, folder.resolve("compaction")).compaction();
            new Program(disk, folder.resolve("segment")).segment();
            new Program(disk, folder.resolve("opening")).opening();
        }

        private DurableMap<String, String> open() throws IOException {
            return DurableMap.open(file, String.class, String.class);
        }

        private Path segment(int number) {
            return file.resolveSibling("map.log." + number);
        }

        private static String value(int i) {
            return i + " ".repeat(20_000);
        }

        private static Map<String, String> filled(DurableMap<String, String> map, int entries) {
            Map<String, String> model = new HashMap<>();
            for (int i = 0; i < entries; i++) {
                map.put("key " + i, value(i));
                model.put("key " + i, value(i));
            }
            return model;
        }

        /** That a write was told, by whom, of what, and why. */
        private void assertTold(Exception e, Path of, String why) {
            assertTrue(
                    e.getMessage().contains(of.toString()) && e.getMessage().contains(why),
                    e.toString());
        }

        /** A record breaks off in the middle: after {@code room} bytes of its frame. */
        private void append(int room) throws Exception {
            DurableMap<String, String> map = open();
            Map<String, String> model = filled(map, 10);
            disk.leave(segment(1), room);
            assertTold(
                    assertThrows(UncheckedIOException.class, () -> map.put("key 10", value(10))),
                    segment(1),
                    disk.reason);
            Map<String, String> now = Map.copyOf(map);
            assertTrue(now.entrySet().containsAll(model.entrySet()), "lookups go on");
            disk.lift(segment(1));
            // Room or not: nobody knows what the file holds.
            for (Runnable write :
                    List.<Runnable>of(
                            () -> map.put("key 0", "another"),
                            () -> map.remove("key 1"),
                            () -> map.merge("key 2", "x", String::concat),
                            () -> map.putAll(new String[] {"x"}, new String[] {"y"}),
                            map::sync)) {
                assertTold(
                        assertThrows(UncheckedIOException.class, write::run),
                        segment(1),
                        disk.reason);
                assertEquals(now, map, "a write that was refused has changed something");
            }
            assertTold(assertThrows(IOException.class, map::compact), segment(1), disk.reason);
            assertTold(
                    assertThrows(UncheckedIOException.class, map::close), segment(1), disk.reason);
            try (DurableMap<String, String> again = open()) {
                assertEquals(model, again, "with " + room + " bytes of room");
                again.put("key 10", "it can be written");
                model.put("key 10", "it can be written");
            }
            try (DurableMap<String, String> again = open()) {
                assertEquals(model, again);
            }
        }

        /** A batch of several frames, of which there is room for some. */
        private void batch() throws Exception {
            DurableMap<String, String> map = open();
            Map<String, String> model = filled(map, 3);
            String[] keys = new String[150];
            String[] values = new String[150];
            for (int i = 0; i < keys.length; i++) {
                keys[i] = "batch " + i;
                values[i] = value(i);
            }
            disk.leave(segment(1), 3 * 512 * 1024);
            assertTold(
                    assertThrows(UncheckedIOException.class, () -> map.putAll(keys, values)),
                    segment(1),
                    disk.reason);
            assertThrows(UncheckedIOException.class, map::close);
            disk.lift(segment(1));
            try (DurableMap<String, String> again = open()) {
                int done = again.size() - model.size();
                assertTrue(done > 0 && done < keys.length, done + " entries are there");
                for (int i = 0; i < done; i++) {
                    model.put(keys[i], values[i]);
                }
                assertEquals(model, again, "the beginning of the batch");
            }
            Files.delete(segment(1)); // makes room
        }

        /** Writes that do not wait have nobody to tell but who closes. */
        private void unnoticed() throws Exception {
            for (Durability durability :
                    List.of(Durability.ON_CLOSE, Durability.every(Duration.ofMillis(1)))) {
                Path own = file.resolveSibling("map " + (durability.interval() == null));
                DurableMap<String, String> map =
                        DurableMap.builder(Codecs.STRING, Codecs.STRING)
                                .durability(durability)
                                .open(own);
                map.put("a", "1");
                map.sync();
                Path log = own.resolveSibling(own.getFileName() + ".log.1");
                disk.leave(log, 10);
                try {
                    map.put("b", value(1));
                    map.sync();
                    throw new AssertionError("there was room");
                } catch (UncheckedIOException e) { // by the one or the other
                    assertTold(e, log, disk.reason);
                }
                assertTold(assertThrows(UncheckedIOException.class, map::close), log, disk.reason);
                map.close();
                disk.lift(log);
                try (DurableMap<String, String> again =
                        DurableMap.open(own, String.class, String.class)) {
                    assertEquals(Map.of("a", "1"), again);
                }
            }
        }

        /** There is room for the log, but not for another map file. */
        private void compaction() throws Exception {
            try (DurableMap<String, String> map = open()) {
                Map<String, String> model = filled(map, 50);
                map.compact();
                byte[] before = Files.readAllBytes(file);
                map.put("key 1", "after it");
                model.put("key 1", "after it");
                for (int i = 0; i < 3; i++) {
                    disk.leave(file.resolveSibling("map.next"), before.length / 2);
                    assertTold(
                            assertThrows(IOException.class, map::compact), file, disk.engineReason);
                    assertArrayEquals(before, Files.readAllBytes(file), "the file is another");
                    map.put("key " + i, "it goes on");
                    model.put("key " + i, "it goes on");
                    assertEquals(model, map);
                    disk.lift(file);
                    try (var files = Files.list(file.getParent())) {
                        assertFalse(files.anyMatch(f -> f.toString().contains("map.next")));
                    }
                    Path crashed = DurableFiles.crashed(file, "crash" + i);
                    try (DurableMap<String, String> other =
                            DurableMap.open(crashed, String.class, String.class)) {
                        assertEquals(model, other);
                    }
                }
                map.compact();
                assertTrue(Files.notExists(segment(2)), "the log before it stays");
                assertEquals(model, map);
            }
        }

        /** There is not even room for another segment. */
        private void segment() throws Exception {
            Map<String, String> model;
            try (DurableMap<String, String> map = open()) {
                model = filled(map, 3);
                for (int i = 0; i < 2; i++) {
                    disk.leave(segment(2), i * 100);
                    if (disk == FullDisk.LIMIT || i == 0) { // else there is a page
                        assertTold(
                                assertThrows(IOException.class, map::compact),
                                segment(2),
                                disk.reason);
                    }
                    disk.lift(file);
                    assertTrue(Files.notExists(segment(2)), "it was not taken back");
                    map.put("key " + i, "it goes on");
                    model.put("key " + i, "it goes on");
                }
                Path crashed = DurableFiles.crashed(file, "crash");
                try (DurableMap<String, String> other =
                        DurableMap.open(crashed, String.class, String.class)) {
                    assertEquals(model, other);
                }
                map.compact();
            }
            try (DurableMap<String, String> map = open()) {
                assertEquals(model, map);
            }
        }

        private void opening() throws Exception {
            Map<String, String> model;
            try (DurableMap<String, String> map = open()) {
                model = filled(map, 3);
            }
            disk.leave(segment(2), 0);
            assertTold(assertThrows(IOException.class, this::open), segment(2), disk.reason);
            disk.lift(file);
            try (DurableMap<String, String> map = open()) {
                assertEquals(model, map);
            }
        }
    }
}
