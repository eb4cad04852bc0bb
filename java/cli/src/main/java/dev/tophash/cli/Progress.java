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
 * A bar on standard error that shows how far reading has come: on a terminal, for work that takes
 * long.
 */
final class Progress implements LongConsumer, AutoCloseable {
    /** Work that ends before is not worth a bar. Nanoseconds. */
    private static final long PATIENCE = 1_000_000_000;

    private static final int COLUMNS = 79;

    private final long begun = System.nanoTime();
    private final String task;
    private final long total;
    private final boolean terminal;
    private ProgressBar bar;

    /**
     * Makes a bar that waits.
     *
     * @param task what is being done, in a word
     * @param total bytes to read in all, or -1 if that is not known
     */
    Progress(String task, long total) {
        this(task, total, isTerminal());
    }

    Progress(String task, long total, boolean terminal) {
        this.task = task;
        this.total = total;
        this.terminal = terminal;
    }

    /**
     * Where standard error goes: asking the C library instead would cost more than most counts
     * take.
     */
    private static boolean isTerminal() {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
            return target.matches("/dev/(pts/\\d+|tty.*|console)");
        } catch (IOException e) {
            return false;
        }
    }

    /** Takes the number of bytes read so far. */
    @Override
    public void accept(long bytes) {
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
                            .setUnit(" MB", 1_000_000)
                            .setStyle(ProgressBarStyle.ASCII)
                            .setUpdateIntervalMillis(200)
                            .setConsumer(new ConsoleProgressBarConsumer(System.err, COLUMNS))
                            .build();
        }
        bar.stepTo(bytes);
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
