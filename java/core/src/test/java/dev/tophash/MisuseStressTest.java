package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tophash.MisuseStress.Mode;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Path;
import java.util.List;

/**
 * No sequence of calls from any number of threads crashes the JVM, harms other maps or leaks: see
 * {@link MisuseStress} for what is tried. {@code -Dtophash.stress.millis} makes each mode last
 * longer.
 */
class MisuseStressTest {
    private static final long MILLIS =
            Long.getLong("tophash.stress.millis", Effort.EMULATED ? 6_000 : 3_000);

    @TempDir Path directory;

    private ForkedJvm.Result stress(Mode mode) throws Exception {
        String seed = Long.toString(System.nanoTime());
        List<String> arguments = List.of(mode.name(), Long.toString(MILLIS), seed);
        long seconds = MILLIS / 1000 + (Effort.EMULATED ? 300 : 60);
        return ForkedJvm.run(directory, MisuseStress.class, arguments, seconds);
    }

    @ParameterizedTest
    @EnumSource(names = "CRASH", mode = EnumSource.Mode.EXCLUDE)
    void misuseHarmsOnlyTheMisusedMaps(Mode mode) throws Exception {
        ForkedJvm.Result result = stress(mode);
        assertEquals("", result.crash(), result::output);
        assertEquals(0, result.status(), result::output);
        assertTrue(result.output().contains("done: "), result::output);
        System.out.println(
                mode + " " + result.output().lines().filter(l -> l.startsWith("done")).toList());
    }

    /** The control: a crash would be seen. */
    @Test
    void aCrashIsReported() throws Exception {
        ForkedJvm.Result result = stress(Mode.CRASH);
        assertNotEquals(0, result.status());
        assertTrue(result.crash().contains("SIGSEGV"), result::toString);
    }
}
