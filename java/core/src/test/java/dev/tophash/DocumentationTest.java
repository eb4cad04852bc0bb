package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The examples in the documentation of the maps run, and say what they say. */
class DocumentationTest {
    private static final Path SOURCES = Path.of("src/main/java/dev/tophash");

    @Test
    void longLongMapExample() throws IOException {
        // [example]
        try (LongLongMap map = LongLongMap.withExpectedSize(1_000_000)) {
            map.put(42, 1);
            map.addTo(42, 10);
            long v = map.get(42); // 11

            long[] keys = {1, 42};
            long[] values = new long[2];
            map.getAll(keys, values); // many keys at once: several times as fast as one by one
            // [end]
            assertEquals(11, v);
            assertArrayEquals(new long[] {0, 11}, values);
        }
        assertIsTheExampleOf("LongLongMap");
    }

    @Test
    void stringLongMapExample() throws IOException {
        String text = "to be or not to be";
        List<String> printed = new ArrayList<>();
        Printer out = printed::add;
        // [example]
        try (StringLongMap counts = StringLongMap.create()) {
            for (String word : text.split(" ")) {
                counts.addTo(word, 1);
            }
            counts.forEach((word, n) -> out.println(word + " " + n));
            // [end]
        }
        printed.sort(null);
        assertEquals(List.of("be 2", "not 1", "or 1", "to 2"), printed);
        assertIsTheExampleOf("StringLongMap");
    }

    @Test
    void stringsStandForTheirUtf8Bytes() {
        try (StringLongMap map = StringLongMap.create()) {
            map.put("\u00e9", 5);
            assertEquals(5, map.get(new byte[] {(byte) 0xc3, (byte) 0xa9}));
        }
    }

    /** Takes the place of System.out. */
    private interface Printer {
        void println(String line);
    }

    /** The code above is the snippet in the Javadoc, but for white space and where it prints to. */
    private static void assertIsTheExampleOf(String type) throws IOException {
        String test = Files.readString(Path.of("src/test/java/dev/tophash/DocumentationTest.java"));
        int from =
                test.indexOf(
                        "// [example]",
                        test.indexOf(
                                "void " + type.substring(0, 1).toLowerCase() + type.substring(1)));
        String here = test.substring(test.indexOf('\n', from), test.indexOf("// [end]", from));

        Path written = SOURCES.resolve(type + ".java");
        String source = Files.readString(Files.exists(written) ? written : generated(type));
        var snippet =
                Pattern.compile("\\{@snippet :\n(.*?\n \\* })\n \\* }\n", Pattern.DOTALL)
                        .matcher(source);
        assertTrue(snippet.find(), "no snippet in " + type);
        String there =
                snippet.group(1).replaceAll("(?m)^ \\* ?", "").replace("System.out.", "out.");
        assertEquals(squeeze(there), squeeze(here) + "}");
    }

    /** Where the build writes the source of a class that has a template. */
    private static Path generated(String type) {
        return Path.of("target/generated-sources/templates/dev/tophash", type + ".java");
    }

    private static String squeeze(String code) {
        return code.replaceAll("\\s+", "");
    }

    @Test
    void theLibraryDescribesItself() {
        assertTrue(Tophash.version().matches("\\d+\\.\\d+\\.\\d+"), Tophash.version());
        assertTrue(Tophash.kernels().contains(Tophash.kernel()));
        assertTrue(Tophash.kernels().contains("swar"), "the portable one runs everywhere");
        assertEquals("ffm (jvmci: not enabled)", Tophash.linkage());
        assertTrue(Files.isRegularFile(Tophash.libraryPath()));
        assertTrue(Tophash.libraryPath().isAbsolute());
    }
}
