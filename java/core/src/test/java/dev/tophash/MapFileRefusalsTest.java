package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tophash.MapFileException.Reason;
import dev.tophash.internal.MapFiles;
import dev.tophash.internal.Status;
import dev.tophash.internal.ffi.tophash_h;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;

/** What is no map file, or not the one that was asked for, is refused with the reason. */
class MapFileRefusalsTest {
    private static final int N = 1000;

    @TempDir Path directory;
    private Path file;
    private long mapsBefore;

    @BeforeEach
    void save() throws IOException {
        file = directory.resolve("numbers");
        try (LongLongMap map = LongLongMap.create()) {
            for (int i = 0; i < N; i++) {
                map.put(i, ~i);
            }
            map.saveTo(file);
        }
        mapsBefore = Tophash.maps().size();
    }

    /** Opening, loading and asking is refused alike, and leaves nothing open. */
    private void refused(Reason reason, String message) {
        refused(reason, message, () -> MapFile.info(file));
        refusedToMaps(reason, message);
    }

    private void refusedToMaps(Reason reason, String message) {
        refused(reason, message, () -> LongLongMap.open(file).close());
        refused(reason, message, () -> LongLongMap.load(file).close());
    }

    private void refused(Reason reason, String message, Executable call) {
        MapFileException e = assertThrows(MapFileException.class, call);
        assertEquals(reason, e.reason(), e.getMessage());
        assertEquals(file, e.file());
        assertTrue(e.getMessage().startsWith(file + " "), e.getMessage());
        assertTrue(e.getMessage().contains(message), e.getMessage());
        assertEquals(mapsBefore, Tophash.maps().size());
    }

    private void change(long position, byte mask) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[(int) position] ^= mask;
        Files.write(file, bytes);
    }

    private void cutOff(long size) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(size);
        }
    }

    @Test
    void foreignFiles() throws IOException {
        Files.writeString(file, "key,value\n".repeat(2000));
        refused(Reason.NO_MAP_FILE, "is no map file");
    }

    @Test
    void emptyFiles() throws IOException {
        Files.write(file, new byte[0]);
        MapFileException e = assertThrows(MapFileException.class, () -> MapFile.info(file));
        assertTrue(List.of(Reason.NO_MAP_FILE, Reason.SIZE).contains(e.reason()), e.getMessage());
    }

    @Test
    void foldersAreNoFiles() throws IOException {
        Files.delete(file);
        Files.createDirectory(file);
        refused(Reason.KIND, "is no regular file");
    }

    @Test
    void filesThatWereCutOff() throws IOException {
        long size = Files.size(file);
        cutOff(size - 1);
        refused(Reason.SIZE, "has %,d bytes, must have %,d".formatted(size - 1, size));
    }

    @Test
    void filesThatHaveMoreThanTheyShould() throws IOException {
        long size = Files.size(file);
        Files.write(file, new byte[10], StandardOpenOption.APPEND);
        refused(Reason.SIZE, "has %,d bytes, must have %,d".formatted(size + 10, size));
    }

    @Test
    void aHeaderThatIsDamaged() throws IOException {
        change(100, (byte) 1);
        MapFileException e = assertThrows(MapFileException.class, () -> MapFile.info(file));
        refused(e.reason(), "");
        assertTrue(List.of(Reason.DAMAGED, Reason.SIZE).contains(e.reason()), e.getMessage());
    }

    /** Opening does not look; verifying and loading do. */
    @Test
    void entriesThatAreDamaged() throws IOException {
        change(Files.size(file) * 3 / 4, (byte) 0x10);
        MapFile.info(file);
        refused(Reason.DAMAGED, "is damaged: ", () -> LongLongMap.load(file).close());
        try (LongLongMap map = LongLongMap.open(file)) {
            MapFileException e = assertThrows(MapFileException.class, map::verify);
            assertEquals(Reason.DAMAGED, e.reason());
            assertTrue(e.getMessage().contains("the block at byte"), e.getMessage());
            for (int i = 0; i < N; i++) {
                map.get(i);
            }
            map.forEach((key, value) -> {});
        }
    }

    @Test
    void filesThatAreNotThere() throws IOException {
        Files.delete(file);
        for (Executable call :
                List.<Executable>of(
                        () -> MapFile.info(file),
                        () -> LongLongMap.open(file),
                        () -> LongLongMap.load(file))) {
            NoSuchFileException e = assertThrows(NoSuchFileException.class, call);
            assertEquals(file.toString(), e.getFile());
        }
    }

    @Test
    void placesThatCannotBeSavedTo() throws IOException {
        try (LongLongMap map = LongLongMap.create()) {
            map.put(1, 2);
            assertThrows(
                    NoSuchFileException.class,
                    () -> map.saveTo(directory.resolve("none").resolve("file")));
            Path folder = Files.createDirectory(directory.resolve("folder"));
            assertThrows(IOException.class, () -> map.saveTo(folder));
            assertTrue(Files.isDirectory(folder));
            assertThrows(FileSystemException.class, () -> map.saveTo(file.resolve("below")));
            assertThrows(NullPointerException.class, () -> map.saveTo(null));
            assertEquals(2, map.get(1));
            assertEquals(0, map.put(3, 4));
        }
        try (var files = Files.list(directory)) {
            assertEquals(2, files.count(), "the file and the folder");
        }
    }

    @Test
    void otherFileSystems() throws IOException {
        Path archive = directory.resolve("archive.zip");
        try (FileSystem zip = FileSystems.newFileSystem(archive, Map.of("create", "true"));
                LongLongMap map = LongLongMap.create()) {
            Path inside = zip.getPath("/map");
            assertThrows(IllegalArgumentException.class, () -> map.saveTo(inside));
            assertThrows(IllegalArgumentException.class, () -> LongLongMap.open(inside));
            assertThrows(IllegalArgumentException.class, () -> MapFile.info(inside));
        }
    }

    @Test
    void mapsThatWereNotOpened() throws IOException {
        try (LongLongMap map = LongLongMap.load(file)) {
            for (Executable call : List.<Executable>of(map::verify, map::warm, map::fileInfo)) {
                IllegalStateException e = assertThrows(IllegalStateException.class, call);
                assertEquals("this LongLongMap was not opened from a file", e.getMessage());
            }
        }
    }

    // ---- types and names ------------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource
    void otherTypes(FileKind kind) throws IOException {
        if (kind == FileKind.LONG_LONG) {
            return;
        }
        refused(Reason.TYPE, "", () -> kind.open(file).close());
        if (kind != FileKind.CONCURRENT_LONG_LONG) {
            refused(Reason.TYPE, "maps long to long, ", () -> kind.load(file).close());
        }
    }

    @Test
    void theMessageNamesBoth() throws IOException {
        refused(
                Reason.TYPE,
                "maps long to long, not string to long",
                () -> StringLongMap.open(file));
        refused(Reason.TYPE, "maps long to long, and is no set of int", () -> IntSet.open(file));
        try (LongSet set = LongSet.create()) {
            set.saveTo(file);
        }
        refused(Reason.TYPE, "is a set of long, not of int", () -> IntSet.load(file));
        refused(
                Reason.TYPE,
                "is a set of long, no map of long to int",
                () -> LongIntMap.open(file));
    }

    @Test
    void concurrentMapsAreOpenedAsWhatTheyAre() throws IOException {
        refused(
                Reason.TYPE,
                "is of an ordinary map, ConcurrentLongLongMap is another kind",
                () -> ConcurrentLongLongMap.open(file));
        try (ConcurrentLongLongMap map = ConcurrentLongLongMap.load(file)) {
            map.saveTo(file);
        }
        mapsBefore = Tophash.maps().size();
        refused(Reason.TYPE, "is of a concurrent map, ", () -> LongLongMap.open(file));
    }

    /** Called what it is not. */
    private record Named<T>(String name, Codec<T> codec) implements Codec<T> {
        @Override
        public long width() {
            return codec.width();
        }

        @Override
        public long alignment() {
            return codec.alignment();
        }

        @Override
        public boolean accepts(Object o) {
            return codec.accepts(o);
        }

        @Override
        public long encode(T value, MemorySegment target, long offset) {
            return codec.encode(value, target, offset);
        }

        @Override
        public T decode(MemorySegment source, long offset, long size) {
            return codec.decode(source, offset, size);
        }
    }

    @Test
    void widthsAreComparedWhateverTheName() throws IOException {
        Codec<Integer> key = new Named<>("long", Codecs.INTEGER);
        refused(
                Reason.TYPE,
                "has keys of 8 bytes, aligned to 8, not of 4 bytes, aligned to 4",
                () -> NativeMap.open(file, key, Codecs.LONG));
        Codec<String> value = new Named<>("long", Codecs.STRING);
        refused(
                Reason.TYPE,
                "has values of 8 bytes, aligned to 8, not of bytes",
                () -> NativeMap.load(file, Codecs.LONG, value));
    }

    enum Fruit {
        APPLE,
        PEAR
    }

    record Crate(Fruit fruit, int number) {}

    /** Names of different codecs differ though their encodings are alike. */
    @Test
    void codecsAreComparedByName() throws IOException {
        Codec<Fruit> fruits = Codecs.ofEnum(Fruit.class);
        try (NativeMap<Fruit, Crate> map = NativeMap.of(Fruit.class, Crate.class)) {
            map.put(Fruit.PEAR, new Crate(Fruit.APPLE, 3));
            map.saveTo(file);
        }
        try (NativeMap<Fruit, Crate> map = NativeMap.open(file, Fruit.class, Crate.class)) {
            assertEquals(Map.of(Fruit.PEAR, new Crate(Fruit.APPLE, 3)), map);
        }
        mapsBefore = Tophash.maps().size();
        String enumName = CodecNames.fit(fruits.name());
        assertEquals(enumName, MapFile.info(file).keyName());
        refused(
                Reason.TYPE,
                "maps " + enumName + " to record:",
                () -> NativeMap.open(file, Byte.class, Crate.class));
        refused(
                Reason.TYPE,
                "not " + enumName + " to long?",
                () -> NativeMap.open(file, fruits, Codecs.nullable(Codecs.LONG)));
    }

    // ---- what the system says -------------------------------------------------------------------

    private static IOException of(int osError, int what, Path file) {
        MapFiles.Problem problem =
                new MapFiles.Problem(tophash_h.TH_FILE_OS(), what, osError, 0, 0, 0);
        return assertThrows(
                IOException.class, () -> FileErrors.check(file, Status.BAD_FILE, problem, "doing"));
    }

    @ParameterizedTest
    @CsvSource({
        "28, 'writing it: no space left on the disk, error 28'",
        "122, 'writing it: the disk quota is used up, error 122'",
        "5, 'writing it: the device has failed, error 5'",
        "99, 'writing it: error 99'"
    })
    void errorsOfTheSystem(int osError, String reason) {
        FileSystemException e = (FileSystemException) of(osError, tophash_h.TH_FILE_WRITE(), file);
        assertEquals(file.toString(), e.getFile());
        assertEquals(reason, e.getReason());
    }

    @Test
    void errorsThatHaveExceptions() {
        assertTrue(of(2, tophash_h.TH_FILE_OPEN(), file) instanceof NoSuchFileException);
        assertTrue(of(13, tophash_h.TH_FILE_OPEN(), file) instanceof AccessDeniedException);
        assertFalse(of(5, tophash_h.TH_FILE_READ(), file) instanceof MapFileException);
    }
}
