package dev.tophash;

import static dev.tophash.DurableFiles.crashed;
import static dev.tophash.DurableFiles.open;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The files of durable maps: that they go together, through every step of a compaction. */
@Timeout(300)
class DurableFilesTest {
    @TempDir Path directory;

    private Path file() {
        return directory.resolve("map.tophash");
    }

    private static void assertRefused(Path file, String why) throws IOException {
        Map<String, ByteBuffer> before = DurableFiles.contents(file);
        DamagedLogException e = assertThrows(DamagedLogException.class, () -> open(file));
        assertTrue(
                e.getMessage().startsWith(file.toString()) && e.getMessage().contains(why),
                e.getMessage());
        assertEquals(before, DurableFiles.contents(file), "something was changed");
    }

    private static void assertHas(Path file, Map<String, String> expected) throws IOException {
        for (int times = 0; times < 2; times++) { // the first opening may have changed something
            try (DurableMap<String, String> map = open(file)) {
                assertEquals(expected, map, "opened " + times + " times before");
            }
        }
    }

    /** One step of a compaction. */
    @FunctionalInterface
    private interface Step {
        void take(Compaction compaction) throws IOException;
    }

    /** After every step of two compactions a crash leaves a map that has everything. */
    @Test
    void crashesBetweenTheStepsOfACompaction() throws Exception {
        List<Step> steps =
                List.of(
                        Compaction::begin,
                        Compaction::save,
                        Compaction::announce,
                        Compaction::replace,
                        Compaction::removeOld);
        List<Path> crashes = new ArrayList<>();
        List<Map<String, String>> expected = new ArrayList<>();
        try (DurableMap<String, String> map = open(file())) {
            map.put("gone", "1");
            for (int round = 0; round < 2; round++) {
                Compaction compaction = map.compaction();
                for (int i = 0; i < steps.size(); i++) {
                    map.put("changes", round + " " + i);
                    map.put("stays " + round + i, "");
                    map.remove("gone");
                    steps.get(i).take(compaction);
                    map.sync();
                    crashes.add(crashed(file(), "after" + round + i));
                    expected.add(Map.copyOf(map));
                }
            }
        }
        for (int i = 0; i < crashes.size(); i++) {
            assertHas(crashes.get(i), expected.get(i));
            assertTrue(Files.notExists(crashes.get(i).resolveSibling("map.tophash.next")));
        }
    }

    /** The new file may have its name, and none of the segments be removed yet, or some. */
    @Test
    void newFileWithAnyOfTheOldSegments() throws Exception {
        Path whole;
        Map<String, String> expected;
        try (DurableMap<String, String> map = open(file())) {
            map.put("a", "1");
            Compaction failed = map.compaction();
            failed.begin(); // and no more: the next one has several segments to remove
            map.put("a", "2");
            Compaction compaction = map.compaction();
            compaction.begin();
            map.put("b", "3");
            compaction.save();
            compaction.announce();
            compaction.replace();
            expected = Map.copyOf(map);
            whole = crashed(file(), "whole");
        }
        for (int removed = 0; removed <= 2; removed++) {
            if (removed > 0) {
                Files.delete(whole.resolveSibling("map.tophash.log." + removed));
            }
            assertHas(crashed(whole, "removed" + removed), expected);
        }
    }

    @Test
    void olderCopiesOfTheFileAreRefused() throws Exception {
        List<Path> copies = new ArrayList<>();
        try (DurableMap<String, String> map = open(file())) {
            for (int i = 0; i < 3; i++) {
                map.put("a", "" + i);
                map.compact();
                copies.add(Files.copy(file(), directory.resolve("copy" + i)));
            }
            map.put("b", "3");
        }
        // The segment that the last compaction has begun names the file before.
        List<String> refusals =
                List.of("is not the file of its log", "is older than that of its log");
        for (int i = 0; i < 2; i++) {
            Files.copy(copies.get(i), file(), StandardCopyOption.REPLACE_EXISTING);
            assertRefused(file(), refusals.get(i));
        }
        Files.copy(copies.get(2), file(), StandardCopyOption.REPLACE_EXISTING);
        assertHas(file(), Map.of("a", "2", "b", "3"));
    }

    @Test
    void fileOfAnotherMapIsRefused() throws Exception {
        try (DurableMap<String, String> map = open(file())) {
            map.put("a", "1");
        }
        try (ConcurrentNativeMap<String, String> other =
                ConcurrentNativeMap.of(String.class, String.class)) {
            other.put("x", "y");
            other.saveTo(file());
        }
        String why = "is not the file of its log, which begins with segment 1";
        Path log = directory.resolve("map.tophash.log.1");
        Files.write(log, new byte[40], StandardOpenOption.APPEND); // which would be cut off
        assertRefused(file(), why);
        Files.write(directory.resolve("map.tophash.log.2"), new byte[9]); // would be removed
        Files.write(log, Arrays.copyOf(Files.readAllBytes(log), (int) Files.size(log) - 40));
        assertRefused(file(), why);
        Files.delete(file());
        assertHas(file(), Map.of("a", "1"));
    }

    @Test
    void fileWithoutALogIsOpenedWhateverItIs() throws Exception {
        try (ConcurrentNativeMap<String, String> other =
                ConcurrentNativeMap.of(String.class, String.class)) {
            other.put("x", "y");
            other.saveTo(file());
        }
        try (DurableMap<String, String> map = open(file())) {
            map.put("a", "1");
        }
        assertHas(file(), Map.of("x", "y", "a", "1"));
        Files.delete(file());
        assertRefused(file(), "is missing");
    }

    @Test
    void fileThatIsMissingIsNoticed() throws Exception {
        try (DurableMap<String, String> map = open(file())) {
            map.put("a", "b");
            map.compact();
            map.put("c", "d");
        }
        Path aside = directory.resolve("aside");
        Files.move(file(), aside);
        assertRefused(file(), "is missing");
        Files.move(aside, file());
        assertHas(file(), Map.of("a", "b", "c", "d"));
    }

    @Test
    void unfinishedFilesAreRemoved() throws Exception {
        try (DurableMap<String, String> map = open(file())) {
            map.put("a", "b");
            map.compact();
        }
        List<Path> others =
                List.of(
                        directory.resolve("map.tophash.20260101"),
                        directory.resolve("map.tophash.next.old"),
                        directory.resolve("other.tophash.next"));
        List<Path> unfinished =
                List.of(
                        directory.resolve("map.tophash.next"),
                        directory.resolve("map.tophash.next.0123abcd.unfinished"));
        for (Path one : others) {
            Files.copy(file(), one);
        }
        for (Path one : unfinished) {
            Files.write(one, new byte[5000]);
        }
        open(file()).close();
        assertTrue(others.stream().allMatch(Files::exists), "not ours to remove");
        assertTrue(unfinished.stream().allMatch(Files::notExists));
    }

    /**
     * A compaction that fails at its last but one step leaves nothing behind, and the map goes on.
     */
    @Test
    void fileThatCannotBeReplaced() throws Exception {
        try (DurableMap<String, String> map = open(file())) {
            map.put("a", "1");
            Files.createDirectories(file().resolve("a folder that is not empty"));
            IOException e = assertThrows(IOException.class, map::compact);
            assertTrue(e.getMessage().contains(file().toString()), e.toString());
            assertTrue(Files.notExists(directory.resolve("map.tophash.next")));
            map.put("b", "2");
            Files.delete(file().resolve("a folder that is not empty"));
            Files.delete(file());
            map.sync();
            assertHas(crashed(file(), "crashed"), Map.of("a", "1", "b", "2"));
            map.compact();
            map.put("c", "3");
        }
        assertHas(file(), Map.of("a", "1", "b", "2", "c", "3"));
    }

    /** They may be another process's by then. */
    @Test
    void filesAreLeftAloneOnceTheMapIsClosed() throws Exception {
        for (int i = 0; i < Effort.rounds(30); i++) {
            DurableMap<String, String> map = open(file());
            map.put("a", "" + i);
            Thread compacting =
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        try {
                                            for (; ; ) {
                                                map.compact();
                                            }
                                        } catch (IllegalStateException e) { // it is closed
                                        } catch (IOException e) {
                                            throw new UncheckedIOException(e);
                                        }
                                    });
            Thread.sleep(i % 7);
            map.close();
            Map<String, ByteBuffer> closed = DurableFiles.contents(file());
            compacting.join();
            assertEquals(closed.keySet(), DurableFiles.contents(file()).keySet());
            assertEquals(closed, DurableFiles.contents(file()));
        }
    }

    @Test
    void savedCopiesAreMapsOfTheirOwn() throws Exception {
        Path copy = directory.resolve("copy.tophash");
        try (DurableMap<String, String> map = open(file())) {
            map.put("a", "1");
            map.saveTo(copy);
            map.put("a", "2");
            map.saveTo(directory.resolve(".").resolve("map.tophash")); // compacts
            assertTrue(Files.exists(file()));
            map.put("a", "3");
        }
        assertHas(copy, Map.of("a", "1"));
        assertHas(file(), Map.of("a", "3"));
    }

    /** Names of codecs that are longer than the room for them stand for themselves all the same. */
    @Test
    void longNamesOfCodecs() throws Exception {
        try (DurableMap<String, LongName> map =
                DurableMap.open(file(), String.class, LongName.class)) {
            map.put("a", new LongName(1, 2));
        }
        try (DurableMap<String, LongName> map =
                DurableMap.open(file(), String.class, LongName.class)) {
            assertEquals(Map.of("a", new LongName(1, 2)), map);
        }
        DamagedLogException e =
                assertThrows(
                        DamagedLogException.class,
                        () -> DurableMap.open(file(), String.class, OtherLongName.class));
        assertTrue(e.getMessage().contains("is the log of a map from"), e.getMessage());
    }

    /** Has a codec whose name does not fit. */
    public record LongName(
            long componentWithANameThatIsQuiteLong, long anotherComponentWithALongName) {}

    /** Its name begins as that one does. */
    public record OtherLongName(
            long componentWithANameThatIsQuiteLong, long anotherComponentWithAnOtherName) {}
}
