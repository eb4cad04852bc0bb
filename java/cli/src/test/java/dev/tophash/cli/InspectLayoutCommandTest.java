package dev.tophash.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tophash.Layout;
import dev.tophash.Layout.Architecture;
import dev.tophash.Tophash;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;

/** {@code inspect layout} as a user runs it, in a JVM of its own. */
class InspectLayoutCommandTest {
    private static final byte[] MAGIC = "THLAYOUT".getBytes(US_ASCII);

    @TempDir Path temp;

    /** What a run left behind. */
    record Outcome(int status, String out, String err) {}

    private static Architecture other() {
        return Architecture.running() == Architecture.AMD64
                ? Architecture.ARM64
                : Architecture.AMD64;
    }

    /** Runs the command with a folder before everything else on the class path. */
    private Outcome run(Path first, String... arguments) throws Exception {
        List<String> line = new ArrayList<>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp"));
        line.add(first + File.pathSeparator + System.getProperty("java.class.path"));
        line.addAll(List.of("--enable-native-access=ALL-UNNAMED", Main.class.getName()));
        line.addAll(List.of("inspect", "layout"));
        line.addAll(List.of(arguments));
        Path err = temp.resolve("stderr");
        Process process = new ProcessBuilder(line).redirectError(err.toFile()).start();
        String out;
        try (InputStream stream = process.getInputStream()) {
            out = new String(stream.readAllBytes(), UTF_8);
        }
        return new Outcome(process.waitFor(), out, Files.readString(err));
    }

    private Outcome run(String... arguments) throws Exception {
        return run(temp, arguments);
    }

    private Outcome ok(Outcome outcome) {
        assertEquals("", outcome.err);
        assertEquals(0, outcome.status);
        return outcome;
    }

    private void assertRefused(int status, String message, Outcome outcome) {
        assertEquals("", outcome.out);
        assertEquals(1, outcome.err.lines().count(), outcome.err);
        assertTrue(outcome.err.startsWith("tophash inspect layout: " + message), outcome.err);
        assertEquals(status, outcome.status);
    }

    /**
     * A folder for the class path with a library that says it is the other architecture's, with one
     * number of its record changed.
     */
    private Path otherLibrary(int offset, int number) throws Exception {
        byte[] library = Files.readAllBytes(Tophash.libraryPath());
        int record = 0;
        while (!Arrays.equals(library, record, record + 8, MAGIC, 0, 8)) {
            record++;
        }
        boolean arm = other() == Architecture.ARM64;
        String name = arm ? "aarch64" : "x86_64";
        ByteBuffer numbers = ByteBuffer.wrap(library).order(ByteOrder.LITTLE_ENDIAN);
        numbers.putShort(18, (short) (arm ? 183 : 62));
        numbers.put(record + 16, Arrays.copyOf(name.getBytes(US_ASCII), 16));
        if (offset != 0) {
            numbers.putInt(record + offset, number);
        }
        Path folder = temp.resolve("other/dev/tophash/native/linux-" + name);
        Files.createDirectories(folder);
        Files.write(folder.resolve("libtophash.so"), library);
        return temp.resolve("other");
    }

    // ---- the table ----

    /** The lines, with one space where there are several. */
    private static List<String> rows(Outcome outcome) {
        return outcome.out.lines().map(l -> l.strip().replaceAll(" +", " ")).toList();
    }

    @Test
    void oneArchitecture() throws Exception {
        String arch = Architecture.running().toString();
        Outcome outcome = ok(run("--key", "long", "--value", "long", "--arch", arch));
        List<String> lines = rows(outcome);
        assertEquals("key long, value long", lines.getFirst());
        assertEquals(arch + ": the running library, asked for this type", lines.get(1));
        assertTrue(lines.contains("count 0 8 8"), outcome.out);
        assertTrue(lines.contains("hash0 12 4 4"), outcome.out);
        assertTrue(lines.contains("header 0 48 8"), outcome.out);
        assertTrue(lines.contains("in all 0 64"), outcome.out);
        assertTrue(lines.contains("bucket, each value behind its key"), outcome.out);
        assertTrue(lines.contains("value 7 136 8 8"), outcome.out);
        assertTrue(lines.contains("in all 0 144 8"), outcome.out);
        assertTrue(lines.contains("padding 0"), outcome.out);
        assertEquals("differences: only " + arch + " is shown", lines.getLast());
    }

    @Test
    void paddingHasARow() throws Exception {
        String arch = Architecture.running().toString();
        Outcome outcome = ok(run("--key", "byte", "--value", "fixed:16:16", "--arch", arch));
        List<String> lines = rows(outcome);
        assertTrue(lines.contains("padding 24 8"), outcome.out);
        assertTrue(lines.contains("padding 8"), outcome.out);
        assertTrue(lines.contains("bucket, the keys, then the values"), outcome.out);
    }

    @Test
    void widthsAreAlignedAsTheyDivide() throws Exception {
        Outcome outcome = ok(run("--key", "fixed:12", "--value", "fixed:24"));
        assertTrue(outcome.out.contains("value 7"), outcome.out);
        assertTrue(
                rows(outcome).stream().anyMatch(r -> r.startsWith("key 1 28 12 4")), outcome.out);
        assertTrue(
                rows(outcome).stream().anyMatch(r -> r.matches("value 0 112 24 8.*")), outcome.out);
    }

    @Test
    void bothArchitectures() throws Exception {
        Path path = otherLibrary(0, 0);
        String[] types = {"--key=long", "--value=long"};
        for (String[] arguments :
                List.of(types, new String[] {types[0], types[1], "--arch=both"})) {
            Outcome outcome = ok(run(path, arguments));
            assertTrue(outcome.out.contains("which has code for this very type\n"), outcome.out);
            assertTrue(rows(outcome).contains("count 0 8 8 0 8 8"), outcome.out);
            assertTrue(
                    outcome.out.endsWith("differences between amd64 and arm64: none\n"),
                    outcome.out);
        }
    }

    @Test
    void differencesArePointedOut() throws Exception {
        // B at 12 instead of 9.
        Path path = otherLibrary(112 + 2 * 24 + 16, 1 << 16 | 12);
        Path picture = temp.resolve("p.svg");
        Outcome outcome =
                ok(run(path, "--key=uuid", "--value=int", "--picture", picture.toString()));
        assertTrue(outcome.out.contains("rule for buckets has the same constants\n"), outcome.out);
        assertTrue(
                outcome.out.contains("differences between amd64 and arm64:\n  header, B: "),
                outcome.out);
        assertTrue(
                outcome.out.contains("offset 12, size 1, alignment 1 on " + other()), outcome.out);
        assertTrue(texts(picture).contains("\u2260 B, 1"), texts(picture).toString());
    }

    @Test
    void theGuideShowsWhatComesOut() throws Exception {
        assumeTrue(Architecture.running() == Architecture.AMD64, "as it was on amd64");
        String guide = Files.readString(Path.of("../../docs/guide.md"));
        String command = "--key long --value long --arch both";
        String shown = guide.substring(guide.indexOf("inspect layout " + command));
        shown =
                shown.substring(
                        shown.indexOf("\n\n") + 2, shown.indexOf("\n\nWhat is shown is read"));
        Outcome outcome = ok(run(otherLibrary(0, 0), command.split(" ")));
        assertEquals(outcome.out.indent(4).replaceAll("(?m)^ +$", "").stripTrailing(), shown);
    }

    // ---- the picture ----

    private static List<String> texts(Path svg) throws Exception {
        Document document =
                DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(svg.toFile());
        NodeList nodes = document.getElementsByTagName("text");
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            texts.add(nodes.item(i).getTextContent());
        }
        return texts;
    }

    @Test
    void drawnAsVectors() throws Exception {
        String arch = Architecture.running().toString();
        Path file = temp.resolve("layout.SVG");
        ok(run("--key=long", "--value=int", "--arch", arch, "--picture", file.toString()));
        List<String> texts = texts(file);
        for (String label :
                List.of(
                        "count, 8",
                        "B, 1",
                        "noverflow, 2",
                        "tophash, 8",
                        "key 0, 8",
                        "value 7, 4")) {
            assertEquals(1, texts.stream().filter(label::equals).count(), label + " of " + texts);
        }
        assertTrue(texts.contains("On " + arch + "."), texts.toString());
        assertTrue(Files.readString(file).contains(">Layout of a map: key long, value int."));
    }

    @Test
    void drawnAsPixels() throws Exception {
        String arch = Architecture.running().toString();
        Path file = temp.resolve("layout.png");
        ok(run("--key=long", "--value=long", "--arch", arch, "--picture", file.toString()));
        BufferedImage image = ImageIO.read(file.toFile());
        assertEquals(2240, image.getWidth());
        // The bucket's rows of 38 begin at 72, 342; each byte is 58 wide.
        assertEquals(new Color(0xe8c4d8), color(image, 72 + 10, 342 + 6), "tophash");
        assertEquals(new Color(0xf6ee9a), color(image, 72 + 8 * 58 + 4, 342 + 6), "overflow");
        assertEquals(new Color(0xa8d8f0), color(image, 72 + 10, 342 + 38 + 6), "key 0");
        assertEquals(new Color(0xa8d8f0), color(image, 72 + 8 * 58 - 4, 342 + 38 + 6), "key 0");
        assertEquals(Color.BLACK, color(image, 72 + 8 * 58, 342 + 38 + 6), "the end of key 0");
        assertEquals(Color.BLACK, color(image, 72 + 10, 342 + 4 * 38), "the end of a cache line");
    }

    /** At a place in the drawing's own units. */
    private static Color color(BufferedImage image, int x, int y) {
        return new Color(image.getRGB(2 * x, 2 * y));
    }

    /** Both sizes of rows; the largest type there is has a picture too. */
    @Test
    void everyTypeHasAPicture() throws Exception {
        Layout large = Layout.of(new Layout.Slot(128, 1), new Layout.Slot(1024, 1));
        LayoutPicture picture = new LayoutPicture("key fixed:128", List.of(large));
        assertTrue(picture.size().height < 6000, picture.size().toString());
        Path file = Files.write(temp.resolve("large.svg"), PictureFile.svg(picture));
        assertTrue(texts(file).contains("value 7, 1024"), texts(file).toString());
        assertTrue(PictureFile.png(picture).length > 1000);
    }

    // ---- wrong arguments ----

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "int128      | long         | --key int128: no such type, must be byte, short, int, ",
                "long        | Long         | --value Long: no such type",
                "fixed:      | long         | --key fixed:: no such type",
                "fixed:-1    | long         | --key fixed:-1: no such type",
                "fixed:129   | long         | --key fixed:129: a key of 129 bytes, must have from 1 to 128",
                "fixed:0     | long         | --key fixed:0: a key of 0 bytes, must have from 1 to 128",
                "long        | fixed:1025   | --value fixed:1025: 1025 bytes, must be from 0 to 1024",
                "long        | fixed:8:3    | --value fixed:8:3: aligned to 3 bytes, must be to 1, 2, 4, 8 or 16",
                "long        | fixed:12:8   | --value fixed:12:8: 12 bytes aligned to 8, must be a multiple",
                "fixed:99999999999 | long   | --key fixed:99999999999: no such type",
            })
    void typesThatThereAreNot(String key, String value, String message) throws Exception {
        assertRefused(2, message, run("--key", key, "--value", value));
    }

    @Test
    void otherWrongArguments() throws Exception {
        assertRefused(2, "Missing required option: '--value=TYPE'", run("--key=long"));
        assertRefused(
                2,
                "--arch sparc: must be amd64, arm64 or both",
                run("--key=long", "--value=long", "--arch=sparc"));
        assertRefused(
                2,
                "--picture x.gif: must end in .svg or .png",
                run("--key=long", "--value=long", "--picture=x.gif"));
        Path missing = temp.resolve("missing/x.png");
        assertRefused(
                2,
                "--picture " + missing + ": no such directory",
                run("--key=long", "--value=long", "--picture=" + missing));
        assertFalse(Files.exists(missing));
    }

    @Test
    void aLibraryThatWasNotBuilt() throws Exception {
        assumeFalse(other().isAvailable(), "built without -Pcross only");
        for (String arch : List.of(other().toString(), "both")) {
            assertRefused(
                    2,
                    "--arch %s: this build has no library for %s; ./mvnw -DskipTests package -Pcross builds it"
                            .formatted(arch, other()),
                    run("--key=long", "--value=long", "--arch=" + arch));
        }
        Outcome outcome = ok(run("--key=long", "--value=long"));
        assertTrue(
                outcome.out.endsWith(
                        "only %s is shown; for the other one, ./mvnw -DskipTests package -Pcross builds it\n"
                                .formatted(Architecture.running())),
                outcome.out);
    }

    @Test
    void aDamagedLibrary() throws Exception {
        Path folder = otherLibrary(8, 77);
        assertRefused(
                1,
                "the library for " + other() + " is damaged: its record of layouts has version 77",
                run(folder, "--key=long", "--value=long"));
    }
}
