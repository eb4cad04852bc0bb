package dev.tophash.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tophash.Codecs;
import dev.tophash.ConcurrentNativeSet;
import dev.tophash.LongSet;
import dev.tophash.MapFile;
import dev.tophash.MapFileInfo;
import dev.tophash.MapStats;
import dev.tophash.NativeMap;
import dev.tophash.NativeSet;
import dev.tophash.OffHeap;
import dev.tophash.StringLongMap;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Arrays;
import java.util.UUID;

/** {@code stat} and {@code verify}, files of types that are not known, and files that are none. */
class MapFileCommandsTest {
    @TempDir Path temp;

    /** A key of a program of its own. */
    record Point(int x, int y) {}

    private String saved(OffHeap map) throws IOException {
        Path file = temp.resolve("map");
        try (map) {
            map.saveTo(file);
        }
        return file.toString();
    }

    private String counts(int entries) throws IOException {
        StringLongMap map = StringLongMap.create();
        for (int i = 0; i < entries; i++) {
            map.put("key number " + i, i);
        }
        return saved(map);
    }

    private String points() throws IOException {
        NativeMap<Point, UUID> map = NativeMap.create(Codecs.ofRecord(Point.class), Codecs.UUID);
        map.put(new Point(1, 2), UUID.randomUUID());
        return saved(map);
    }

    @Test
    void stat() throws Exception {
        String file = counts(1000);
        Printed printed = Printed.by("stat", file).quiet();
        assertEquals("map", printed.row("kind"));
        assertEquals("string (bytes)", printed.row("keys"));
        assertEquals("long (8 bytes, aligned to 8)", printed.row("values"));
        assertEquals("1,000", printed.row("entries"));
        assertEquals("%,d".formatted(Files.size(Path.of(file))), printed.row("bytes"));
        assertTrue(printed.row("saved").matches("\\d{4}-\\d\\d-\\d\\dT.*Z"), printed.out());
        assertTrue(printed.row("saved by").contains("Tophash"), printed.out());
        assertEquals("1 of the format", printed.row("version"));
        assertTrue(printed.row("identity").matches("[0-9a-f]{16}"), printed.out());
        assertTrue(printed.line("occupancy").contains("8:"), printed.out());
        assertTrue(printed.out().contains("1,000 in 256 buckets"), printed.out());
    }

    @Test
    void verify() throws Exception {
        String file = counts(1000);
        String bytes = "%,d".formatted(Files.size(Path.of(file)));
        String line = Printed.by("verify", file).quiet().out();
        assertTrue(line.startsWith(file + ": whole, 1,000 entries, " + bytes + " bytes, "), line);
    }

    @Test
    void damageInTheEntries() throws Exception {
        Path file = Path.of(counts(1000));
        byte[] content = Files.readAllBytes(file);
        content[content.length / 2] ^= 1;
        Files.write(file, content);
        Printed printed = Printed.by("verify", file.toString());
        assertEquals(1, printed.status(), printed.out());
        assertTrue(
                printed.err().startsWith("tophash verify: " + file + " is damaged: "),
                printed.err());
        assertEquals(1, printed.err().lines().count());
    }

    @ParameterizedTest
    @ValueSource(strings = {"stat", "verify", "get", "dump"})
    void whatIsNoMapFile(String command) throws Exception {
        int status = command.equals("verify") ? 1 : 2;
        String[] key = command.equals("get") ? new String[] {"a"} : new String[0];
        Path file = Files.writeString(temp.resolve("text"), "no map ".repeat(1000));
        assertRefused(status, " is no map file", command, file, key);
        assertRefused(status, "", command, Files.writeString(file, ""), key);
        byte[] content = Files.readAllBytes(Path.of(counts(1000)));
        Files.write(file, Arrays.copyOf(content, content.length - 1));
        assertRefused(status, " bytes, must have ", command, file, key);
        content[20] ^= 1;
        assertRefused(status, "", command, Files.write(file, content), key);
        assertRefused(status, " is no regular file", command, temp, key);
        assertRefused(2, ": no such file", command, temp.resolve("none"), key);
    }

    private static void assertRefused(
            int status, String reason, String command, Path file, String... key) {
        String[] arguments = new String[key.length + 1];
        arguments[0] = file.toString();
        System.arraycopy(key, 0, arguments, 1, key.length);
        Printed printed = Printed.by(command, arguments);
        assertEquals(status, printed.status(), printed.err());
        assertEquals("", printed.out());
        assertEquals(1, printed.err().lines().count(), printed.err());
        assertTrue(printed.err().startsWith("tophash " + command + ": " + file), printed.err());
        assertTrue(printed.err().contains(reason), printed.err());
    }

    @Test
    void typesOfAnotherProgram() throws Exception {
        String file = points();
        Printed stat = Printed.by("stat", file).quiet();
        assertTrue(stat.row("keys").contains("Point"), stat.out());
        assertEquals("uuid (16 bytes, aligned to 8)", stat.row("values"));
        assertEquals("1", stat.row("entries"));
        Printed.by("verify", file).quiet();
        Printed.by("get", file, "1").refused("Point").refused("this command can show no types but");
        Printed.by("dump", file).refused("values are \"uuid\"");
    }

    @Test
    void sets() throws Exception {
        LongSet set = LongSet.create();
        set.add(7);
        String file = saved(set);
        Printed stat = Printed.by("stat", file).quiet();
        assertEquals("set", stat.row("kind"));
        assertEquals("nothing", stat.row("values"));
        Printed.by("verify", file).quiet();
        ConcurrentNativeSet<String> concurrent = ConcurrentNativeSet.create(Codecs.STRING);
        concurrent.add("a");
        file = saved(concurrent);
        stat = Printed.by("stat", file).quiet();
        assertTrue(stat.row("kind").matches("concurrent set, \\d+ shards"), stat.out());
        Printed.by("verify", file).quiet();
        NativeSet<Point> points = NativeSet.create(Codecs.ofRecord(Point.class));
        points.add(new Point(1, 2));
        file = saved(points);
        Printed.by("verify", file).quiet();
        Printed dump = Printed.by("dump", file).refused("Point");
        assertFalse(dump.err().contains("values are"), dump.err());
    }

    @Test
    void statAsJson() throws Exception {
        String file = counts(1000);
        MapFileInfo info = MapFile.info(Path.of(file));
        Printed printed = Printed.by("stat --json", file).quiet();
        assertEquals(1, printed.out().lines().count());
        JsonNode stat = JsonMapper.shared().readTree(printed.out());
        assertEquals(file, stat.get("file").asString());
        assertEquals("map", stat.get("kind").asString());
        assertEquals(0, stat.get("shards").asInt());
        assertEquals(json("{'codec':'string','bytes':null,'alignment':1}"), stat.get("keys"));
        assertEquals(json("{'codec':'long','bytes':8,'alignment':8}"), stat.get("values"));
        assertEquals(1000, stat.get("entries").asLong());
        assertEquals(Files.size(Path.of(file)), stat.get("bytes").asLong());
        assertEquals(info.created(), Instant.parse(stat.get("saved").asString()));
        assertEquals(info.tool(), stat.get("savedBy").asString());
        assertEquals(1, stat.get("version").asInt());
        String identity = stat.get("identity").asString();
        assertEquals(info.identity(), Long.parseUnsignedLong(identity, 16));
        assertEquals(16, identity.length());
    }

    @Test
    void layoutAsJson() throws Exception {
        String file = counts(1000);
        JsonNode layout =
                JsonMapper.shared()
                        .readTree(Printed.by("stat --json", file).quiet().out())
                        .get("layout");
        try (StringLongMap map = StringLongMap.open(Path.of(file))) {
            MapStats stats = map.fullStats();
            assertEquals(256, layout.get("buckets").asLong());
            assertEquals(stats.load(), layout.get("load").asDouble());
            assertEquals(stats.overflowBuckets(), layout.get("overflowBuckets").asLong());
            assertEquals(stats.longestChain(), layout.get("longestChain").asLong());
            assertEquals(stats.growAt(), layout.get("growAt").asLong());
            assertEquals(stats.headerBytes(), layout.get("headerBytes").asLong());
            assertEquals(stats.bucketBytes(), layout.get("bucketBytes").asLong());
            assertEquals(stats.overflowBytes(), layout.get("overflowBytes").asLong());
            assertEquals(stats.keyBytesLive(), layout.get("heapBytes").asLong());
            assertEquals(stats.keyBytesDead(), layout.get("heapBytesFree").asLong());
            assertEquals(json(stats.occupancy().toString()), layout.get("occupancy"));
            assertEquals(json(stats.chains().toString()), layout.get("chains"));
            assertEquals(json(stats.hitProbes().toString()), layout.get("hitProbes"));
            assertEquals(json(stats.missProbes().toString()), layout.get("missProbes"));
        }
    }

    @Test
    void statOfSetsAsJson() throws Exception {
        ConcurrentNativeSet<Integer> set =
                ConcurrentNativeSet.builder(Codecs.INTEGER).shards(32).build();
        set.add(1);
        JsonNode stat =
                JsonMapper.shared().readTree(Printed.by("stat --json", saved(set)).quiet().out());
        assertEquals("set", stat.get("kind").asString());
        assertEquals(32, stat.get("shards").asInt());
        assertTrue(stat.get("values").isNull());
        Printed.by("stat --json", temp + "/none").refused("no such file");
    }

    /** With other quotes. */
    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text.replace('\'', '"'));
    }

    @Test
    void emptyMaps() throws Exception {
        String file = saved(StringLongMap.create());
        assertEquals("0", Printed.by("stat", file).quiet().row("entries"));
        Printed.by("verify", file).quiet();
        Printed printed = Printed.by("get", file, "a");
        assertEquals(new Printed(1, "", "not there: a\n"), printed);
    }

    @Test
    void cutOffWhileItIsRead() throws Exception {
        String file = counts(100_000);
        MapFileInfo info = MapFile.info(Path.of(file));
        EntryTypes<?, ?> types = EntryTypes.of(file, info);
        CommandFailure failure =
                assertThrows(
                        CommandFailure.class,
                        () ->
                                MapFiles.read(
                                        file,
                                        info,
                                        types,
                                        map -> {
                                            cut(file);
                                            map.entries().forEach((key, value) -> {});
                                        }));
        assertEquals(Main.FAILURE, failure.status);
        assertTrue(failure.getMessage().startsWith(file + ": "), failure.getMessage());
        assertTrue(failure.getMessage().contains("cut off"), failure.getMessage());
    }

    private static void cut(String file) {
        try (FileChannel channel = FileChannel.open(Path.of(file), StandardOpenOption.WRITE)) {
            channel.truncate(10_000);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
