package dev.tophash.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tophash.Codec;
import dev.tophash.Codecs;
import dev.tophash.ConcurrentNativeMap;
import dev.tophash.NativeMap;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.Function;

/** Map files to text, and from there to map files with the same entries. */
class DumpCommandTest {
    private static final String CHARS = "ab,\"\t\n\r\\'\u00e9\u20ac\ufeff \0";

    @TempDir Path temp;

    private <K, V> Path saved(Codec<K> keys, Codec<V> values, Map<K, V> entries)
            throws IOException {
        Path file = temp.resolve("map");
        try (NativeMap<K, V> map = NativeMap.create(keys, values)) {
            map.putAll(entries);
            map.saveTo(file);
        }
        return file;
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(20); i > 0; i--) {
            text.append(CHARS.charAt(random.nextInt(CHARS.length())));
        }
        return text.toString();
    }

    private <K, V> void assertComesBack(
            Codec<K> keys,
            Codec<V> values,
            String types,
            String format,
            Function<Random, K> key,
            Function<Random, V> value)
            throws Exception {
        Random random = new Random(5);
        Map<K, V> entries = new HashMap<>();
        for (int i = 0; i < 10_000; i++) {
            entries.put(key.apply(random), value.apply(random));
        }
        String dumped = temp.resolve("dumped").toString();
        String again = temp.resolve("again").toString();
        String map = saved(keys, values, entries).toString();
        Printed.by("dump " + format + " -o", dumped, map).quiet();
        String options = format.contains("--format") ? format : format + " --format=tsv";
        Printed.by(
                        "index --on-duplicate=error --types="
                                + types
                                + " "
                                + options.strip()
                                + " -o",
                        again,
                        dumped)
                .quiet();
        try (NativeMap<K, V> opened = NativeMap.open(Path.of(again), keys, values)) {
            assertEquals(entries, new HashMap<>(opened));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--format=csv", "--escapes"})
    void strings(String format) throws Exception {
        assertComesBack(
                Codecs.STRING,
                Codecs.STRING,
                "string:string",
                format,
                DumpCommandTest::text,
                DumpCommandTest::text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--format=csv", "--format=tsv"})
    void numbers(String format) throws Exception {
        assertComesBack(
                Codecs.LONG, Codecs.INTEGER, "long:int", format, Random::nextLong, Random::nextInt);
        assertComesBack(
                Codecs.DOUBLE,
                Codecs.DOUBLE,
                "double:double",
                format,
                random -> Double.longBitsToDouble(random.nextLong()),
                random -> random.nextInt(3) / (double) random.nextInt(2) * -1);
    }

    /** A reader takes one byte order mark away, so there is one more. */
    @ParameterizedTest
    @ValueSource(strings = {"--format=csv", "--format=tsv"})
    void markInTheFirstKey(String format) throws Exception {
        assertComesBack(
                Codecs.STRING, Codecs.LONG, "string:long", format, r -> "\ufeffkey", r -> 1L);
    }

    @Test
    void toStandardOutput() throws Exception {
        String map = saved(Codecs.LONG, Codecs.STRING, Map.of(1L, "a", 2L, "b,c")).toString();
        String tsv = Printed.by("dump", map).quiet().out();
        assertEquals("[1\ta, 2\tb,c]", new TreeSet<>(tsv.lines().toList()).toString());
        String csv = Printed.by("dump --format csv", map).quiet().out();
        assertEquals("[1,a, 2,\"b,c\"]", new TreeSet<>(csv.lines().toList()).toString());
        String empty = saved(Codecs.LONG, Codecs.LONG, Map.of()).toString();
        assertEquals("", Printed.by("dump", empty).quiet().out());
    }

    @Test
    void readerThatGoesAwayIsNoError() throws Exception {
        Map<Long, Long> entries = new HashMap<>();
        for (long i = 0; i < 100_000; i++) {
            entries.put(i, i);
        }
        Path err = temp.resolve("err");
        for (String format : new String[] {"tsv", "csv"}) {
            Process process =
                    Jvm.command(
                                    "dump",
                                    "--format",
                                    format,
                                    saved(Codecs.LONG, Codecs.LONG, entries))
                            .redirectError(err.toFile())
                            .start();
            try (InputStream out = process.getInputStream()) {
                assertEquals(4, out.readNBytes(4).length);
            }
            assertEquals(0, process.waitFor(), Files.readString(err));
            assertEquals("", Files.readString(err));
        }
    }

    @Test
    void entriesThatPlainTsvCannotHave() throws Exception {
        Path out = temp.resolve("out");
        String map = saved(Codecs.STRING, Codecs.LONG, Map.of("a\tb", 1L)).toString();
        Printed printed = Printed.by("dump -o", out.toString(), map);
        assertEquals(1, printed.status());
        assertTrue(printed.err().contains("key \"a\\tb\": has a tab or a line end"), printed.err());
        assertFalse(Files.exists(out), "half a dump");
    }

    @Test
    void concurrentMaps() throws Exception {
        Path file = temp.resolve("shards");
        try (var map = ConcurrentNativeMap.create(Codecs.STRING, Codecs.LONG)) {
            map.put("a", 2L);
            map.saveTo(file);
        }
        assertEquals("a\t2\n", Printed.by("dump", file.toString()).quiet().out());
    }

    @Test
    void neverOntoTheMapFile() throws Exception {
        Path map = saved(Codecs.LONG, Codecs.LONG, Map.of(1L, 2L));
        byte[] before = Files.readAllBytes(map);
        Path link = Files.createSymbolicLink(temp.resolve("link"), map);
        Printed.by("dump -o", map.toString(), map.toString()).refused("is the map file itself");
        Printed.by("dump -o", link.toString(), map.toString()).refused("is the map file itself");
        assertArrayEquals(before, Files.readAllBytes(map));
    }

    @Test
    void wrongArguments() throws Exception {
        String map = saved(Codecs.LONG, Codecs.LONG, Map.of(1L, 2L)).toString();
        Printed.by("dump --format xml", map).refused("--format xml: must be one of tsv, csv");
        Printed.by("dump -o", temp + "/no/where", map).refused("no such directory");
        Printed.by("dump").refused("FILE");
    }
}
