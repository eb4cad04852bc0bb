package dev.tophash.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * The command as a user runs it: in a JVM of its own, by what it reads, prints, writes and returns.
 */
class CountCommandTest {
    @TempDir Path temp;

    /** What a run left behind; both outputs with one char for each byte. */
    record Outcome(int status, String out, String err) {}

    private Outcome run(Object... arguments) throws Exception {
        return run(Jvm.command(arguments).redirectInput(new File("/dev/null")));
    }

    private Outcome run(ProcessBuilder builder) throws Exception {
        Path err = temp.resolve("stderr");
        Process process = builder.redirectError(err.toFile()).start();
        String out;
        try (InputStream stream = process.getInputStream()) {
            out = Naive.text(stream.readAllBytes());
        }
        return new Outcome(process.waitFor(), out, Naive.text(Files.readAllBytes(err)));
    }

    private Path file(String name, byte[] content) throws IOException {
        return Files.write(temp.resolve(name), content);
    }

    private Path file(String name, String content) throws IOException {
        return file(name, content.getBytes(ISO_8859_1));
    }

    private static void assertOk(Outcome outcome) {
        assertEquals(0, outcome.status, outcome.err);
    }

    private void assertRefused(String named, Object... arguments) throws Exception {
        Outcome outcome = run(arguments);
        assertEquals(2, outcome.status, outcome.err);
        assertEquals("", outcome.out);
        assertEquals(1, outcome.err.lines().count(), outcome.err);
        assertTrue(outcome.err.startsWith("tophash count: "), outcome.err);
        assertTrue(outcome.err.contains(named), outcome.err);
    }

    // ---- counting ----

    @Test
    void wordsByCountThenBytes() throws Exception {
        Path text = file("text", "b a\tb\nb\u000ba\fa\rc \u00e9 \u00e9\n d");
        Outcome outcome = run("count", text);
        assertOk(outcome);
        assertEquals("3 a\n3 b\n2 \u00e9\n1 c\n1 d\n", outcome.out);
        assertTrue(outcome.err.matches("(?s).*total +10\n.*distinct +5\n.*"), outcome.err);
        for (String name : List.of("MB ", "seconds ", "MB/s ", "native bytes ")) {
            assertTrue(outcome.err.contains("\n" + name), outcome.err);
        }
    }

    @Test
    void topLimitsAndAligns() throws Exception {
        Path text = file("text", "x ".repeat(1234) + "y z z ");
        assertEquals("1234 x\n   2 z\n", run("count", "--top", 2, text).out);
        assertEquals("", run("count", "--top=0", text).out);
    }

    @Test
    void twentyByDefault() throws Exception {
        StringBuilder words = new StringBuilder();
        for (int i = 0; i < 50; i++) {
            words.append("w").append(i).append(' ');
        }
        assertEquals(20, run("count", file("text", words.toString())).out.lines().count());
    }

    @Test
    void linesKeepEverythingButTheNewline() throws Exception {
        Path text = file("text", "a b\r\n\n\na b\r\n\0\nlast");
        assertEquals("2 \n2 a b\r\n1 \0\n1 last\n", run("count", "--lines", text).out);
    }

    @Test
    void fields() throws Exception {
        Path text = file("text", "1,x\n2,y,\n3\n4,x,z\n,\n");
        assertEquals("2 x\n1 \n1 y\n", run("count", "--field", 2, "--delimiter", ",", text).out);
        assertEquals("1 \n1 z\n", run("count", "--field", 3, "--delimiter=,", text).out);
        Path tabs = file("tabs", "a\tb\nc\tb\n");
        assertEquals("2 b\n", run("count", "--field=2", tabs).out);
    }

    @Test
    void delimiterByEscape() throws Exception {
        Path text = file("text", "a\0b\u00e9c\\d\n");
        assertEquals("1 b\u00e9c\\d\n", run("count", "--field=2", "--delimiter=\\0", text).out);
        assertEquals("1 c\\d\n", run("count", "--field=2", "--delimiter=\\xe9", text).out);
        assertEquals("1 d\n", run("count", "--field=2", "--delimiter=\\\\", text).out);
    }

    @Test
    void severalFilesAndStandardInput() throws Exception {
        Path one = file("one", "a b");
        Path two = file("@two", "b c");
        Path in = file("in", "c d");
        Outcome outcome =
                run(
                        Jvm.command("count", one, "-", "@two")
                                .directory(temp.toFile())
                                .redirectInput(in.toFile()));
        assertOk(outcome);
        assertEquals("2 b\n2 c\n1 a\n1 d\n", outcome.out);
        assertTrue(Files.exists(two));
        assertEquals("1 c\n1 d\n", run(Jvm.command("count").redirectInput(in.toFile())).out);
    }

    @Test
    void emptyInput() throws Exception {
        Outcome outcome = run("count");
        assertOk(outcome);
        assertEquals("", outcome.out);
        assertTrue(outcome.err.contains("distinct      0\n"), outcome.err);
    }

    // ---- --output ----

    @ParameterizedTest
    @ValueSource(strings = {"words", "lines"})
    void outputHasEveryByteOfEveryKey(String kind) throws Exception {
        Random random = new Random(kind.hashCode());
        byte[] bytes = Naive.randomText(random, 2_000_000);
        Path input = file("random", bytes);
        Path output = temp.resolve("counts");
        boolean lines = kind.equals("lines");
        Outcome outcome =
                run("count", "--top=0", "--output", output, lines ? "--lines" : "--", input);
        assertOk(outcome);
        String text = Naive.text(bytes);
        Map<String, Long> expected = Naive.count(lines ? Naive.lines(text) : Naive.words(text));
        assertEquals(sortedRecords(expected), sortedByLength(Files.readAllBytes(output)));
    }

    @Test
    void outputOfLongKeys() throws Exception {
        Path output = temp.resolve("counts");
        String key = "\0\u00ff\t".repeat(700_000);
        Outcome outcome =
                run(
                        "count",
                        "--lines",
                        "--top=0",
                        "--output=" + output,
                        file("long", key + "\n" + key));
        assertOk(outcome);
        assertArrayEquals((key + "\t2\n").getBytes(ISO_8859_1), Files.readAllBytes(output));
    }

    /** All records in one string, as lines in order, since the file has them in no order. */
    private static String sortedRecords(Map<String, Long> counts) {
        StringBuilder text = new StringBuilder();
        counts.forEach((key, count) -> text.append(key).append('\t').append(count).append('\n'));
        return sortedByLength(text.toString().getBytes(ISO_8859_1));
    }

    private static String sortedByLength(byte[] file) {
        List<String> records = new ArrayList<>(List.of(Naive.text(file).split("\n", -1)));
        records.sort(Comparator.comparing(String::length).thenComparing(Comparator.naturalOrder()));
        return String.join("\n", records);
    }

    @Test
    void outputReplacesAFileEvenTheInput() throws Exception {
        Path both = file("both", "word word ".repeat(100));
        assertOk(run("count", "--output", both, both));
        assertEquals("word\t200\n", Files.readString(both));
    }

    @Test
    void outputIsNotLeftWhenNothingWasCounted() throws Exception {
        Path output = temp.resolve("counts");
        Outcome outcome = run("count", "--output", output, "/proc/self/mem");
        assertEquals(2, outcome.status, outcome.err);
        assertFalse(Files.exists(output));
    }

    // ---- what goes wrong ----

    @Test
    void wrongInputs() throws Exception {
        Path text = file("text", "word");
        assertRefused("nowhere: no such file", "count", text, temp.resolve("nowhere"));
        assertRefused(temp + ": is a directory", "count", text, temp);
        assertRefused("/proc/self/mem: ", "count", "/proc/self/mem");
    }

    @Test
    void inputWithoutPermission() throws Exception {
        Path text = file("text", "word");
        Files.setPosixFilePermissions(text, PosixFilePermissions.fromString("-w-------"));
        assumeTrue(!Files.isReadable(text), "the superuser may read anything");
        assertRefused(text + ": no permission", "count", text);
    }

    @Test
    void wrongOptions() throws Exception {
        assertRefused("--field 0", "count", "--field", "0");
        assertRefused("two", "count", "--field", "two");
        assertRefused("--top -1", "count", "--top", "-1");
        assertRefused("9999999999", "count", "--top=9999999999");
        assertRefused("'ab'", "count", "--field=1", "--delimiter=ab");
        assertRefused("''", "count", "--field=1", "--delimiter=");
        assertRefused("','", "count", "--delimiter=,");
        assertRefused("--field 3", "count", "--lines", "--field=3");
        assertRefused("--nonsense", "count", "--nonsense");
        assertRefused("--nonsense", "count", "--nonsense=3");
        assertRefused("--lines", "count", "--lines=yes");
        assertRefused("--top", "count", "--top");
        assertRefused("-x", "count", "-x");
    }

    @Test
    void wrongOutputs() throws Exception {
        Path text = file("text", "word");
        assertRefused("is a directory", "count", "--output", temp, text);
        assertRefused("no such directory", "count", "--output", temp.resolve("no/where"), text);
    }

    @Test
    void fullDisk() throws Exception {
        assumeTrue(Files.isWritable(Path.of("/dev/full")));
        Path text = file("text", "word");
        Outcome outcome = run("count", "--output=/dev/full", text);
        assertEquals(1, outcome.status);
        assertTrue(outcome.err.startsWith("tophash count: --output /dev/full: "), outcome.err);
        ProcessBuilder toFull = Jvm.command("count", text).redirectOutput(new File("/dev/full"));
        outcome = run(toFull);
        assertEquals(1, outcome.status);
        assertTrue(outcome.err.startsWith("tophash count: standard output: "), outcome.err);
    }

    @Test
    void readerThatGoesAwayIsNoError() throws Exception {
        StringBuilder words = new StringBuilder();
        for (int i = 0; i < 200_000; i++) {
            words.append(i).append('\n');
        }
        Path err = temp.resolve("stderr");
        Process process =
                Jvm.command("count", "--top=200000", file("text", words.toString()))
                        .redirectError(err.toFile())
                        .start();
        try (InputStream out = process.getInputStream()) {
            assertEquals("1 0\n", Naive.text(out.readNBytes(4)));
        }
        assertEquals(0, process.waitFor());
        assertEquals("", Files.readString(err));
    }

    @Test
    void noCommandOrAWrongOne() throws Exception {
        assertEquals(2, run().status);
        Outcome outcome = run("cuont");
        assertEquals(2, outcome.status);
        assertTrue(outcome.err.contains("cuont"), outcome.err);
        assertEquals(1, outcome.err.lines().count(), outcome.err);
    }

    @Test
    void helpAndVersion() throws Exception {
        assertTrue(run("--help").out.contains("doctor"));
        assertTrue(run("doctor", "--help").out.contains("Usage: tophash doctor"));
        assertEquals(2, run("doctor", "x").status);
        assertTrue(run("count", "--help").out.contains("--delimiter"));
        assertTrue(run("--version").out.matches("tophash \\d+\\.\\d+\\.\\d+\n"));
    }

    @Test
    void libraryThatCannotBeLoaded() throws Exception {
        Path text = file("text", "word");
        for (List<Object> line :
                List.<List<Object>>of(List.of("count", text), List.of("--version"))) {
            ProcessBuilder builder = Jvm.command(line.toArray());
            builder.command().add(1, "-Dtophash.library=" + text);
            Outcome outcome = run(builder);
            assertEquals(1, outcome.status, outcome.err);
            assertEquals(1, outcome.err.lines().count(), outcome.err);
            assertTrue(outcome.err.contains(text.toString()), outcome.err);
        }
    }

    @Test
    void doctorKnowsThisMachine() throws Exception {
        Outcome outcome = run("doctor");
        assertOk(outcome);
        Map<String, String> rows = new TreeMap<>();
        outcome.out.lines().forEach(line -> rows.put(line.split("  +")[0], line.split("  +")[1]));
        assertTrue(rows.get("architecture").contains(System.getProperty("os.arch")));
        assertTrue(rows.get("page size").matches("\\d+ bytes"), outcome.out);
        assertTrue(rows.get("version").matches("\\d+\\.\\d+\\.\\d+"), outcome.out);
        assertEquals(System.getProperty("java.home"), rows.get("java home"));
        for (String name : List.of("kernel", "linkage", "library", "huge pages", "jdk")) {
            assertTrue(rows.containsKey(name), outcome.out);
        }
    }
}
