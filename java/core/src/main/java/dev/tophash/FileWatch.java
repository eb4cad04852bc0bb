package dev.tophash;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;

/**
 * Looks once a second whether a file was cut off that a map has open: single lookups, which would
 * find nothing in what is gone, are too quick to do that. One thread for all maps, as long as there
 * are any.
 */
final class FileWatch {
    private static final long PERIOD_MILLIS = 1000;

    private static final List<WeakReference<OffHeapTable>> WATCHED = new ArrayList<>();
    private static boolean running;

    private FileWatch() {}

    /** Watches a map until it is closed or forgotten. */
    static void add(OffHeapTable table) {
        synchronized (WATCHED) {
            WATCHED.add(new WeakReference<>(table));
            if (!running) {
                Thread thread = new Thread(FileWatch::run, "tophash-files");
                thread.setDaemon(true);
                thread.start();
                running = true;
            }
        }
    }

    private static void run() {
        try {
            do {
                Thread.sleep(PERIOD_MILLIS);
            } while (look());
        } catch (InterruptedException e) { // by nobody who knows what they do: look no more
            synchronized (WATCHED) {
                running = false;
            }
        }
    }

    /** Looks at all of them; false when there are none left. */
    private static boolean look() {
        List<WeakReference<OffHeapTable>> watched;
        synchronized (WATCHED) {
            WATCHED.removeIf(FileWatch::isOver);
            running = !WATCHED.isEmpty();
            watched = List.copyOf(WATCHED);
        }
        for (WeakReference<OffHeapTable> one : watched) {
            OffHeapTable table = one.get();
            if (table != null) {
                try {
                    table.checkFile();
                } catch (IllegalStateException e) {
                    // It is closed: whoever uses it next will be told why.
                }
            }
        }
        return !watched.isEmpty();
    }

    private static boolean isOver(WeakReference<OffHeapTable> one) {
        OffHeapTable table = one.get();
        return table == null || table.isClosed();
    }
}
