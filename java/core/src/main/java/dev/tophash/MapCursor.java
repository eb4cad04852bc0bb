package dev.tophash;

import dev.tophash.internal.MapCalls;
import dev.tophash.internal.Status;
import dev.tophash.internal.ffi.th_cursor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A walk over the entries of a map with long values. What it promises, whatever is done to the map
 * meanwhile by the same thread:
 *
 * <ol>
 *   <li>it starts at a random place;
 *   <li>an entry that is in the map during the whole walk is visited exactly once;
 *   <li>no entry is visited twice;
 *   <li>an entry removed before it is reached is not visited;
 *   <li>an entry inserted during the walk may or may not be visited;
 *   <li>growth and shrinking change none of this;
 *   <li>an entry is visited with the value that it has at that moment.
 * </ol>
 *
 * Any number of cursors may walk a map at the same time. A cursor holds no native memory and need
 * not be closed. It belongs to one thread.
 */
public abstract sealed class MapCursor permits LongLongMap.Cursor, StringLongMap.Cursor {
    /** Entries fetched with one call: enough to make its cost small beside theirs. */
    static final int CHUNK = 256;

    private final OffHeapMap map;
    private final MemorySegment state;
    private final MemorySegment count;
    private MemorySegment valueChunk;
    private long[] values;
    private int capacity = CHUNK;
    private int fetched;
    private int position = -1;
    private boolean ended;
    private boolean current;

    /**
     * The map's write counter when this chunk was fetched; any other means that entries must be
     * looked up.
     */
    private int seenWrites;

    MapCursor(OffHeapMap map) {
        this.map = map;
        this.state = MemorySegment.ofArray(new long[(int) (th_cursor.sizeof() / Long.BYTES)]);
        this.count = MemorySegment.ofArray(new int[1]);
        resizeValues();
        map.checkOpen();
        MapCalls.cursorStart(map.map, map.stamp, ThreadLocalRandom.current().nextLong(), state);
        map.checkOpen();
    }

    /**
     * Moves to the next entry.
     *
     * @return false when the walk has ended
     * @throws IllegalStateException if the map is closed
     */
    public final boolean next() {
        for (; ; ) {
            map.checkOpen();
            while (++position < fetched) {
                if (map.writes == seenWrites || refresh()) {
                    current = true;
                    return true;
                }
            }
            current = false;
            if (ended) {
                position = fetched;
                return false;
            }
            fetch();
        }
    }

    /**
     * The value of the entry that {@link #next} moved to.
     *
     * @return its value at that moment, or the one given to {@link #setValue} since
     * @throws IllegalStateException if there is no such entry
     */
    public final long value() {
        return values[here()];
    }

    /**
     * Gives the entry another value.
     *
     * @param value the new value
     * @throws IllegalStateException if there is no entry, it has been removed, or the map is closed
     */
    public final void setValue(long value) {
        int at = here();
        if (map.writes != seenWrites && !refresh()) {
            throw new IllegalStateException("the entry has been removed");
        }
        boolean alone = map.writes == seenWrites;
        putAt(at, value);
        values[at] = value;
        if (alone) {
            seenWrites = map.writes;
        }
    }

    /**
     * Removes the entry that {@link #next} moved to.
     *
     * @throws IllegalStateException if there is no entry, {@code remove} was called for it already,
     *     or the map is closed
     */
    public final void remove() {
        int at = here();
        boolean alone = map.writes == seenWrites;
        current = false;
        removeAt(at);
        if (alone) {
            seenWrites = map.writes;
        }
    }

    /** Index of the current entry in the chunk. */
    final int here() {
        map.checkOpen();
        if (!current) {
            throw new IllegalStateException("the cursor is not at an entry");
        }
        return position;
    }

    /** Whether the entry at the position is still in the map; its value is brought up to date. */
    private boolean refresh() {
        if (!containsAt(position)) {
            return false;
        }
        values[position] = getAt(position);
        return true;
    }

    /**
     * Gets the next chunk. Synchronized because C writes to the buffers: two threads that share a
     * cursor, which they should not, must not exchange a buffer while its old size is in use.
     */
    private synchronized void fetch() {
        for (; ; ) {
            position = -1;
            fetched = 0;
            seenWrites = map.writes;
            int status =
                    MapCalls.cursorNext(
                            map.map,
                            map.stamp,
                            state,
                            capacity,
                            count,
                            keyChunk(),
                            keyChunk().byteSize(),
                            keyEnds(),
                            valueChunk,
                            valueChunk.byteSize());
            map.checkOpen();
            if (status == Status.SMALL_BUFFER) {
                enlarge();
                continue;
            }
            Status.check(status, "walking a map");
            fetched = count.get(ValueLayout.JAVA_INT, 0);
            ended = status != Status.MORE;
            return;
        }
    }

    /** Makes the buffers large enough for a long chain. */
    private void enlarge() {
        long entries = Math.max(th_cursor.needed_entries(state), capacity);
        long keyBytes = Math.max(th_cursor.needed_keys(state), keyChunk().byteSize());
        if (entries > Integer.MAX_VALUE / Long.BYTES || keyBytes > Integer.MAX_VALUE - 8) {
            throw new OutOfMemoryError(
                    "a chain of "
                            + entries
                            + " entries with "
                            + keyBytes
                            + " bytes of keys does not fit an array");
        }
        capacity = (int) entries;
        resizeValues();
        resizeKeys(capacity, (int) keyBytes);
    }

    private void resizeValues() {
        values = new long[capacity];
        valueChunk = MemorySegment.ofArray(values);
    }

    /** Where keys are fetched to. */
    abstract MemorySegment keyChunk();

    /** Where the ends of bytes keys are fetched to, or NULL. */
    abstract MemorySegment keyEnds();

    /** Makes room for a number of keys with a number of bytes in all. */
    abstract void resizeKeys(int keys, int bytes);

    abstract boolean containsAt(int i);

    abstract long getAt(int i);

    abstract void putAt(int i, long value);

    abstract void removeAt(int i);
}
