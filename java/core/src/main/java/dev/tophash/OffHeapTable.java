package dev.tophash;

import dev.tophash.internal.Events;
import dev.tophash.internal.Linkage;
import dev.tophash.internal.Lives;
import dev.tophash.internal.MapCalls;
import dev.tophash.internal.MapFiles;
import dev.tophash.internal.NativeHeap;
import dev.tophash.internal.OpenedFile;
import dev.tophash.internal.Placement;
import dev.tophash.internal.Status;
import dev.tophash.internal.TableOptions;
import dev.tophash.internal.ffi.tophash_h;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.ConcurrentModificationException;
import java.util.function.Consumer;

/**
 * What maps and sets with keys and values of their own kind have in common: one table in native
 * memory, with a size that may exceed {@link Integer#MAX_VALUE}. See {@link OffHeap} for memory,
 * lifetimes and threads.
 */
public abstract sealed class OffHeapTable implements OffHeap
        permits LongTable, IntTable, BytesKeyMap, BytesBytesMap, CodecTable {
    /**
     * How often a call goes for more room before it gives up. One round is the rule and three are
     * the most that a single writer can need; racing writers can use up each other's room for ever.
     */
    private static final int MAX_ROUNDS = 1000;

    /** 6.5 entries for each of the most buckets that a map can have. */
    static final long MAX_ENTRIES = 13L << (tophash_h.TH_MAX_B() - 1);

    private static final int NO_LIFE = -1;

    /** A shard lives as long as the map that it is a part of. */
    private static final int LIFE_OF_WHOLE = -2;

    /** The key length of batches over keys of fixed width. */
    static final KeyLength NO_BYTES = i -> 0;

    private final long type;
    private TableOptions options;

    /**
     * Address of the native map, or of the empty one before the first write and after {@link
     * #close}.
     */
    long map = Linkage.EMPTY_MAP;

    long stamp = Linkage.EMPTY_STAMP;
    private int life = NO_LIFE;

    /** How often this map was written to, so that cursors notice; wraps. Of a shard, 0. */
    int writes;

    /** How often this map was cleared, which ends the walks that go on; wraps. */
    int clears;

    /** Read without order on every call; {@link #isClosed} is for threads that wait. */
    private boolean closed;

    /**
     * An empty table.
     *
     * @param type see {@link dev.tophash.internal.TableType}
     */
    OffHeapTable(long type, TableOptions options) {
        this.type = type;
        this.options = options;
        Arena arena = options.arena();
        if (arena != null) {
            closeWith(arena);
        }
    }

    /**
     * Has the arena close this table. The arena must not keep it reachable, or forgotten tables
     * would pile up in a long-lived one.
     */
    private void closeWith(Arena arena) {
        WeakReference<OffHeapTable> self = new WeakReference<>(this);
        MemorySegment.NULL.reinterpret(
                arena,
                ended -> {
                    OffHeapTable table = self.get();
                    if (table != null) {
                        table.close();
                    }
                });
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
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment wanted = placement.segment(arena);
            MemorySegment progress = arena.allocate(ValueLayout.JAVA_LONG);
            while (migrates(policy, wanted, progress)) {
                checkOpen();
            }
        }
        Shards<?> shards = shards();
        if (shards != null) {
            shards.migrate(policy, placement);
        }
        NativeHeap.reclaimIfDue();
    }

    /** Moves one piece; whether there are more. */
    final boolean migrates(MemoryPolicy policy, MemorySegment wanted, MemorySegment progress) {
        int status = tophash_h.th_map_migrate(header(), stamp, wanted, progress);
        checkOpen();
        policy.check(status);
        Status.check(status, "moving a map to the memory policy " + policy);
        return status == Status.MORE;
    }

    /** Where it was chosen to lie, or null. */
    final Placement placement() {
        return options.placement();
    }

    /** For a native map that is still to be made, by whichever thread does. */
    private synchronized void setPlacement(Placement placement) {
        if (life == NO_LIFE || shards() != null) {
            options = options.withPlacement(placement);
        }
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
        VarHandle.acquireFence(); // so that a loop that waits for it ends
        return closed;
    }

    @Override
    public final synchronized void close() {
        if (closed) {
            return;
        }
        long closing = map;
        long closingStamp = stamp;
        Shards<?> shards = shards();
        if (shards != null) {
            shards.close(); // before the native map: writers then know why they fail
        }
        closed = true;
        VarHandle.releaseFence(); // who sees the empty map knows why
        map = Linkage.EMPTY_MAP;
        stamp = Linkage.EMPTY_STAMP;
        if (life < 0) {
            return;
        }
        try {
            if (Events.areOn()) {
                MapStats stats = MapStats.of(closing, closingStamp, false);
                if (stats != null) {
                    Events.closed(
                            typeName(), closing, closingStamp, stats.size(), stats.reservedBytes());
                }
            }
        } finally {
            Lives.end(life); // whatever becomes of the event
        }
    }

    /** Type and size; the entries are not listed. */
    @Override
    public final String toString() {
        String content = closed ? "closed" : "size=" + size();
        return typeName() + '[' + content + ']';
    }

    /**
     * Counts a write. Those to shards are not: their walks do not ask, and it would be one more
     * line of memory for writers to take from each other.
     */
    final void written() {
        if (life != LIFE_OF_WHOLE) {
            writes++;
        }
    }

    final void checkOpen() {
        if (closed) {
            throw closedException();
        }
    }

    private IllegalStateException closedException() {
        OpenedFile file = file();
        String what = "this " + knownAs();
        if (file != null && file.isCut()) {
            return new IllegalStateException(
                    what + " is closed: " + file.path() + " was cut off while it was open");
        }
        return new IllegalStateException(what + " is closed");
    }

    /** The name of its type, or of the type of the map that it is a part of. */
    private String knownAs() {
        TableOptions.Whole whole = options.whole();
        return whole == null ? typeName() : whole.typeName();
    }

    /** The file that this map, or the one that it is a part of, was opened from; else null. */
    final OpenedFile file() {
        TableOptions.Whole whole = options.whole();
        return whole == null ? options.file() : whole.file();
    }

    /** For what begins to write, where that is not done by the call that notices. */
    final void checkWritable() {
        checkOpen();
        if (file() != null) {
            throw readOnlyException();
        }
    }

    private UnsupportedOperationException readOnlyException() {
        return new UnsupportedOperationException(
                "this " + knownAs() + " was opened from " + file().path() + " and is read-only");
    }

    /**
     * Closes a map whose file was cut off while it was open: for callers that have just read more
     * than an entry, and need not count every nanosecond.
     */
    final void checkFile() {
        OpenedFile file = file();
        if (file == null) {
            return;
        }
        if (options.whole() != null) {
            options.whole().checkFile();
        } else if (MapFiles.state(map, stamp) == Status.BAD_FILE) {
            cutOff(file);
        }
        checkOpen();
    }

    private synchronized void cutOff(OpenedFile file) {
        if (!closed) {
            file.setCut();
            if (Events.areOn()) {
                Events.cut(typeName(), map, stamp, file.path().toString());
            }
            close();
        }
    }

    /** The shards of a concurrent map, which do the work on entries; null for all others. */
    Shards<?> shards() {
        return null;
    }

    /** Whether there is no native map yet; false for a closed map. */
    final boolean neverWritten() {
        return map == Linkage.EMPTY_MAP && !closed;
    }

    /** See {@link dev.tophash.internal.TableType}. */
    final long type() {
        return type;
    }

    final TableOptions options() {
        return options;
    }

    /** What keys are in a file, see {@link Codec#name}. */
    abstract String keyName();

    /** The same of values; empty for a set. */
    abstract String valueName();

    /** What users know this table as. */
    String typeName() {
        return getClass().getSimpleName();
    }

    /** Makes the native map at the first write. */
    final synchronized void open() {
        checkOpen();
        if (life != NO_LIFE) {
            return;
        }
        if (options.whole() != null) {
            openShard(options.whole().openShard());
            return;
        }
        policyInForce();
        NativeHeap.Handle handle = NativeHeap.createMap(type, options);
        if (handle.status() < 0) {
            policyInForce().check(handle.status());
            throw failure(
                    handle.status(),
                    "no native memory for a map with room for "
                            + options.expectedSize()
                            + " entries");
        }
        try {
            adopt(handle);
        } catch (OutOfMemoryError | StackOverflowError e) { // nothing else can go wrong in Java
            NativeHeap.closeMap(handle);
            throw e;
        }
    }

    /** What says where a map is made that is made now. */
    final MemoryPolicy policyInForce() {
        MemoryPolicy standard = StandardPolicy.get(); // in force before a map is made
        Placement placement = options.placement();
        return placement == null ? standard : MemoryPolicy.of(placement);
    }

    /** Begins the life of a native map that was just made for this table. */
    final synchronized void adopt(NativeHeap.Handle handle) {
        checkOpen();
        life =
                Lives.begin(
                        this,
                        new Lives.Open(typeName(), options.name(), handle),
                        forgotten(typeName(), options.arena() != null));
        stamp = handle.stamp();
        VarHandle.releaseFence(); // who sees the map sees its stamp
        map = handle.map();
        if (Events.areOn()) {
            Events.created(typeName(), handle.map(), handle.stamp(), options.expectedSize());
        }
    }

    private void openShard(NativeHeap.Handle handle) {
        if (handle.status() == Status.CLOSED) {
            throw closedException();
        }
        if (handle.status() < 0) {
            Placement placement = options.whole().placement();
            (placement == null ? StandardPolicy.get() : MemoryPolicy.of(placement))
                    .check(handle.status());
            throw failure(handle.status(), "no native memory for a part of a concurrent map");
        }
        life = LIFE_OF_WHOLE;
        stamp = handle.stamp();
        map = handle.map();
    }

    /** Tells of a leak; of a table in an arena others take care. */
    private static Consumer<NativeHeap.Handle> forgotten(String name, boolean inArena) {
        return inArena
                ? null
                : handle -> {
                    if (Events.areOn()) {
                        MapStats stats = MapStats.of(handle.map(), handle.stamp(), false);
                        if (stats != null) {
                            Events.leaked(
                                    name,
                                    handle.map(),
                                    handle.stamp(),
                                    stats.size(),
                                    stats.reservedBytes());
                        }
                    }
                };
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
        written();
        int status = Events.areOn() ? tellGrowth(call) : call.run();
        checkOpen();
        if (status < 0) {
            throw failure(status, what);
        }
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
            outcome = Events.areOn() ? tellGrowth(() -> makeRoom(bytes)) : makeRoom(bytes);
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

    /** Makes an ordinary call, with an event if it begins a growth, and one if it ends one. */
    private int tellGrowth(IntCall call) {
        MapStats before = stats();
        Events.Growth growth = new Events.Growth(before.buckets());
        int outcome = call.run();
        if (outcome < 0) {
            return outcome;
        }
        MapStats after = stats();
        boolean another =
                after.growing() && !(before.growing() && before.buckets() == after.buckets());
        if (before.growing() && (another || !after.growing())) {
            Events.evacuated(
                    typeName(), map, stamp, after.size(), before.buckets(), after.reservedBytes());
        }
        if (another) {
            growth.commit(
                    typeName(), map, stamp, after.size(), after.buckets(), after.reservedBytes());
        }
        return outcome;
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
