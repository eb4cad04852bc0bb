package dev.tophash.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tophash.Codec;
import dev.tophash.Codecs;
import dev.tophash.ConcurrentNativeMap;
import dev.tophash.NativeMap;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Lookups in map files that the library has written. */
class GetCommandTest {
    @TempDir Path temp;

    private <K, V> String saved(Codec<K> keys, Codec<V> values, Map<K, V> entries)
            throws IOException {
        Path file = temp.resolve("map of " + keys.name());
        try (NativeMap<K, V> map = NativeMap.create(keys, values)) {
            map.putAll(entries);
            map.saveTo(file);
        }
        return file.toString();
    }

    private String strings() throws IOException {
        return saved(
                Codecs.STRING, Codecs.LONG, Map.of("a", 1L, "\u00e9 \u20ac", -2L, "", 3L, "-", 4L));
    }

    private static Printed get(String file, String... arguments) {
        return Printed.by(
                "get", Stream.concat(Stream.of(file), Stream.of(arguments)).toArray(String[]::new));
    }

    @Test
    void keysAndValues() throws Exception {
        String file = strings();
        assertEquals("a\t1\n", get(file, "a").quiet().out());
        assertEquals(
                "\u00e9 \u20ac\t-2\n\t3\na\t1\na\t1\n",
                get(file, "\u00e9 \u20ac", "", "a", "a").quiet().out());
        assertEquals("a,1\n,3\n", get(file, "--format=csv", "a", "").quiet().out());
    }

    @Test
    void missingKeysAreToldAsGrepDoes() throws Exception {
        Printed printed = get(strings(), "b", "a", "\u00e9");
        assertEquals(new Printed(1, "a\t1\n", "not there: b\nnot there: \u00e9\n"), printed);
    }

    @Test
    void everyType() throws Exception {
        String longs = saved(Codecs.LONG, Codecs.STRING, Map.of(-1L, "minus one", 7L, ""));
        assertEquals("-1\tminus one\n7\t\n", get(longs, "--", "-1", "7").quiet().out());
        String doubles = saved(Codecs.DOUBLE, Codecs.INTEGER, Map.of(0.5, 1, -0.0, 2, 0.0, 3));
        assertEquals("0.5\t1\n0.0\t3\n", get(doubles, "5e-1", "0").quiet().out());
        String ints = saved(Codecs.INTEGER, Codecs.DOUBLE, Map.of(3, Double.NaN, 4, 1e100));
        assertEquals("3\tNaN\n4\t1.0E100\n", get(ints, "3", "4").quiet().out());
        get(longs, "x").refused("KEY not a long: \"x\"");
        get(longs, "7", "9223372036854775808").refused("not a long: \"9223372036854775808\"");
        get(ints, "2147483648").refused("not an int");
    }

    @Test
    void keysOfAFile() throws Exception {
        String file = strings();
        Path keys = Files.writeString(temp.resolve("keys"), "a\r\n\nb\n\u00e9 \u20ac");
        assertEquals(
                new Printed(1, "a\t1\n\t3\n\u00e9 \u20ac\t-2\n", "not there: b\n"),
                get(file, "--keys", keys.toString()));
        assertEquals(
                "-\t4\na\t1\n", get(file, "--keys=" + Files.writeString(keys, "a"), "-").out());
        get(file, "--keys", temp + "/none").refused("none: no such file");
        get(file).refused("nothing to look up");
    }

    @Test
    void badKeysOfAFile() throws Exception {
        String file = saved(Codecs.LONG, Codecs.LONG, Map.of(1L, 2L));
        Path keys = Files.writeString(temp.resolve("keys"), "1\n2\n\n");
        Printed printed = get(file, "--keys", keys.toString());
        assertEquals(2, printed.status());
        assertEquals("tophash get: " + keys + ":3: not a long: \"\"\n", printed.err());
    }

    @Test
    void batches() throws Exception {
        Map<Long, Long> entries =
                LongStream.range(0, 10_000)
                        .boxed()
                        .collect(Collectors.toMap(i -> 2 * i, i -> i * i));
        String file = saved(Codecs.LONG, Codecs.LONG, entries);
        StringBuilder keys = new StringBuilder();
        StringBuilder there = new StringBuilder();
        StringBuilder missing = new StringBuilder();
        for (long i = 0; i < 20_000; i++) {
            keys.append(i).append('\n');
            if (i % 2 == 0) {
                there.append(i).append('\t').append(i * i / 4).append('\n');
            } else {
                missing.append("not there: ").append(i).append('\n');
            }
        }
        Path list = Files.writeString(temp.resolve("keys"), keys);
        assertEquals(
                new Printed(1, there.toString(), missing.toString()),
                get(file, "--keys", list.toString()));
    }

    @Test
    void standardInputAndOutput() throws Exception {
        Path keys = Files.writeString(temp.resolve("keys"), "a\n\u00e9 \u20ac\n");
        Path out = temp.resolve("out");
        Process process =
                Jvm.command("get", strings(), "--keys", "-")
                        .redirectInput(keys.toFile())
                        .redirectOutput(out.toFile())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        assertEquals(0, process.waitFor());
        assertEquals("a\t1\n\u00e9 \u20ac\t-2\n", Files.readString(out));
        Path err = temp.resolve("err");
        process =
                Jvm.command("get", strings(), "a")
                        .redirectOutput(new File("/dev/full"))
                        .redirectError(err.toFile())
                        .start();
        assertEquals(1, process.waitFor());
        assertTrue(Files.readString(err).startsWith("tophash get: standard output: "));
    }

    @Test
    void tabsInEntries() throws Exception {
        String file = saved(Codecs.STRING, Codecs.STRING, Map.of("a\tb", "c\\d", "e", "f\n"));
        Printed refused = get(file, "e");
        assertEquals(1, refused.status());
        assertEquals(
                "tophash get: key \"e\": has a tab or a line end: \"f\\n\"; --escapes or --format csv"
                        + " writes it\n",
                refused.err());
        assertEquals("e\tf\\n\n", get(file, "--escapes", "e").quiet().out());
        assertEquals("a\tb,c\\d\n", get(file, "--format=csv", "a\tb").quiet().out());
        Path keys = Files.writeString(temp.resolve("keys"), "a\\tb\n");
        assertEquals(
                "a\\tb\tc\\\\d\n", get(file, "--escapes", "--keys", keys.toString()).quiet().out());
        get(file, "--escapes", "--format=csv", "e").refused("--escapes: only tab-separated");
    }

    @Test
    void concurrentMaps() throws Exception {
        Path file = temp.resolve("shards");
        try (var map = ConcurrentNativeMap.create(Codecs.LONG, Codecs.LONG)) {
            map.put(1L, 2L);
            map.saveTo(file);
        }
        assertEquals(new Printed(1, "1\t2\n", "not there: 2\n"), get(file.toString(), "1", "2"));
    }

    /** Text that is not UTF-8, which maps of bytes under the name of strings can have. */
    @Test
    void bytesAsTheyAre() throws Exception {
        String file = saved(Codecs.LONG, new TextCodec(), Map.of(1L, "\u00e9x"));
        Path out = temp.resolve("out");
        Printed.by("dump -o", out.toString(), file).quiet();
        byte[] expected = {'1', '\t', (byte) 0xe9, 'x', '\n'};
        assertArrayEquals(expected, Files.readAllBytes(out));
    }
}
