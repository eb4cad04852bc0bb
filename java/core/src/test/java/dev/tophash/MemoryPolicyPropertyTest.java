package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.util.List;

/** The memory policy that a process starts with: a system property, so each in a JVM of its own. */
class MemoryPolicyPropertyTest {
    private static final String PROPERTY = "tophash.memoryPolicy";

    @TempDir Path directory;

    /** Makes a map first, as a program would that knows of no policies. */
    static final class Program {
        private Program() {}

        public static void main(String[] arguments) {
            try (LongLongMap map = LongLongMap.create();
                    LongLongMap own =
                            LongLongMap.builder().memory(MemoryPolicy.firstTouch()).build()) {
                map.put(1, 2);
                own.put(1, 2);
                System.out.println("a map " + map.stats().placement() + " " + map.stats().pages());
                System.out.println("chosen " + own.stats().placement() + " " + own.stats().pages());
                System.out.println("standard " + Tophash.memoryPolicy());
            } catch (Throwable t) {
                for (Throwable c = t; c != null; c = c.getCause()) {
                    System.out.println(c);
                }
                System.exit(1);
            }
        }
    }

    private ForkedJvm.Result run(String... options) throws Exception {
        int seconds = Effort.EMULATED ? 300 : 60;
        return ForkedJvm.run(directory, List.of(options), Program.class, List.of(), seconds);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "interleave            | INTERLEAVE HUGE   | interleave",
                "local,small           | LOCAL SMALL       | local,small",
                "bind:0+2-3            | BIND HUGE         | bind:0+2-3",
                "bind:0,2-3,small      | BIND SMALL        | bind:0+2-3,small",
                "prefer:0              | PREFER HUGE       | prefer:0",
                "spread:0,explicit-2m  | SPREAD EXPLICIT_2M | spread:0,explicit-2m",
                "small                 | FIRST_TOUCH SMALL | small",
            })
    void goodWordsTakeEffect(String words, String told, String standard) throws Exception {
        ForkedJvm.Result result = run("-D" + PROPERTY + "=" + words);
        assertEquals(0, result.status(), result::output);
        List<String> lines = result.output().lines().toList();
        assertTrue(lines.contains("a map " + told), result::output);
        assertTrue(lines.contains("standard " + standard), result::output);
        String pages = told.split(" ")[1]; // the map has chosen nodes, not pages
        assertTrue(lines.contains("chosen FIRST_TOUCH " + pages), result::output);
    }

    @Test
    void withoutThePropertyNothingIsChosen() throws Exception {
        ForkedJvm.Result result = run();
        assertEquals(0, result.status(), result::output);
        List<String> lines = result.output().lines().toList();
        assertTrue(lines.contains("a map FIRST_TOUCH HUGE"), result::output);
        assertTrue(lines.contains("standard standard"), result::output);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "interlaeve", "bind:x", "prefer", "local:0", "bind:1024"})
    void badWordsAreNamedWithTheProperty(String words) throws Exception {
        ForkedJvm.Result result = run("-D" + PROPERTY + "=" + words);
        assertEquals(1, result.status(), result::output);
        assertFalse(result.output().contains("a map"), result::output);
        assertTrue(result.output().contains("system property " + PROPERTY + ": "), result::output);
        assertTrue(result.output().contains('"' + words + '"'), result::output);
        assertEquals("", result.crash());
    }

    /** What must be and cannot is an error at the start, not memory elsewhere. */
    @Test
    void strictWordsThatTheKernelRefusesAreAnError() throws Exception {
        ForkedJvm.Result result = run("-D" + PROPERTY + "=bind:1023,strict");
        assertEquals(1, result.status(), result::output);
        assertTrue(
                result.output().contains("the kernel refuses the memory policy bind:1023,strict"),
                result::output);
    }
}
