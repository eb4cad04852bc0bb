package dev.tophash;

import dev.tophash.internal.log.Log;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The thread of a durable map that syncs its log in time, and writes its file anew. It does not
 * keep a forgotten map alive.
 */
final class LogKeeper implements Runnable {
    private static final System.Logger LOGGER = System.getLogger("dev.tophash");

    /** How often it looks whether the log has become too large. */
    private static final long TURN = TimeUnit.SECONDS.toNanos(1);

    private final WeakReference<DurableMap<?, ?>> map;
    private final Path file;
    private final Log log;

    /** Nanoseconds between syncs; 0: it need not. */
    private final long interval;

    private final long compactAfter;
    private final ReentrantLock compacting = new ReentrantLock();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition stopping = lock.newCondition();
    private final Thread thread;
    private boolean stopped;
    private boolean ended;

    /** Bytes of segments that were there when the map was opened, while they are. */
    private volatile long before;

    /** After a failure: not before the log is as large as this. */
    private long notBelow;

    LogKeeper(
            DurableMap<?, ?> map,
            Path file,
            Log log,
            Durability durability,
            long compactAfter,
            long before) {
        this.map = new WeakReference<>(map);
        this.file = file;
        this.log = log;
        this.interval =
                durability.isEachWrite() || durability.interval() == null
                        ? 0
                        : durability.interval().toNanos();
        this.compactAfter = compactAfter;
        this.before = before;
        this.thread = Thread.ofPlatform().daemon().name("tophash-log").unstarted(this);
    }

    void start() {
        thread.start();
    }

    /**
     * Ends the thread, once it has done what it is at. When this returns nobody writes the file,
     * nor will: it may be another process's by then.
     */
    void stop() {
        lock.lock();
        stopped = true;
        stopping.signalAll();
        lock.unlock();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        compacting.lock();
        ended = true;
        compacting.unlock();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void run() {
        long turn = interval == 0 ? TURN : Math.min(interval, TURN);
        while (goesOn(turn)) {
            DurableMap<?, ?> kept = map.get();
            if (kept == null) {
                return;
            }
            tend(kept);
        }
    }

    /** Waits for the next turn; false if there is none. */
    private boolean goesOn(long nanos) {
        lock.lock();
        try {
            long left = nanos;
            while (!stopped && left > 0) {
                left = stopping.awaitNanos(left);
            }
            return !stopped;
        } catch (InterruptedException e) {
            return false; // nobody but the process's end would
        } finally {
            lock.unlock();
        }
    }

    private void tend(DurableMap<?, ?> kept) {
        if (interval != 0) {
            try {
                log.sync();
            } catch (IOException e) {
                return; // writers are told
            }
        }
        long bytes = before + log.bytes();
        long fileBytes = file.toFile().length(); // 0 if there is none
        if (bytes < Math.max(notBelow, Math.max(compactAfter, fileBytes))) {
            return;
        }
        try {
            compact(kept);
            notBelow = 0;
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            if (kept.isClosed()) {
                return;
            }
            notBelow = 2 * bytes;
            LOGGER.log(System.Logger.Level.WARNING, "the log of " + file + " stays", e);
        }
    }

    /** Writes the file anew; one thread at a time. */
    void compact(DurableMap<?, ?> kept) throws IOException {
        compacting.lock();
        try {
            if (ended) {
                throw new IllegalStateException("the map is closed");
            }
            kept.compaction().run();
            before = 0;
        } finally {
            compacting.unlock();
        }
    }
}
