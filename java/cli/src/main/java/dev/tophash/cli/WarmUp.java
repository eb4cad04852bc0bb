package dev.tophash.cli;

import dev.tophash.Spans;
import dev.tophash.StringLongMap;

import java.lang.foreign.MemorySegment;

/**
 * Loads the native library and links what counting calls, in a thread of its own, while the command
 * line is still being read: the two take about as long as each other, and more than counting a
 * small file does.
 */
final class WarmUp {
    private static volatile Thread thread;
    private static volatile LinkageError failure;

    private WarmUp() {}

    /** Begins; returns at once. */
    static void start() {
        Thread started = new Thread(WarmUp::run, "warm-up");
        started.setDaemon(true);
        started.start();
        thread = started;
    }

    /**
     * Waits for the end, if it was started.
     *
     * @throws LinkageError if the library cannot be loaded; a class whose initialization failed in
     *     the other thread would not say why in this one
     */
    static void await() {
        Thread started = thread;
        if (started == null) {
            return;
        }
        try {
            started.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (failure != null) {
            throw failure;
        }
    }

    private static void run() {
        try (StringLongMap map = StringLongMap.create()) {
            long[] one = {1};
            Spans keys = Spans.of(MemorySegment.ofArray(new byte[1]), new long[1], one, 0, 1);
            map.addAll(keys, MemorySegment.ofArray(one));
            map.cursor().next();
            map.stats();
        } catch (LinkageError e) {
            failure = e;
        }
    }
}
