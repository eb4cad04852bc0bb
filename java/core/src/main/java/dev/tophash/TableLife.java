package dev.tophash;

import dev.tophash.internal.Events;
import dev.tophash.internal.Linkage;
import dev.tophash.internal.Lives;
import dev.tophash.internal.MapFiles;
import dev.tophash.internal.NativeHeap;
import dev.tophash.internal.OpenedFile;
import dev.tophash.internal.Placement;
import dev.tophash.internal.Status;
import dev.tophash.internal.TableOptions;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.lang.ref.WeakReference;

/**
 * The life of a table's native map: made by the first write, or there from the beginning if it
 * comes from a file, and closed once, by whichever thread, arena or cut file is first. A shard has
 * no life of its own: its map is a part of another's.
 */
abstract sealed class TableLife permits OffHeapTable {
    private static final int NO_LIFE = -1;

    /** A shard lives as long as the map that it is a part of. */
    private static final int LIFE_OF_WHOLE = -2;

    private final long type;
    private TableOptions options;

    /**
     * Address of the native map, or of the empty one before the first write and after {@link #end}.
     */
    long map = Linkage.EMPTY_MAP;

    long stamp = Linkage.EMPTY_STAMP;
    private int life = NO_LIFE;

    /** How often this map was written to, so that cursors notice; wraps. Of a shard, 0. */
    int writes;

    /** Read without order on every call; {@link #hasEnded} is for threads that wait. */
    private boolean closed;

    /**
     * An empty table.
     *
     * @param type see {@link dev.tophash.internal.TableType}
     */
    TableLife(long type, TableOptions options) {
        this.type = type;
        this.options = options;
        Arena arena = options.arena();
        if (arena != null) {
            endWith(arena);
        }
    }

    /**
     * Has the arena close this table. The arena must not keep it reachable, or forgotten tables
     * would pile up in a long-lived one.
     */
    private void endWith(Arena arena) {
        WeakReference<TableLife> self = new WeakReference<>(this);
        MemorySegment.NULL.reinterpret(
                arena,
                ended -> {
                    TableLife table = self.get();
                    if (table != null) {
                        table.end();
                    }
                });
    }

    /** See {@link dev.tophash.internal.TableType}. */
    final long type() {
        return type;
    }

    final TableOptions options() {
        return options;
    }

    /** What users know this table as. */
    String typeName() {
        return getClass().getSimpleName();
    }

    /** The shards of a concurrent map, which do the work on entries; null for all others. */
    Shards<?> shards() {
        return null;
    }

    /** The file that this map, or the one that it is a part of, was opened from; else null. */
    final OpenedFile file() {
        TableOptions.Whole whole = options.whole();
        return whole == null ? options.file() : whole.file();
    }

    /** Where it was chosen to lie, or null. */
    final Placement placement() {
        return options.placement();
    }

    /** For a native map that is still to be made, by whichever thread does. */
    final synchronized void setPlacement(Placement placement) {
        if (life == NO_LIFE || shards() != null) {
            options = options.withPlacement(placement);
        }
    }

    /** What says where a map is made that is made now. */
    final MemoryPolicy policyInForce() {
        return policy(options.placement());
    }

    private static MemoryPolicy policy(Placement chosen) {
        MemoryPolicy standard = StandardPolicy.get(); // in force before a map is made
        return chosen == null ? standard : MemoryPolicy.of(chosen);
    }

    /** Whether there is no native map yet; false for a closed map. */
    final boolean neverWritten() {
        return map == Linkage.EMPTY_MAP && !closed;
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
            throw OffHeapTable.failure(
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

    /** Begins the life of a native map that was just made for this table. */
    final synchronized void adopt(NativeHeap.Handle handle) {
        checkOpen();
        life =
                Lives.begin(
                        this,
                        new Lives.Open(typeName(), options.name(), handle),
                        TableEvents.forgotten(typeName(), options.arena() != null));
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
            policy(options.whole().placement()).check(handle.status());
            throw OffHeapTable.failure(
                    handle.status(), "no native memory for a part of a concurrent map");
        }
        life = LIFE_OF_WHOLE;
        stamp = handle.stamp();
        map = handle.map();
    }

    /** See {@link OffHeap#close}. */
    final synchronized void end() {
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
                TableEvents.closed(typeName(), closing, closingStamp);
            }
        } finally {
            Lives.end(life); // whatever becomes of the event
        }
    }

    /** See {@link OffHeap#isClosed}. */
    final boolean hasEnded() {
        VarHandle.acquireFence(); // so that a loop that waits for it ends
        return closed;
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

    /** For what begins to write, where that is not done by the call that notices. */
    final void checkWritable() {
        checkOpen();
        if (file() != null) {
            throw readOnlyException();
        }
    }

    final UnsupportedOperationException readOnlyException() {
        return new UnsupportedOperationException(
                "this " + knownAs() + " was opened from " + file().path() + " and is read-only");
    }

    /** The name of its type, or of the type of the map that it is a part of. */
    private String knownAs() {
        TableOptions.Whole whole = options.whole();
        return whole == null ? typeName() : whole.typeName();
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
            end();
        }
    }
}
