package dev.tophash.internal.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tophash.DamagedLogException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** The log's rule: what was safe comes back, what was not comes back whole or not at all. */
class LogTest {
    @TempDir Path directory;

    private LogFolder folder() {
        return folder(directory);
    }

    private static LogFolder folder(Path directory) {
        return new LogFolder(directory.resolve("map"), "string", "string");
    }

    private static RecordBuffer.Part text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return (target, at) -> {
            if (at + bytes.length <= target.byteSize()) {
                MemorySegment.copy(bytes, 0, target, ValueLayout.JAVA_BYTE, at, bytes.length);
            }
            return bytes.length;
        };
    }

    /** Opens a log; what it held, as "key=value", or "key" where it was removed. */
    private static Log open(LogFolder folder, List<String> found) throws IOException {
        return open(folder, Base.NO_FILE, found);
    }

    private static Log open(LogFolder folder, long file, List<String> found) throws IOException {
        return LogReader.open(
                        folder,
                        file,
                        (source, key, keyLength, value, valueLength) -> {
                            String text = text(source, key, keyLength);
                            found.add(
                                    valueLength < 0
                                            ? text
                                            : text + "=" + text(source, value, valueLength));
                        })
                .log();
    }

    private static String text(MemorySegment source, long at, long length) {
        byte[] bytes = source.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private List<String> reopened(LogFolder folder) throws IOException {
        List<String> found = new ArrayList<>();
        open(folder, found).close();
        return found;
    }

    @Test
    void givesBackWhatItTook() throws Exception {
        List<String> expected = new ArrayList<>();
        Base base = new Base(Base.NO_FILE, 1);
        List<String> found = new ArrayList<>();
        for (int round = 0; round < 5; round++) {
            found.clear();
            try (Log log = open(folder(), base.identity(), found)) {
                assertEquals(expected, found);
                for (int i = 0; i < 100; i++) {
                    String key = "k".repeat(i % 20) + i;
                    String value = "v".repeat(i * i % 5000);
                    log.add(text(key), i % 7 == 0 ? null : text(value));
                    expected.add(i % 7 == 0 ? key : key + "=" + value);
                    if (i % 10 == 0) {
                        log.sync();
                    }
                }
                if (round == 2) {
                    base = new Base(77, log.rotate());
                    log.announce(base);
                    log.follow(base);
                    folder().removeBefore(base.since());
                    expected.clear();
                }
            }
        }
        found.clear();
        open(folder(), base.identity(), found).close();
        assertEquals(expected, found);
    }

    @Test
    void largeRecordsAndFrames() throws Exception {
        List<String> found = new ArrayList<>();
        try (Log log = open(folder(), found)) {
            log.add(text("a"), text("x".repeat(3 << 20)));
            for (int i = 0; i < 3000; i++) {
                log.add(text("k" + i), text("y".repeat(1000)));
            }
        }
        found = reopened(folder());
        assertEquals(3001, found.size());
        assertEquals(2 + (3 << 20), found.getFirst().length());
    }

    /** A log with a frame for each record, of which all but the last few were synced. */
    private byte[] synced(int records) throws IOException {
        List<String> found = new ArrayList<>();
        Log log = open(folder(), found);
        for (int i = 0; i < records; i++) {
            log.add(text("key" + i), text("value" + i));
            log.sync();
        }
        byte[] bytes = Files.readAllBytes(folder().segment(1));
        log.close();
        return bytes;
    }

    private static List<String> prefix(int records) {
        List<String> prefix = new ArrayList<>();
        for (int i = 0; i < records; i++) {
            prefix.add("key" + i + "=value" + i);
        }
        return prefix;
    }

    private LogFolder withSegment(String name, byte[] content) throws IOException {
        Path other = Files.createDirectories(directory.resolve(name));
        LogFolder folder = folder(other);
        for (long number : folder.segments()) {
            Files.delete(folder.segment(number));
        }
        Files.write(folder.segment(1), content);
        return folder;
    }

    @Test
    void everyPrefixIsAPrefixOfWhatWasWritten() throws Exception {
        byte[] whole = synced(4);
        int most = 0;
        for (int length = 0; length <= whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            LogFolder folder = withSegment("prefix", cut);
            List<String> found = reopened(folder);
            assertEquals(prefix(found.size()), found, "of " + length + " bytes");
            assertTrue(found.size() >= most, "a longer file has less");
            most = found.size();
            if (length % 16 == 0) {
                assertEquals(found, reopened(folder), "opened again");
            }
        }
        assertEquals(4, most);
    }

    @Test
    void lastFrameTornInAnyWayIsLeftOut() throws Exception {
        byte[] whole = synced(4);
        int lastFrame = (whole.length - LogFormat.HEADER) / 4;
        for (int at = whole.length - lastFrame; at < whole.length; at++) {
            byte[] torn = whole.clone();
            torn[at] ^= 0x10;
            assertEquals(prefix(3), reopened(withSegment("torn", torn)), "at " + at);
        }
    }

    @Test
    void damageToWhatWasSafeIsReported() throws Exception {
        byte[] whole = synced(5);
        int frame = (whole.length - LogFormat.HEADER) / 5;
        for (int at = 0; at < whole.length - 2 * frame; at++) {
            byte[] damaged = whole.clone();
            damaged[at] ^= 1;
            LogFolder folder = withSegment("damaged", damaged);
            assertThrows(DamagedLogException.class, () -> reopened(folder), "at " + at);
            assertEquals(damaged.length, Files.size(folder.segment(1)), "nothing is cut off");
        }
    }

    @Test
    void closedWellAllOfItIsSafe() throws Exception {
        synced(3); // and closed
        byte[] whole = Files.readAllBytes(folder().segment(1));
        for (int at = LogFormat.HEADER; at < whole.length - LogFormat.FRAME_HEADER; at++) {
            byte[] damaged = whole.clone();
            damaged[at] ^= 0x40;
            LogFolder folder = withSegment("closed", damaged);
            assertThrows(DamagedLogException.class, () -> reopened(folder), "at " + at);
        }
    }

    @Test
    void missingSegmentIsReported() throws Exception {
        for (int i = 0; i < 3; i++) {
            synced(1);
        }
        List<Long> segments = folder().segments();
        assertEquals(List.of(1L, 2L, 3L), segments);
        Files.delete(folder().segment(2));
        DamagedLogException e = assertThrows(DamagedLogException.class, () -> reopened(folder()));
        assertTrue(e.getMessage().contains("map.log.2 is missing"), e.getMessage());
    }

    @Test
    void segmentsInAnotherOrderAreReported() throws Exception {
        for (int i = 0; i < 2; i++) {
            synced(1);
        }
        Path first = folder().segment(1);
        Path second = folder().segment(2);
        Path aside = directory.resolve("aside");
        Files.move(first, aside);
        Files.move(second, first);
        Files.move(aside, second);
        assertThrows(DamagedLogException.class, () -> reopened(folder()));
    }

    @Test
    void logsOfOtherMapsAndVersionsAreRefused() throws Exception {
        byte[] whole = synced(1);
        LogFolder other = new LogFolder(directory.resolve("map"), "long", "string");
        DamagedLogException e = assertThrows(DamagedLogException.class, () -> reopened(other));
        assertTrue(e.getMessage().contains("from string to string, not from long to string"));
        whole[8] = 9;
        e = assertThrows(DamagedLogException.class, () -> reopened(withSegment("newer", whole)));
        assertTrue(e.getMessage().contains("version 9"), e.getMessage());
        byte[] foreign = "a text that somebody has put here, long enough".repeat(9).getBytes();
        assertThrows(DamagedLogException.class, () -> reopened(withSegment("foreign", foreign)));
    }

    @Test
    void segmentWithoutHeaderIsDropped() throws Exception {
        synced(2);
        Files.write(folder().segment(2), new byte[100]);
        assertEquals(prefix(2), reopened(folder()));
        assertEquals(List.of(1L, 2L), folder().segments());
    }

    @Test
    void segmentWithoutHeaderBeforeAnotherIsDamage() throws Exception {
        synced(2);
        synced(1);
        Path first = folder().segment(1);
        for (int length : new int[] {0, 100, LogFormat.HEADER - 1}) {
            Files.write(first, new byte[length]);
            DamagedLogException e =
                    assertThrows(DamagedLogException.class, () -> reopened(folder()));
            assertEquals(first + " has no header", e.getMessage());
        }
    }

    /** What lay on the disk before may be a frame as well, but it has another number. */
    @Test
    void frameOfAnotherNumberEndsTheLog() throws Exception {
        byte[] whole = synced(4);
        int frame = (whole.length - LogFormat.HEADER) / 4;
        for (int other = 0; other < 3; other++) {
            byte[] stale = whole.clone();
            int from = LogFormat.HEADER + other * frame;
            System.arraycopy(whole, from, stale, whole.length - frame, frame);
            assertEquals(prefix(3), reopened(withSegment("stale" + other, stale)));
        }
    }

    @Test
    void segmentsEndWhenTheyAreLarge() throws Exception {
        int records = 3000;
        try (Log log = open(folder(), new ArrayList<>())) {
            log.shortenSegments(3 << 20);
            for (int i = 0; i < records; i++) {
                log.add(text("key" + i), text("v".repeat(3000)));
            }
        }
        List<Long> segments = folder().segments();
        assertEquals(List.of(1L, 2L, 3L), segments);
        for (long one : segments.subList(0, 2)) {
            long size = Files.size(folder().segment(one));
            assertTrue(size >= 3 << 20 && size < 5 << 20, size + " bytes in segment " + one);
        }
        List<String> found = reopened(folder());
        assertEquals(records, found.size());
        assertTrue(found.getLast().startsWith("key" + (records - 1) + "="));
        assertEquals(512L << 20, Log.LARGE_SEGMENT);
    }

    /** What has to be read when the map is opened: all of it until another file is there. */
    @Test
    void bytesAreThoseThatNoFileHas() throws Exception {
        try (Log log = open(folder(), new ArrayList<>())) {
            log.add(text("a"), text("b".repeat(1000)));
            log.sync();
            long before = log.bytes();
            assertTrue(before > 1000 && before < 1100, before + " bytes");
            log.rotate(); // of a compaction that fails
            Base base = new Base(77, log.rotate());
            assertEquals(before, log.bytes());
            log.add(text("c"), text("d".repeat(500)));
            log.announce(base);
            log.follow(base);
            assertTrue(log.bytes() > 500 && log.bytes() < 700, log.bytes() + " bytes");
            log.follow(base);
            assertTrue(log.bytes() > 500, "nothing more is gone");
        }
    }

    @Test
    void recordsHaveALimit() throws Exception {
        try (Log log = open(folder(), new ArrayList<>())) {
            for (long length : new long[] {1L << 30, 3L << 30}) {
                RecordBuffer.Part large = (target, at) -> length;
                for (boolean key : new boolean[] {true, false}) {
                    IllegalArgumentException e =
                            assertThrows(
                                    IllegalArgumentException.class,
                                    () -> log.add(key ? large : text("a"), large));
                    assertTrue(e.getMessage().endsWith("a log takes 1073741824"), e.getMessage());
                }
            }
            log.add(text("a"), text("b"));
        }
        assertEquals(List.of("a=b"), reopened(folder()), "nothing of what was refused");
    }

    @Test
    void closedLogTakesNothing() throws Exception {
        Log log = open(folder(), new ArrayList<>());
        log.add(text("a"), text("b"));
        log.close();
        log.close();
        assertThrows(IllegalStateException.class, () -> log.add(text("c"), text("d")));
        assertEquals(List.of("a=b"), reopened(folder()));
    }

    @Test
    void manyThreadsShareSyncs() throws Exception {
        int threads = 8;
        int each = 200;
        try (Log log = open(folder(), new ArrayList<>())) {
            List<Thread> running = new ArrayList<>();
            AtomicInteger failures = new AtomicInteger();
            for (int t = 0; t < threads; t++) {
                int me = t;
                running.add(
                        Thread.ofVirtual()
                                .start(
                                        () -> {
                                            try {
                                                for (int i = 0; i < each; i++) {
                                                    log.await(log.add(text(me + ":" + i), null));
                                                }
                                            } catch (IOException e) {
                                                failures.incrementAndGet();
                                            }
                                        }));
            }
            for (int i = 0; i < 5; i++) {
                Thread.sleep(5);
                log.rotate();
            }
            for (Thread one : running) {
                one.join();
            }
            assertEquals(0, failures.get());
        }
        List<String> found = reopened(folder());
        assertEquals(threads * each, found.size());
        for (int t = 0; t < threads; t++) {
            String me = t + ":";
            List<String> mine = found.stream().filter(r -> r.startsWith(me)).toList();
            for (int i = 0; i < each; i++) {
                assertEquals(me + i, mine.get(i), "in the order in which one thread wrote");
            }
        }
    }

    @Test
    void interruptedThreadsGoOn() throws Exception {
        try (Log log = open(folder(), new ArrayList<>())) {
            Thread.currentThread().interrupt();
            log.await(log.add(text("a"), text("b")));
            log.rotate();
            assertTrue(Thread.interrupted());
        }
        assertEquals(List.of("a=b"), reopened(folder()));
    }
}
