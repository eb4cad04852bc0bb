package dev.tophash.cli;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;

/** A bar for long work on a terminal, and nothing else. */
class ProgressTest {
    private static String shown(Progress progress, long milliseconds) throws Exception {
        PrintStream err = System.err;
        ByteArrayOutputStream screen = new ByteArrayOutputStream();
        System.setErr(new PrintStream(screen, true));
        try (progress) {
            progress.accept(1_000_000);
            Thread.sleep(milliseconds);
            progress.accept(2_000_000);
            progress.accept(3_000_000);
        } finally {
            System.setErr(err);
        }
        return screen.toString();
    }

    @Test
    void longWorkOnATerminal() throws Exception {
        Progress progress = new Progress("counting", 4_000_000, Progress.Unit.MEGABYTES, true);
        String screen = shown(progress, 1100);
        assertTrue(progress.shown());
        assertTrue(
                screen.contains("counting") && screen.contains("75%") && screen.contains("3/4 MB"),
                screen);
    }

    @Test
    void unknownSize() throws Exception {
        Progress progress = new Progress("counting", -1, Progress.Unit.MEGABYTES, true);
        assertTrue(shown(progress, 1100).contains("3/? MB"));
    }

    @Test
    void entries() throws Exception {
        Progress progress = new Progress("dumping", 4_000_000, Progress.Unit.MILLION_ENTRIES, true);
        String screen = shown(progress, 1100);
        assertTrue(screen.contains("dumping") && screen.contains("3/4M entries"), screen);
    }

    @Test
    void shortWork() throws Exception {
        Progress progress = new Progress("counting", 4_000_000, Progress.Unit.MEGABYTES, true);
        assertTrue(shown(progress, 0).isEmpty());
        assertFalse(progress.shown());
    }

    @Test
    void noTerminal() throws Exception {
        assertTrue(
                shown(new Progress("counting", 4_000_000, Progress.Unit.MEGABYTES, false), 1100)
                        .isEmpty());
    }
}
