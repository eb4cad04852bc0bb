package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/** What is saved is what is opened and loaded, for every type. */
class MapFilesTest {
    @TempDir Path directory;

    private Path save(OffHeap map) throws IOException {
        Path file = directory.resolve("map");
        map.saveTo(file);
        try (Stream<Path> files = Files.list(directory)) {
            assertEquals(List.of(file), files.toList(), "nothing else is left");
        }
        return file;
    }

    /** Saves a map of so many entries, and reads it in both ways. */
    private void comesBack(FileKind kind, OffHeap map, int n) throws IOException {
        Path file = save(map);
        Object entries = kind.copy(map);
        assertEquals(n, kind.size(map));
        assertFalse(map.isReadOnly());
        try (OffHeap opened = kind.open(file);
                OffHeap loaded = kind.load(file)) {
            for (OffHeap same : List.of(opened, loaded)) {
                assertEquals(n, kind.size(same));
                for (int i = 0; i < n; i++) {
                    assertTrue(kind.contains(same, i), "number " + i);
                }
                assertFalse(kind.contains(same, n));
                assertEquals(entries, kind.copy(same));
                assertEquals(n, same.stats().size());
                assertEquals(n, same.fullStats().size());
            }
            assertTrue(opened.isReadOnly());
            assertEquals(n, opened.fileInfo().entries());
            assertEquals(Files.size(file), opened.fileInfo().bytes());
            opened.verify();
            opened.warm();
            assertThrows(UnsupportedOperationException.class, () -> kind.put(opened, n));
            assertEquals(entries, kind.copy(opened));

            assertFalse(loaded.isReadOnly());
            kind.put(loaded, n);
            assertEquals(n + 1, kind.size(loaded));
            kind.remove(loaded, n);
            assertEquals(entries, kind.copy(loaded));
        }
    }

    @ParameterizedTest
    @EnumSource
    void emptyMaps(FileKind kind) throws IOException {
        try (OffHeap map = kind.create()) {
            comesBack(kind, map, 0);
            assertEquals(0, map.nativeBytes(), "saving makes no native map");
            kind.put(map, 1);
            kind.remove(map, 1);
            comesBack(kind, map, 0);
        }
    }

    @ParameterizedTest
    @EnumSource
    void smallMaps(FileKind kind) throws IOException {
        for (int n : new int[] {1, 2, 9, 1000}) {
            try (OffHeap map = kind.filled(n)) {
                comesBack(kind, map, n);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void largeMaps(FileKind kind) throws IOException {
        int n = Effort.EMULATED ? 10_000 : 100_000;
        try (OffHeap map = kind.filled(n)) {
            comesBack(kind, map, n);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.MATCH_NONE, names = "CONCURRENT_.*")
    void growingMaps(FileKind kind) throws IOException {
        try (OffHeap map = kind.create()) {
            int n = 0;
            while (n < 5000 || !map.stats().growing()) {
                kind.put(map, n++);
            }
            comesBack(kind, map, n);
            kind.put(map, n); // and it can be written to as before
            assertTrue(kind.contains(map, n));
        }
    }

    @ParameterizedTest
    @EnumSource
    void anOpenedMapCanBeSaved(FileKind kind) throws IOException {
        try (OffHeap map = kind.filled(500)) {
            Path file = save(map);
            Path second = directory.resolve("second");
            try (OffHeap opened = kind.open(file)) {
                opened.saveTo(second);
                opened.saveTo(file); // also over the very file
                assertEquals(kind.copy(map), kind.copy(opened));
            }
            for (Path one : List.of(file, second)) {
                try (OffHeap again = kind.open(one)) {
                    again.verify();
                    assertEquals(kind.copy(map), kind.copy(again));
                }
            }
        }
    }

    @Test
    void aFileSaysWhatIsInIt() throws IOException {
        Instant before = Instant.now();
        try (NativeMap<String, Long> map = NativeMap.of(String.class, Long.class)) {
            map.put("a", 1L);
            Path file = save(map);
            MapFileInfo info = MapFile.info(file);
            assertEquals(1, info.version());
            assertEquals(0, info.shards());
            assertEquals("string", info.keyName());
            assertEquals("long", info.valueName());
            assertEquals(Layout.Slot.of(Codecs.STRING), info.keySlot());
            assertEquals(new Layout.Slot(8, 8), info.valueSlot());
            assertFalse(info.isSet());
            assertEquals("bytes", info.keyType());
            assertEquals("8 bytes, aligned to 8", info.valueType());
            assertEquals(1, info.entries());
            assertEquals(Files.size(file), info.bytes());
            assertTrue(Duration.between(before, info.created()).abs().toSeconds() < 100);
            assertEquals("Tophash " + Tophash.version() + " for Java", info.tool());
            try (NativeMap<String, Long> opened = NativeMap.open(file, String.class, Long.class)) {
                assertEquals(info, opened.fileInfo());
            }
        }
        try (ConcurrentNativeSet<Byte> set =
                ConcurrentNativeSet.builder(Codecs.BYTE).shards(32).build()) {
            MapFileInfo info = MapFile.info(save(set));
            assertEquals(32, info.shards());
            assertEquals("byte", info.keyName());
            assertEquals("", info.valueName());
            assertTrue(info.isSet());
            assertEquals(new Layout.Slot(1, 1), info.keySlot());
            assertEquals(new Layout.Slot(0, 1), info.valueSlot());
            assertEquals("1 byte", info.keyType());
            assertEquals("nothing", info.valueType());
        }
    }

    /** The same entries by other classes have the same file. */
    @Test
    void kindredTypesReadEachOther() throws IOException {
        try (LongLongMap map = LongLongMap.create();
                StringLongMap strings = StringLongMap.create()) {
            map.put(3, 4);
            Path file = save(map);
            try (NativeMap<Long, Long> other = NativeMap.open(file, Long.class, Long.class);
                    ConcurrentLongLongMap concurrent = ConcurrentLongLongMap.load(file)) {
                assertEquals(4, other.get(3L));
                assertEquals(4, concurrent.get(3));
                assertEquals(0, concurrent.put(5, 6));
                concurrent.saveTo(file);
            }
            try (LongLongMap again = LongLongMap.load(file)) {
                assertEquals(2, again.size());
                assertEquals(4, again.get(3));
                assertEquals(6, again.get(5));
            }
            strings.put("\u00e9", 7);
            file = save(strings);
            try (NativeMap<String, Long> other = NativeMap.open(file, String.class, Long.class)) {
                assertEquals(7, other.get("\u00e9"));
            }
        }
    }

    @Test
    void buildersLoadWithWhatTheyChoose() throws IOException {
        try (LongLongMap map = LongLongMap.create()) {
            map.put(3, 4);
            Path file = save(map);
            try (LongLongMap loaded =
                    LongLongMap.builder()
                            .name("loaded")
                            .defaultValue(-1)
                            .expectedSize(100_000)
                            .load(file)) {
                assertEquals(4, loaded.get(3));
                assertEquals(-1, loaded.get(4));
                assertTrue(loaded.nativeBytes() > 1_000_000);
                assertTrue(Tophash.maps().stream().anyMatch(m -> m.name().equals("loaded")));
            }
            try (ConcurrentLongLongMap loaded =
                    ConcurrentLongLongMap.builder().shards(2).defaultValue(-1).load(file)) {
                assertEquals(4, loaded.get(3));
                assertEquals(-1, loaded.put(4, 5));
                loaded.saveTo(file);
                assertEquals(2, MapFile.info(file).shards());
            }
        }
    }

    @Test
    void pathsMayHaveAnyCharacters() throws IOException {
        Path file = directory.resolve("a b%41 \u00e9\u2603 #?");
        try (LongSet set = LongSet.create()) {
            set.add(1);
            set.saveTo(file);
            assertTrue(Files.exists(file));
            try (LongSet opened = LongSet.open(file)) {
                assertTrue(opened.contains(1));
            }
        }
    }
}
