package dev.tophash;

import dev.tophash.internal.Linkage;
import dev.tophash.internal.MapCalls;
import dev.tophash.internal.NativeHeap;
import dev.tophash.internal.Status;
import dev.tophash.internal.ffi.tophash_h;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.ConcurrentModificationException;

/**
 * What all maps of this package have in common: entries in native memory, a size, and a life that
 * ends with {@link #close}.
 *
 * <h2>Memory</h2>
 *
 * A map that was never written to holds no native memory. The first write allocates; {@link #close}
 * gives everything back at once. A map that is forgotten instead gives its memory back some time
 * after the garbage collector has found it unreachable.
 *
 * <h2>Threads</h2>
 *
 * As with {@link java.util.HashMap}, one thread may write at a time, and any number may read while
 * none writes; how threads agree on that is theirs to arrange. Two writers at once are detected by
 * best effort and one of them gets a {@link ConcurrentModificationException}. Calls that race all
 * the same can lose entries or read wrong values of this map; they do not harm other maps or the
 * JVM.
 *
 * <h2>Closing</h2>
 *
 * Every use of a closed map, and of its cursors, throws {@link IllegalStateException}; closing
 * again does nothing.
 */
public abstract sealed class OffHeapMap implements AutoCloseable
        permits LongLongMap, StringLongMap {
    /**
     * How often a call goes for more room before it gives up. One round is the rule and three are
     * the most that a single writer can need; racing writers can use up each other's room for ever.
     */
    private static final int MAX_ROUNDS = 1000;

    /** 6.5 entries for each of the most buckets that a map can have. */
    private static final long MAX_ENTRIES = 13L << (tophash_h.TH_MAX_B() - 1);

    private static final Cleaner CLEANER = Cleaner.create();

    private final NativeHeap.Type type;
    private final long expectedSize;
    private final long defaultValue;

    /**
     * Address of the native map, or of the empty one before the first write and after {@link
     * #close}.
     */
    long map = Linkage.EMPTY_MAP;

    long stamp = Linkage.EMPTY_STAMP;
    boolean closed;

    /** How often this map was written to, so that cursors notice; wraps. */
    int writes;

    private Cleaner.Cleanable cleanable;

    OffHeapMap(NativeHeap.Type type, long expectedSize, long defaultValue) {
        checkEntries("expectedSize", expectedSize);
        this.type = type;
        this.expectedSize = expectedSize;
        this.defaultValue = defaultValue;
    }

    /**
     * What this map returns for an absent key; chosen when it was created.
     *
     * @return the default value, 0 unless another was given
     */
    public final long defaultValue() {
        return defaultValue;
    }

    /**
     * Number of entries.
     *
     * @return 0 or more; may exceed {@link Integer#MAX_VALUE}
     * @throws IllegalStateException if the map is closed
     */
    public final long size() {
        long size = MapCalls.size(map, stamp);
        checkOpen();
        return Math.max(size, 0);
    }

    /**
     * Whether there is no entry.
     *
     * @return true if {@link #size} is 0
     * @throws IllegalStateException if the map is closed
     */
    public final boolean isEmpty() {
        return size() == 0;
    }

    /**
     * Removes every entry and keeps the memory for the next ones; to give memory back, close the
     * map or call {@link #shrinkToFit} afterwards.
     *
     * @throws IllegalStateException if the map is closed
     * @throws ConcurrentModificationException if another thread was seen writing
     */
    public final void clear() {
        ordinary(false, () -> tophash_h.th_map_clear(header(), stamp), "clearing a map");
    }

    /**
     * Makes room for a number of entries in all, so that inserting up to that many does not grow
     * the map.
     *
     * @param entries total number of entries, 0 or more
     * @throws IllegalArgumentException if it is negative or beyond what a map can have
     * @throws OutOfMemoryError if there is no memory for them; the map is unchanged
     * @throws IllegalStateException if the map is closed
     * @throws ConcurrentModificationException if another thread was seen writing
     */
    public final void reserve(long entries) {
        checkEntries("entries", entries);
        ordinary(
                entries > 0,
                () -> tophash_h.th_map_reserve(header(), stamp, entries),
                "room for " + entries + " entries");
    }

    /**
     * Moves the entries into the least memory that holds them; an empty map gives all its memory
     * for entries back. Copies the whole map at once.
     *
     * @throws OutOfMemoryError if there is no memory for the copy; the map is unchanged
     * @throws IllegalStateException if the map is closed
     * @throws ConcurrentModificationException if another thread was seen writing
     */
    public final void shrinkToFit() {
        ordinary(false, () -> tophash_h.th_map_shrink(header(), stamp), "shrinking a map");
    }

    /**
     * Figures of this map, without those that take a look at every bucket.
     *
     * @return a snapshot
     * @throws IllegalStateException if the map is closed
     */
    public final MapStats stats() {
        return stats(false);
    }

    /**
     * Figures of this map with {@link MapStats#longestChain} and {@link MapStats#occupancy}, for
     * which every bucket is read.
     *
     * @return a snapshot
     * @throws IllegalStateException if the map is closed
     */
    public final MapStats fullStats() {
        return stats(true);
    }

    private MapStats stats(boolean full) {
        checkOpen();
        MapStats stats = MapStats.of(header(), stamp, full);
        checkOpen();
        return stats;
    }

    /**
     * Whether {@link #close} has been called.
     *
     * @return true from then on
     */
    public final boolean isClosed() {
        return closed;
    }

    /**
     * Gives all native memory back. Closing a closed map does nothing. May be called from any
     * thread.
     */
    @Override
    public final synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        map = Linkage.EMPTY_MAP;
        stamp = Linkage.EMPTY_STAMP;
        if (cleanable != null) {
            cleanable.clean();
        }
    }

    /** Type and size; the entries are not listed. */
    @Override
    public final String toString() {
        String content = closed ? "closed" : "size=" + size();
        return getClass().getSimpleName() + '[' + content + ']';
    }

    final void checkOpen() {
        if (closed) {
            throw closedException();
        }
    }

    private IllegalStateException closedException() {
        return new IllegalStateException("this " + getClass().getSimpleName() + " is closed");
    }

    /** Whether there is no native map yet; false for a closed map. */
    final boolean neverWritten() {
        return map == Linkage.EMPTY_MAP && !closed;
    }

    /** Makes the native map at the first write. */
    private synchronized void open() {
        checkOpen();
        if (cleanable != null) {
            return;
        }
        NativeHeap.Handle handle = NativeHeap.createMap(type, expectedSize);
        // The action must not refer to this map, or it would never become unreachable.
        try {
            cleanable = CLEANER.register(this, () -> NativeHeap.closeMap(handle));
        } catch (OutOfMemoryError e) { // of the Java heap
            NativeHeap.closeMap(handle);
            throw e;
        }
        stamp = handle.stamp();
        map = handle.map();
    }

    /** An ordinary (not quick) call that needs a native map only if {@code makes} says so. */
    private void ordinary(boolean makes, IntCall call, String what) {
        checkOpen();
        if (map == Linkage.EMPTY_MAP) {
            if (!makes) {
                return;
            }
            open();
        }
        writes++;
        int status = call.run();
        checkOpen();
        Status.check(status, what);
        NativeHeap.reclaimIfDue();
    }

    @FunctionalInterface
    private interface IntCall {
        int run();
    }

    /**
     * Does what a quick call could not, after which it can be repeated.
     *
     * @param status what the quick call returned
     * @param bytes length of the key that needs room; 0 for fixed-width keys
     * @param round how often this happened before in the same call
     */
    final void recover(int status, long bytes, int round) {
        checkOpen();
        if (round >= MAX_ROUNDS) {
            throw new ConcurrentModificationException("other threads keep writing to this map");
        }
        int outcome = status;
        if (status == Status.NEEDS_ROOM) {
            outcome = tophash_h.th_make_room(header(), stamp, bytes);
            NativeHeap.reclaimIfDue();
        }
        if (outcome == Status.CLOSED) {
            open();
        } else if (outcome < 0) {
            checkOpen();
            throw Status.failure(outcome, failureMessage(outcome, bytes));
        }
    }

    private String failureMessage(int status, long bytes) {
        if (status == Status.LIMIT) {
            return "a key of "
                    + bytes
                    + " bytes, or one more entry in a map of "
                    + size()
                    + ", is beyond the limits";
        }
        return "no native memory to grow a map of "
                + size()
                + " entries; Tophash maps hold "
                + NativeHeap.usage().liveBytes()
                + " bytes";
    }

    /** The native map as the ordinary functions take it. */
    private MemorySegment header() {
        return MemorySegment.ofAddress(map);
    }

    /** A native map's last replaced value. */
    final long previous(long map) {
        long value = Linkage.previous(map);
        // A map that is forgotten in this very call must not be closed, and its header reused,
        // before.
        Reference.reachabilityFence(this);
        return value;
    }

    private static void checkEntries(String name, long entries) {
        if (entries < 0 || entries > MAX_ENTRIES) {
            throw new IllegalArgumentException(
                    name + " is " + entries + ", must be from 0 to " + MAX_ENTRIES);
        }
    }

    /** One quick call's share of a batch. */
    @FunctionalInterface
    interface BatchStep {
        int run(MemorySegment progress);
    }

    /** Length of the i-th key of a batch. */
    @FunctionalInterface
    interface KeyLength {
        long of(long i);
    }

    /**
     * Runs a batch to its end, a quick call at a time. A batch of no keys calls nothing, so that it
     * makes no native map.
     *
     * @param n number of keys
     * @return how many of them were present
     */
    final long runBatch(long n, BatchStep step, KeyLength lengths) {
        checkOpen();
        if (n == 0) {
            return 0;
        }
        long[] progress = new long[2];
        MemorySegment segment = MemorySegment.ofArray(progress);
        int round = 0;
        for (; ; ) {
            long before = progress[0];
            int status = step.run(segment);
            if (status == Status.ABSENT) {
                checkOpen();
                return progress[1];
            }
            round = progress[0] == before ? round + 1 : 0;
            if (status != Status.MORE) {
                recover(status, lengths.of(progress[0]), round);
            }
        }
    }
}
