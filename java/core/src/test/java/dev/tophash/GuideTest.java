package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The examples in the guide, the document on NUMA and the README compile, run, and come out as they
 * say.
 */
class GuideTest {
    private static final Path ROOT = Path.of("../..");
    private static final List<String> DOCUMENTS =
            List.of("docs/guide.md", "docs/numa.md", "README.md");

    @TempDir static Path directory;

    @BeforeAll
    static void needsACompiler() {
        assumeTrue(
                ModuleLayer.boot().findModule("jdk.compiler").isPresent(),
                "this Java has no compiler");
    }

    @TestFactory
    Stream<DynamicTest> examples() throws IOException {
        Stream.Builder<DynamicTest> tests = Stream.builder();
        for (String document : DOCUMENTS) {
            for (MarkdownExample example : MarkdownExample.of(ROOT.resolve(document))) {
                String place = document + ":" + example.firstLine();
                tests.add(
                        DynamicTest.dynamicTest(
                                example.heading() + " (" + place + ")", () -> run(example)));
            }
        }
        return tests.build();
    }

    private static void run(MarkdownExample example) throws Exception {
        assertTrue(example.checksSomething(), "an example that cannot fail");
        example.run(Files.createTempDirectory(directory, "example"));
    }

    @Test
    void theExamplesAreFound() throws IOException {
        List<MarkdownExample> examples = MarkdownExample.of(ROOT.resolve("docs/guide.md"));
        assertTrue(examples.size() >= 20, "found " + examples.size());
        assertEquals(4, MarkdownExample.of(ROOT.resolve("docs/numa.md")).size());
        assertEquals(1, MarkdownExample.of(ROOT.resolve("README.md")).size());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "String.valueOf(4); // -> 5",
                "int four = 2 + 2; // -> 5",
                "Integer.parseInt(\"4\"); // throws NumberFormatException",
                "Integer.parseInt(\"x\"); // throws NullPointerException",
                "Integer.parseInt(\"x\"); // throws NumberFormatException: the letter y",
                "assert 2 + 2 == 5;",
                "int four = \"4\"; // -> 4"
            })
    void anExampleThatIsWrongFails(String line) throws IOException {
        MarkdownExample example = new MarkdownExample("", 1, List.of(line));
        Path classes = Files.createTempDirectory(directory, "wrong");
        assertThrows(AssertionError.class, () -> example.run(classes));
    }
}
