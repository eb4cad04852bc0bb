package dev.tophash.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.tophash.Codecs;
import dev.tophash.LongLongMap;
import dev.tophash.MapFile;
import dev.tophash.MapFileInfo;
import dev.tophash.NativeMap;
import dev.tophash.StringLongMap;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Tables to map files, which the library's own types open. */
class IndexCommandTest {
    @TempDir Path temp;

    private String file(String name, String content) throws IOException {
        return Files.writeString(temp.resolve(name), content).toString();
    }

    private Path map() {
        return temp.resolve("map");
    }

    private Printed index(String options, String input) {
        return Printed.by(
                "index -o",
                Stream.concat(
                                Stream.of(map().toString(), input),
                                Stream.of(options.split(" ")).filter(option -> !option.isEmpty()))
                        .toArray(String[]::new));
    }

    private Map<String, Long> stringLongs() throws IOException {
        try (var map = NativeMap.open(map(), Codecs.STRING, Codecs.LONG)) {
            return new HashMap<>(map);
        }
    }

    private Map<Long, Long> longs() throws IOException {
        try (var map = NativeMap.open(map(), Codecs.LONG, Codecs.LONG)) {
            return new HashMap<>(map);
        }
    }

    // ---- what comes of good tables ----

    @Test
    void stringsAndLongsByDefault() throws Exception {
        String input = file("in.tsv", "a\t1\nb c\t-2\n\u00e9\u20ac\t3\n\t4\n");
        Printed printed = index("", input).quiet();
        assertEquals(Map.of("a", 1L, "b c", -2L, "\u00e9\u20ac", 3L, "", 4L), stringLongs());
        try (StringLongMap map = StringLongMap.open(map())) {
            assertEquals(3, map.get("\u00e9\u20ac"));
        }
        assertEquals("4", printed.row("rows"));
        assertEquals("4", printed.row("entries"));
        assertEquals("0", printed.row("bad rows"));
        assertEquals(Long.toString(Files.size(map())), printed.row("bytes"));
        assertTrue(Double.parseDouble(printed.row("seconds")) > 0, printed.out());
        assertTrue(Double.parseDouble(printed.row("rows/s")) > 0, printed.out());
    }

    @Test
    void csvAsSpreadsheetsWriteIt() throws Exception {
        String input =
                file(
                        "in.csv",
                        "\ufeffname,n\r\n\"a,b\",1\r\n\"say \"\"hi\"\"\",2\r\n"
                                + "\"two\r\nlines\",3\r\n\r\n\u00e9,\"4\"\r\n");
        index("--header --key name --value n", input).quiet();
        assertEquals(
                Map.of("a,b", 1L, "say \"hi\"", 2L, "two\r\nlines", 3L, "\u00e9", 4L),
                stringLongs());
    }

    @Test
    void typesOfTheFile() throws Exception {
        String input = file("in.tsv", "1\t10\n2\t20\n");
        for (String key : ColumnType.NAMES.split(", ")) {
            for (String value : ColumnType.NAMES.split(", ")) {
                index("--types " + key + ":" + value, input).quiet();
                MapFileInfo info = MapFile.info(map());
                assertEquals(List.of(key, value), List.of(info.keyName(), info.valueName()));
                assertEquals(2, info.entries());
            }
        }
        index("--types long:long", input).quiet();
        try (LongLongMap map = LongLongMap.open(map())) {
            assertEquals(20, map.get(2));
        }
        index("--types int:double", file("d.tsv", "-7\t2.5\n")).quiet();
        try (var map = NativeMap.open(map(), Codecs.INTEGER, Codecs.DOUBLE)) {
            assertEquals(Map.of(-7, 2.5), new HashMap<>(map));
        }
        index("--types long:string", file("s.tsv", "7\t" + "long".repeat(100) + "\n")).quiet();
        try (var map = NativeMap.open(map(), Codecs.LONG, Codecs.STRING)) {
            assertEquals(Map.of(7L, "long".repeat(100)), new HashMap<>(map));
        }
    }

    @Test
    void columns() throws Exception {
        String input = file("in.tsv", "id\t name\tx\t2\n1\tA\t9\t5\n2\tB\t8\t6\n");
        index("--header --types long:long --value 3", input).quiet();
        assertEquals(Map.of(1L, 9L, 2L, 8L), longs());
        index("--header --types long:long --key x --value id", input).quiet();
        assertEquals(Map.of(9L, 1L, 8L, 2L), longs());
        index("--header --types long:long --key 1 --value 1", input).quiet();
        assertEquals(Map.of(1L, 1L, 2L, 2L), longs());
        Printed.by("index --header --key", " name", "--value=4", "-o", map().toString(), input)
                .quiet();
        assertEquals(Map.of("A", 5L, "B", 6L), stringLongs());
    }

    @Test
    void escapes() throws Exception {
        String input = file("in.tsv", "a\\tb\\n\\\\\t1\n");
        index("--escapes", input).quiet();
        assertEquals(Map.of("a\tb\n\\", 1L), stringLongs());
        index("", input).quiet();
        assertEquals(Map.of("a\\tb\\n\\\\", 1L), stringLongs());
    }

    @Test
    void formatByOption() throws Exception {
        String input = file("in.txt", "a,1\n");
        index("--format csv", input).quiet();
        assertEquals(Map.of("a", 1L), stringLongs());
        index("", input).refused("in.txt: the name ends neither");
        index("--format xml", input).refused("--format xml: must be one of tsv, csv");
    }

    @Test
    void emptyTable() throws Exception {
        index("", file("in.csv", "")).quiet();
        assertEquals(Map.of(), stringLongs());
        index("--header", file("header.csv", "a,b\n")).quiet();
        assertEquals(Map.of(), stringLongs());
        Printed printed = index("--header", file("in.tsv", "\n"));
        assertEquals(1, printed.status());
        assertTrue(printed.err().contains("in.tsv: has no header, it is empty"), printed.err());
    }

    @Test
    void standardInput() throws Exception {
        Path input = Path.of(file("in", "a,1\nb,2\n"));
        Process process =
                Jvm.command("index", "--format=csv", "-o", map(), "-")
                        .redirectInput(input.toFile())
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        String err = new String(process.getErrorStream().readAllBytes(), ISO_8859_1);
        assertEquals(0, process.waitFor(), err);
        assertEquals(Map.of("a", 1L, "b", 2L), stringLongs());
        index("", "-").refused("-: the name ends neither");
    }

    @Test
    void manyRows() throws Exception {
        String input =
                file(
                        "in.tsv",
                        IntStream.range(0, 100_000)
                                .mapToObj(i -> "key " + i + "\t" + i + "\n")
                                .collect(Collectors.joining()));
        assertEquals("100000", index("--on-duplicate error", input).quiet().row("entries"));
        Map<String, Long> map = stringLongs();
        for (int i = 0; i < 100_000; i++) {
            assertEquals(i, map.get("key " + i));
        }
    }

    // ---- duplicates ----

    @Test
    void duplicates() throws Exception {
        String input = file("in.tsv", "a\t1\nb\t2\na\t3\n\na\t5\n");
        assertEquals("2", index("", input).quiet().row("entries"));
        assertEquals(Map.of("a", 5L, "b", 2L), stringLongs());
        index("--on-duplicate first", input).quiet();
        assertEquals(Map.of("a", 1L, "b", 2L), stringLongs());
        index("--on-duplicate sum", input).quiet();
        assertEquals(Map.of("a", 9L, "b", 2L), stringLongs());
        Printed printed = index("--on-duplicate error --on-error report", input).ok();
        assertEquals(Map.of("a", 1L, "b", 2L), stringLongs());
        assertEquals(
                List.of(
                        input + ":3: a key for the second time: \"a\"",
                        input + ":5: a key for the second time: \"a\""),
                printed.err().lines().toList());
        assertFails(input + ":3: a key for the second time: \"a\"", "--on-duplicate error", input);
        index("--on-duplicate sum --types long:string", input)
                .refused("--on-duplicate sum: there are no sums of string");
        index("--on-duplicate max", input).refused("--on-duplicate max: must be one of last");
    }

    // ---- bad rows ----

    private void assertFails(String message, String options, String input) throws IOException {
        Files.writeString(map(), "old");
        Printed printed = index(options, input);
        assertEquals(1, printed.status(), printed.err());
        assertEquals("tophash index: " + message, printed.err().strip());
        assertEquals("", printed.out());
        assertEquals("old", Files.readString(map()));
        Files.delete(map());
        try (Stream<Path> files = Files.list(temp)) {
            assertFalse(files.anyMatch(file -> file.toString().contains("map")));
        }
    }

    @Test
    void theFirstBadRowEndsIt() throws Exception {
        String tsv = file("in.tsv", "a\t1\n\nb\tx y\nc\n");
        assertFails(tsv + ":3: not a long: \"x y\"", "", tsv);
        String few = file("few.tsv", "a\t1\nb\n");
        assertFails(few + ":2: too few columns: 1, needs 2", "", few);
        assertFails(few + ":1: too few columns: 2, needs 7", "--value 7", few);
        String csv = file("in.csv", "k,v\r\n\"a\r\n\r\nb\",1\r\nc,\"2\r\n\"\r\n");
        assertFails(csv + ":5: not a long: \"2\\r\\n\"", "--header", csv);
        String bytes = temp.resolve("bytes.tsv").toString();
        Files.write(Path.of(bytes), "a\t1\n\u00e9\t2\n".getBytes(ISO_8859_1));
        assertFails(bytes + ":2: not UTF-8: \"\ufffd\"", "", bytes);
        String escaped = file("escaped.tsv", "a\\x\t1\n");
        assertFails(
                escaped + ":1: \\ without t, n, r or \\ after it: \"a\\\\x\"",
                "--escapes",
                escaped);
    }

    @Test
    void whatIsNoCsvEndsItAlways() throws Exception {
        String input = file("in.csv", "a,1\nb,2\n\"c\"d,3\ne,4\n");
        Printed printed = index("--on-error skip", input);
        assertEquals(1, printed.status());
        assertTrue(printed.err().startsWith("tophash index: " + input + ": "), printed.err());
        assertTrue(printed.err().contains("line 3"), printed.err());
        assertFalse(Files.exists(map()));
    }

    @Test
    void badRowsSkipped() throws Exception {
        String input = file("in.tsv", "a\t1\nb\tx\nc\nd\t4\n");
        Printed printed = index("--on-error skip", input).quiet();
        assertEquals(Map.of("a", 1L, "d", 4L), stringLongs());
        assertEquals("4", printed.row("rows"));
        assertEquals("2", printed.row("bad rows"));
        assertEquals("2", printed.row("entries"));
    }

    @Test
    void badRowsReportedUpToALimit() throws Exception {
        String input = file("in.tsv", "a\t1\n" + "bad\n".repeat(20) + "b\t2\n");
        Printed printed = index("--on-error report", input).ok();
        assertEquals(20, printed.err().lines().count());
        assertTrue(printed.err().endsWith(input + ":21: too few columns: 1, needs 2\n"));
        printed = index("--on-error report", file("in.tsv", "bad\n".repeat(123))).ok();
        assertEquals(21, printed.err().lines().count());
        assertTrue(printed.err().endsWith(input + ": 103 more bad rows\n"), printed.err());
        assertEquals("123", printed.row("bad rows"));
        index("--on-error ignore", input)
                .refused("--on-error ignore: must be one of fail, skip, report");
    }

    // ---- arguments ----

    @Test
    void wrongColumns() throws Exception {
        String input = file("in.tsv", "id\tname\tname\n1\t2\t3\n");
        index("--key 0", input).refused("--key 0: the first column is 1");
        index("--value id", input).refused("--value id: must be a column's number; names need");
        index("--key -1", input).refused("--key -1: must be");
        index("--header --key ID", input).refused("--key ID: the columns are id, name, name");
        index("--header --value name", input)
                .refused("--value name: columns 2 and 3 have this name");
    }

    @Test
    void wrongTypes() throws Exception {
        String input = file("in.tsv", "1\t2\n");
        index("--types long:long:long", input).refused("must be KEY:VALUE");
        index("--types long:text", input)
                .refused("--types text: must be one of long, int, double, string");
        index("--escapes --format csv", input).refused("--escapes: only tab-separated");
    }

    @Test
    void wrongFiles() throws Exception {
        String input = file("in.tsv", "1\t2\n");
        index("", temp + "/none.tsv").refused("none.tsv: no such file");
        Printed.by("index", input).refused("--output");
        Printed.by("index -o", temp + "/no/map", input).refused("no/map: no such directory");
        Printed.by("index -o", temp.toString(), input).refused(": is a directory");
        Path device = Files.createSymbolicLink(temp.resolve("device"), Path.of("/dev/null"));
        Printed.by("index -o", device.toString(), input).refused("device: is not a regular file");
        assertTrue(Files.isSymbolicLink(device));
        Path utf16 = Files.write(temp.resolve("u.tsv"), new byte[] {(byte) 0xff, (byte) 0xfe});
        assertFails(utf16 + ": is UTF-16, must be UTF-8", "", utf16.toString());
    }

    @Test
    void helpListsTheCommands() {
        String help = Printed.by("--help").ok().out();
        for (String name : List.of("index", "get", "stat", "verify", "dump")) {
            assertTrue(help.matches("(?s).*\n  " + name + " +[A-Z].*"), help);
            String own = Printed.by(name + " --help").ok().out();
            assertTrue(own.contains("Usage: tophash " + name), own);
            assertTrue(own.contains("Exit status:"), own);
        }
    }
}
