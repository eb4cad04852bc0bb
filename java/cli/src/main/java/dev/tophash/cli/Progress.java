package dev.tophash.cli;

import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongConsumer;

/**
 * A bar on standard error that shows how far work has come: on a terminal, for work that takes
 * long.
 */
final class Progress implements LongConsumer, AutoCloseable {
    /** Work that ends before is not worth a bar. Nanoseconds. */
    private static final long PATIENCE = 1_000_000_000;

    private static final int COLUMNS = 79;
    private static final int STANDARD_OUTPUT = 1;
    private static final int STANDARD_ERROR = 2;

    /** What the bar counts, a million of them at a time. */
    enum Unit {
        /** Bytes that were read. */
        MEGABYTES(" MB"),
        /** Entries that were written. */
        MILLION_ENTRIES("M entries");

        private static final int SIZE = 1_000_000;

        private final String words;

        Unit(String words) {
            this.words = words;
        }
    }

    private final long begun = System.nanoTime();
    private final String task;
    private final long total;
    private final Unit unit;
    private final boolean terminal;
    private ProgressBar bar;

    /**
     * Makes a bar that waits.
     *
     * @param task what is being done, in a word
     * @param total bytes or entries in all, or -1 if that is not known
     */
    Progress(String task, long total, Unit unit) {
        this(task, total, unit, isTerminal(STANDARD_ERROR));
    }

    Progress(String task, long total, Unit unit, boolean terminal) {
        this.task = task;
        this.total = total;
        this.unit = unit;
        this.terminal = terminal;
    }

    /**
     * A bar for work that writes to standard output if {@code toOutput} says so: there is none if
     * what is written is on the screen itself.
     */
    static Progress ofWriting(String task, long total, boolean toOutput) {
        boolean seen = toOutput && isTerminal(STANDARD_OUTPUT);
        return new Progress(task, total, Unit.MILLION_ENTRIES, !seen && isTerminal(STANDARD_ERROR));
    }

    /** Where a stream goes: asking the C library instead would cost more than most counts take. */
    private static boolean isTerminal(int stream) {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + stream)).toString();
            return target.matches("/dev/(pts/\\d+|tty.*|console)");
        } catch (IOException e) {
            return false;
        }
    }

    /** Takes the number of bytes or entries that are done. */
    @Override
    public void accept(long done) {
        if (!terminal) {
            return;
        }
        if (bar == null) {
            if (System.nanoTime() - begun < PATIENCE) {
                return;
            }
            bar =
                    new ProgressBarBuilder()
                            .setTaskName(task)
                            .setInitialMax(total)
                            .setUnit(unit.words, Unit.SIZE)
                            .setStyle(ProgressBarStyle.ASCII)
                            .setUpdateIntervalMillis(200)
                            .setConsumer(new ConsoleProgressBarConsumer(System.err, COLUMNS))
                            .build();
        }
        bar.stepTo(done);
    }

    /** Whether a bar is on the screen. */
    boolean shown() {
        return bar != null;
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
