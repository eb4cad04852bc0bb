package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/** Maps opened from files: their threads and processes, and what becomes of the file meanwhile. */
@Timeout(300)
class OpenedMapTest {
    private static final int N = 20_000;

    @TempDir Path directory;

    private Path saved(FileKind kind, int n) throws IOException {
        Path file = directory.resolve("map");
        try (OffHeap map = kind.filled(n)) {
            map.saveTo(file);
        }
        return file;
    }

    private static void inThreads(int threads, Callable<Void> work) throws Exception {
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            List<Future<Void>> running = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                running.add(pool.submit(work));
            }
            for (Future<Void> one : running) {
                one.get();
            }
        }
    }

    /** Of everything that reads, at the same time. */
    @ParameterizedTest
    @EnumSource(
            names = {
                "LONG_LONG",
                "LONG_SET",
                "STRING_LONG",
                "BYTES_BYTES",
                "NATIVE_MAP",
                "CONCURRENT_LONG_LONG",
                "CONCURRENT_NATIVE_MAP"
            })
    void manyThreadsRead(FileKind kind) throws Exception {
        Path file = saved(kind, N);
        AtomicLong saves = new AtomicLong();
        try (OffHeap map = kind.open(file)) {
            Object all = kind.copy(map);
            inThreads(
                    8,
                    () -> {
                        for (int i = 0; i < N; i++) {
                            assertTrue(kind.contains(map, i));
                            assertFalse(kind.contains(map, i + N));
                        }
                        assertEquals(all, kind.copy(map));
                        assertEquals(N, map.fullStats().size());
                        map.verify();
                        map.warm();
                        map.saveTo(directory.resolve("copy " + saves.incrementAndGet()));
                        return null;
                    });
            assertEquals(8, saves.get());
        }
    }

    @Test
    void batchesOfManyThreads() throws Exception {
        Path file = saved(FileKind.LONG_LONG, N);
        try (LongLongMap map = LongLongMap.open(file)) {
            inThreads(
                    8,
                    () -> {
                        long[] keys = new long[2 * N];
                        long[] values = new long[2 * N];
                        boolean[] found = new boolean[2 * N];
                        for (int i = 0; i < keys.length; i++) {
                            keys[i] = i;
                        }
                        for (int round = 0; round < 50; round++) {
                            assertEquals(N, map.getAll(keys, values));
                            assertEquals(N, map.containsAll(keys, found));
                        }
                        assertEquals(~5, values[5]);
                        assertEquals(0, values[N + 5]);
                        return null;
                    });
        }
    }

    /** Each reader gets right answers, and then the exception. */
    @ParameterizedTest
    @EnumSource(names = {"LONG_LONG", "NATIVE_MAP", "CONCURRENT_LONG_LONG"})
    void closingUnderReaders(FileKind kind) throws Exception {
        Path file = saved(kind, N);
        for (int round = 0; round < 20; round++) {
            OffHeap map = kind.open(file);
            AtomicLong reads = new AtomicLong();
            try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
                List<Future<Long>> readers = new ArrayList<>();
                for (int t = 0; t < 4; t++) {
                    boolean walks = t == 3;
                    readers.add(pool.submit(() -> readUntilClosed(kind, map, reads, walks)));
                }
                while (reads.get() < 1000) {
                    Thread.onSpinWait();
                }
                map.close();
                for (Future<Long> reader : readers) {
                    assertEquals(0, reader.get());
                }
            }
        }
    }

    private static long readUntilClosed(
            FileKind kind, OffHeap map, AtomicLong reads, boolean walks) {
        long wrong = 0;
        try {
            for (int i = 0; ; i++) {
                if (walks) {
                    kind.copy(map);
                } else if (!kind.contains(map, i % N)) {
                    wrong++;
                }
                reads.incrementAndGet();
            }
        } catch (IllegalStateException e) {
            return wrong;
        }
    }

    @Test
    void aFileMayBeReplacedAndRemoved() throws IOException {
        Path file = saved(FileKind.LONG_LONG, N);
        try (LongLongMap old = LongLongMap.open(file)) {
            try (LongLongMap other = LongLongMap.create()) {
                other.put(-1, -1);
                other.saveTo(file);
            }
            assertEquals(N, old.size());
            assertEquals(~7, old.get(7));
            try (LongLongMap now = LongLongMap.open(file)) {
                assertEquals(1, now.size());
                assertEquals(-1, now.get(-1));
                Files.delete(file);
                assertEquals(-1, now.get(-1));
                now.verify();
            }
            old.verify();
            assertEquals(~8, old.get(8));
            assertEquals(0, old.get(-1));
        }
    }

    /** Twice in this process too. */
    @Test
    void manyMapsOfOneFile() throws IOException {
        Path file = saved(FileKind.LONG_LONG, N);
        try (LongLongMap a = LongLongMap.open(file)) {
            try (LongLongMap b = LongLongMap.open(file)) {
                assertEquals(a.asMap(), b.asMap());
            }
            assertEquals(~9, a.get(9));
        }
    }

    /** What the other process does. */
    static final class Other {
        private Other() {}

        public static void main(String[] args) throws IOException {
            try (LongLongMap map = LongLongMap.open(Path.of(args[0]))) {
                map.verify();
                long sum = 0;
                for (int i = 0; i < N; i++) {
                    sum += map.get(i);
                }
                System.out.println(map.size() + " " + sum);
            }
        }
    }

    @Test
    void twoProcesses() throws Exception {
        Path file = saved(FileKind.LONG_LONG, N);
        try (LongLongMap map = LongLongMap.open(file)) {
            ForkedJvm.Result result =
                    ForkedJvm.run(directory, Other.class, List.of(file.toString()), 300);
            long sum = 0;
            for (int i = 0; i < N; i++) {
                sum += map.get(i);
            }
            assertEquals("", result.crash());
            assertEquals(N + " " + sum, result.output().strip());
        }
    }

    /** It takes next to no memory of its own, and is seen as any map. */
    @Test
    void theyCountLittle() throws IOException {
        Path file = saved(FileKind.LONG_LONG, 100 * N);
        long before = Tophash.nativeBytes();
        int maps = Tophash.maps().size();
        try (LongLongMap map = LongLongMap.open(file)) {
            assertEquals(~70, map.get(70));
            assertTrue(Tophash.nativeBytes() - before < 100_000);
            assertEquals(maps + 1, Tophash.maps().size());
            assertFalse(map.stats().growing());
        }
        assertEquals(maps, Tophash.maps().size());
        assertEquals(before, Tophash.nativeBytes());
    }

    // ---- files that are cut off -----------------------------------------------------------------

    private static void cutOff(Path file, long size) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(size);
        }
    }

    /** However it is read, it soon says so, and no crash. */
    @ParameterizedTest
    @ValueSource(strings = {"get", "walk", "batch", "save"})
    void aFileThatIsCutOff(String how) throws Exception {
        Path file = saved(FileKind.LONG_LONG, 5 * N);
        LongLongMap map = LongLongMap.open(file);
        assertEquals(~3, map.get(3));
        cutOff(file, 4096);
        long[] keys = new long[5 * N];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = i;
        }
        long deadline = System.nanoTime() + 30_000_000_000L;
        IllegalStateException e =
                assertThrows(
                        IllegalStateException.class,
                        () -> {
                            do {
                                switch (how) {
                                    case "get" -> map.get(3);
                                    case "walk" -> map.forEach((key, value) -> {});
                                    case "batch" -> map.getAll(keys, new long[keys.length]);
                                    default -> save(map);
                                }
                            } while (how.equals("get") && System.nanoTime() < deadline);
                        });
        assertTrue(e.getMessage().contains(file + " was cut off while it was open"), e::getMessage);
        assertTrue(map.isClosed());
        map.close();
    }

    private void save(LongLongMap map) {
        Path copy = directory.resolve("copy");
        try {
            map.saveTo(copy);
        } catch (MapFileException e) {
            assertEquals(MapFileException.Reason.CUT_OFF, e.reason());
            map.forEach((key, value) -> {});
        } catch (IOException e) {
            throw new AssertionError(e);
        } finally {
            assertFalse(Files.exists(copy), "zeros were saved");
        }
    }

    @Test
    void verifyingAFileThatIsCutOff() throws IOException {
        Path file = saved(FileKind.CONCURRENT_LONG_LONG, 5 * N);
        try (ConcurrentLongLongMap map = ConcurrentLongLongMap.open(file)) {
            cutOff(file, 4096);
            MapFileException e = assertThrows(MapFileException.class, map::verify);
            assertEquals(MapFileException.Reason.CUT_OFF, e.reason(), e.getMessage());
            assertThrows(IllegalStateException.class, () -> map.forEach((key, value) -> {}));
        }
    }

    /** Maps that nobody has closed are found. */
    @Test
    void aForgottenMapIsClosed() throws Exception {
        Path file = saved(FileKind.LONG_LONG, 10);
        int before = Tophash.maps().size();
        for (int i = 0; i < 10; i++) {
            assertEquals(~1, LongLongMap.open(file).get(1));
        }
        for (int i = 0; i < 500 && Tophash.maps().size() > before; i++) {
            System.gc();
            Thread.sleep(10);
        }
        assertEquals(before, Tophash.maps().size());
    }

    /** Of an iterator, an entry and views of an opened map. */
    @ParameterizedTest
    @EnumSource
    void nothingOfItCanBeWrittenTo(FileKind kind) throws IOException {
        Path file = saved(kind, 100);
        try (OffHeap map = kind.open(file)) {
            Object before = kind.copy(map);
            ReadOnlyChecks.check(kind.view(map));
            for (Runnable write :
                    List.<Runnable>of(
                            () -> kind.put(map, 1000),
                            () -> kind.put(map, 1),
                            () -> kind.remove(map, 1),
                            () -> map.reserve(10),
                            map::shrinkToFit,
                            () -> map.migrate(MemoryPolicy.STANDARD))) {
                UnsupportedOperationException e =
                        assertThrows(UnsupportedOperationException.class, write::run);
                assertTrue(
                        e.getMessage()
                                .matches(
                                        "this \\w+ was opened from \\Q"
                                                + file
                                                + "\\E and is read-only"),
                        e.getMessage());
            }
            assertEquals(before, kind.copy(map));
            assertEquals(100, kind.size(map));
            map.verify();
        }
        assertTrue(Map.of().isEmpty());
    }
}
