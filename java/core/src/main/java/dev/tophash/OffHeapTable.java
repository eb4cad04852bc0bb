package dev.tophash;

import dev.tophash.internal.Events;
import dev.tophash.internal.Linkage;
import dev.tophash.internal.MapCalls;
import dev.tophash.internal.NativeHeap;
import dev.tophash.internal.Placement;
import dev.tophash.internal.Status;
import dev.tophash.internal.TableOptions;
import dev.tophash.internal.ffi.tophash_h;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.util.ConcurrentModificationException;
import java.util.function.IntSupplier;

/**
 * What maps and sets with keys and values of their own kind have in common: one table in native
 * memory, with a size that may exceed {@link Integer#MAX_VALUE}. See {@link OffHeap} for memory,
 * lifetimes and threads.
 */
public abstract sealed class OffHeapTable extends TableLife implements OffHeap
        permits LongTable, IntTable, BytesTable, CodecTable {
    /**
     * How often a call goes for more room before it gives up. One round is the rule and three are
     * the most that a single writer can need; racing writers can use up each other's room for ever.
     */
    private static final int MAX_ROUNDS = 1000;

    /** 6.5 entries for each of the most buckets that a map can have. */
    static final long MAX_ENTRIES = 13L << (tophash_h.TH_MAX_B() - 1);

    /** The key length of batches over keys of fixed width. */
    static final KeyLength NO_BYTES = i -> 0;

    /** How often this map was cleared, which ends the walks that go on; wraps. */
    int clears;

    /**
     * An empty table.
     *
     * @param type see {@link dev.tophash.internal.TableType}
     */
    OffHeapTable(long type, TableOptions options) {
        super(type, options);
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
     * Removes every entry and keeps the memory for the next ones: what the map holds, {@link
     * #nativeBytes}, stays the same, though pages of large maps go back to the system until they
     * are written to again. To give all memory back, close the map or call {@link #shrinkToFit}
     * afterwards. A concurrent map lets go of this memory, and asks for as much anew when it is
     * written to.
     *
     * @throws IllegalStateException if the map is closed
     * @throws ConcurrentModificationException if another thread was seen writing
     */
    public final void clear() {
        checkWritable();
        Shards<?> shards = shards();
        if (shards != null) {
            shards.clear();
            return;
        }
        ordinary(false, this::clearOnce, "clearing a map");
    }

    private int clearOnce() {
        int status = tophash_h.th_map_clear(header(), stamp);
        if (status >= 0) {
            clears++;
        }
        return status;
    }

    @Override
    public final void reserve(long entries) {
        checkEntries("entries", entries);
        checkWritable();
        Shards<?> shards = shards();
        if (shards != null) {
            shards.reserve(entries);
            return;
        }
        ordinary(
                entries > 0,
                () -> tophash_h.th_map_reserve(header(), stamp, entries),
                "room for " + entries + " entries");
    }

    @Override
    public final void shrinkToFit() {
        checkWritable();
        Shards<?> shards = shards();
        if (shards != null) {
            shards.shrinkToFit();
            return;
        }
        ordinary(false, () -> tophash_h.th_map_shrink(header(), stamp), "shrinking a map");
    }

    @Override
    public final void migrate(MemoryPolicy policy) {
        Placement placement = policy.forEngine();
        checkWritable();
        if (shards() != null) {
            Computation.refuseLocksOf(this);
        }
        setPlacement(placement);
        if (map == Linkage.EMPTY_MAP) {
            return;
        }
        try (Migration migration = new Migration(policy, placement)) {
            migration.move(this, () -> migration.movesPiece(this));
            Shards<?> shards = shards();
            if (shards != null) {
                shards.migrate(migration);
            }
        }
        NativeHeap.reclaimIfDue();
    }

    @Override
    public final void saveTo(Path file) throws IOException {
        TableFiles.save(this, file);
    }

    @Override
    public final boolean isReadOnly() {
        return file() != null;
    }

    @Override
    public final void verify() throws IOException {
        TableFiles.verify(this);
    }

    @Override
    public final void warm() {
        TableFiles.warm(this);
    }

    @Override
    public final MapFileInfo fileInfo() {
        return MapFileInfo.of(TableFiles.opened(this).info());
    }

    @Override
    public final MapStats stats() {
        return stats(false);
    }

    @Override
    public final MapStats fullStats() {
        Shards<?> shards = shards();
        return shards == null ? stats(true) : shards.whileLocked(() -> stats(true));
    }

    private MapStats stats(boolean full) {
        for (; ; ) {
            checkOpen();
            // Another thread's first write may come between the reading of map and of stamp.
            MapStats stats = MapStats.of(map, stamp, full);
            if (stats != null) {
                return stats;
            }
            Thread.onSpinWait();
        }
    }

    @Override
    public final boolean isClosed() {
        return hasEnded();
    }

    @Override
    public final void close() {
        end();
    }

    /** Type and size; the entries are not listed. */
    @Override
    public final String toString() {
        String content = isClosed() ? "closed" : "size=" + size();
        return typeName() + '[' + content + ']';
    }

    /** What keys are in a file, see {@link Codec#name}. */
    abstract String keyName();

    /** The same of values; empty for a set. */
    abstract String valueName();

    /** An ordinary (not quick) call that needs a native map only if {@code makes} says so. */
    private void ordinary(boolean makes, IntSupplier call, String what) {
        checkOpen();
        if (map == Linkage.EMPTY_MAP) {
            if (!makes) {
                return;
            }
            open();
        }
        written();
        int status = Events.areOn() ? TableEvents.growth(this, call) : call.getAsInt();
        checkOpen();
        if (status < 0) {
            throw failure(status, what);
        }
        NativeHeap.reclaimIfDue();
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
            outcome =
                    Events.areOn()
                            ? TableEvents.growth(this, () -> makeRoom(bytes))
                            : makeRoom(bytes);
            NativeHeap.reclaimIfDue();
        }
        if (outcome == Status.CLOSED) {
            open();
        } else if (outcome < 0) {
            checkOpen();
            if (outcome == Status.READ_ONLY) {
                throw readOnlyException();
            }
            throw failure(outcome, failureMessage(outcome, bytes));
        }
    }

    private int makeRoom(long bytes) {
        return tophash_h.th_make_room(header(), stamp, bytes);
    }

    private String failureMessage(int status, long bytes) {
        if (status == Status.LIMIT) {
            return "a key of "
                    + bytes
                    + " bytes, or one more entry in a map of "
                    + size()
                    + ", is beyond the limits";
        }
        return "no native memory to grow a map of " + size() + " entries";
    }

    /** The exception for a failed call. */
    static RuntimeException failure(int status, String what) {
        if (status != Status.NO_MEMORY) {
            throw Status.failure(status, what);
        }
        NativeHeap.Usage usage = NativeHeap.usage();
        if (usage.refusedHere()) {
            throw new NativeBudgetError(
                    what, usage.refusedBytes(), usage.refusedLive(), usage.budget());
        }
        throw new OutOfMemoryError(what + "; Tophash maps hold " + usage.liveBytes() + " bytes");
    }

    /** The native map as the ordinary functions take it. */
    private MemorySegment header() {
        return MemorySegment.ofAddress(map);
    }

    /** The value that the last write replaced or removed, as a word. */
    final long previous() {
        long value = Linkage.previous(map);
        // A map that is forgotten in this very call must not be closed, and its header reused,
        // before.
        Reference.reachabilityFence(this);
        checkOpen();
        return value;
    }

    static void checkEntries(String name, long entries) {
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
                checkFile();
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
