package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Path;
import java.util.List;

/**
 * No sequence of calls from any number of threads to maps and sets with codecs crashes the JVM,
 * harms other maps or leaks: see {@link Misuse}. {@code -Dtophash.stress.millis} makes each mode
 * last longer. That a crash would be seen, {@link MisuseStressTest} shows.
 */
class MisuseTest {
    private static final long MILLIS =
            Long.getLong("tophash.stress.millis", Effort.EMULATED ? 6_000 : 3_000);

    @TempDir Path directory;

    @ParameterizedTest
    @EnumSource
    void misuseHarmsOnlyTheMisusedMaps(Misuse.Mode mode) throws Exception {
        String seed = Long.toString(System.nanoTime());
        List<String> arguments = List.of(mode.name(), Long.toString(MILLIS), seed);
        long seconds = MILLIS / 1000 + (Effort.EMULATED ? 300 : 60);
        ForkedJvm.Result result = ForkedJvm.run(directory, Misuse.class, arguments, seconds);
        assertEquals("", result.crash(), result::output);
        assertEquals(0, result.status(), result::output);
        assertTrue(result.output().contains("done: "), result::output);
        System.out.println(
                mode + " " + result.output().lines().filter(l -> l.startsWith("done")).toList());
    }
}
