package dev.tophash;

import dev.tophash.internal.MapCalls;
import dev.tophash.internal.Status;
import dev.tophash.internal.ffi.th_cursor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A walk over the entries of a map, or the elements of a set. What it promises, whatever is done to
 * the map meanwhile by the same thread:
 *
 * <ol>
 *   <li>it starts at a random place;
 *   <li>an entry that is in the map during the whole walk is visited exactly once;
 *   <li>no entry is visited twice;
 *   <li>an entry removed before it is reached is not visited;
 *   <li>an entry inserted during the walk may or may not be visited;
 *   <li>growth and shrinking change none of this;
 *   <li>an entry is visited with the value that it has at that moment;
 *   <li>clearing the map ends the walk;
 *   <li>no change makes it throw a {@link java.util.ConcurrentModificationException}.
 * </ol>
 *
 * Any number of cursors may walk a map at the same time, one inside the other too. A cursor holds
 * no native memory and need not be closed. It belongs to one thread. Iterators, spliterators and
 * {@code forEach} of all maps and sets are cursors, and keep the same promises; to them an entry is
 * reached when {@code hasNext} has found it.
 */
public abstract sealed class MapCursor
        permits LongLongMap.Cursor,
                IntIntMap.Cursor,
                IntLongMap.Cursor,
                LongIntMap.Cursor,
                LongDoubleMap.Cursor,
                LongSet.Cursor,
                IntSet.Cursor,
                BytesKeyCursor,
                BytesCursor {
    /** Entries fetched with one call: enough to make its cost small beside theirs. */
    private static final int CHUNK = 256;

    /** At most so many in a small map, where the garbage that a walk leaves counts too. */
    private static final int SMALL_CHUNK = 64;

    /** Entries of a map that is not small any more. */
    private static final int SMALL_MAP = 4096;

    /** At least so many: two full buckets. */
    private static final int LEAST_CHUNK = 16;

    /**
     * Bytes of keys, and of values, that a chunk of variable length starts with, for each entry.
     */
    private static final int BYTES_EACH = 32;

    private final OffHeapTable map;
    private final MemorySegment state;
    private final MemorySegment count;
    private int capacity;
    private int fetched;
    private int position = -1;
    private boolean ended;

    /** Index of the entry that {@link #remove} was called for. */
    private int removed = -1;

    /** How many chunks were fetched, so that what is known of one is not taken for the next. */
    private int fetches;

    /**
     * The map's write counter when this chunk was fetched; any other means that entries must be
     * looked up.
     */
    private int seenWrites;

    /** How often the map had been cleared when the walk began. */
    private final int clears;

    /** A cursor over the whole map. */
    MapCursor(OffHeapTable map) {
        this.map = map;
        this.clears = map.clears;
        this.state = MemorySegment.ofArray(new long[(int) (th_cursor.sizeof() / Long.BYTES)]);
        this.count = MemorySegment.ofArray(new int[1]);
        map.checkOpen();
        MapCalls.cursorStart(map.map, map.stamp, ThreadLocalRandom.current().nextLong(), state);
        map.checkOpen();
    }

    /** A cursor over nothing, until {@link #splitTo} gives it a part of another's. */
    MapCursor(MapCursor other) {
        this.map = other.map;
        this.clears = other.clears;
        this.state = MemorySegment.ofArray(new long[(int) (th_cursor.sizeof() / Long.BYTES)]);
        this.count = MemorySegment.ofArray(new int[1]);
    }

    /**
     * Moves to the next entry.
     *
     * @return false when the walk has ended
     * @throws IllegalStateException if the map is closed
     */
    public final boolean next() {
        map.checkOpen();
        int i = position + 1;
        if (i < fetched && map.writes == seenWrites) {
            position = i;
            return true;
        }
        return seek();
    }

    /** {@link #next} where entries must be looked up, or fetched. */
    private boolean seek() {
        for (; ; ) {
            while (++position < fetched) {
                removed = position; // the entry is not there for anybody before it is known to be
                if (visits(position)) {
                    removed = -1;
                    return true;
                }
            }
            position = fetched;
            if (ended || map.clears != clears) {
                return false;
            }
            fetch();
        }
    }

    /**
     * Fetches the next chunk, for a loop that visits whole chunks and uses nothing else of this
     * cursor: no position in it to load and store for each entry.
     *
     * @return how many entries it has; 0 when the walk has ended
     */
    final int nextChunk() {
        map.checkOpen();
        do {
            if (ended || map.clears != clears) {
                return 0;
            }
            fetch();
        } while (fetched == 0);
        return fetched;
    }

    /** Moves to the next entry of the chunk as it was fetched, whatever was written since. */
    final boolean nextFetched() {
        map.checkOpen();
        if (position + 1 >= fetched) {
            return false;
        }
        position++;
        return true;
    }

    /** Whether entry i of the chunk is to be visited; it is up to date then. */
    final boolean visits(int i) {
        map.checkOpen();
        return map.writes == seenWrites || isThere(i);
    }

    /** Whether an entry of the chunk is in the map, brought up to date. */
    private boolean isThere(int i) {
        return map.clears == clears && reload(i);
    }

    /**
     * Removes the entry that {@link #next} moved to.
     *
     * @throws IllegalStateException if there is no entry, {@code remove} was called for it already,
     *     or the map is closed
     * @throws UnsupportedOperationException if the map was opened from a file
     */
    public final void remove() {
        int at = here();
        map.checkWritable();
        boolean alone = map.writes == seenWrites;
        removed = at;
        removeAt(at);
        if (alone) {
            seenWrites = map.writes;
        }
    }

    /** Changes the current entry's value by a write to the map, unless the entry is gone. */
    final void update(Runnable write) {
        if (map.writes != seenWrites && !isThere(here())) {
            throw new IllegalStateException("the entry has been removed");
        }
        boolean alone = map.writes == seenWrites;
        write.run();
        if (alone) {
            seenWrites = map.writes;
        }
    }

    /**
     * Gives half of what was not fetched yet to a new cursor over the same map.
     *
     * @return false if there is nothing to give
     */
    final boolean splitTo(MapCursor other) {
        map.checkOpen();
        return !ended && MapCalls.cursorSplit(state, other.state) == Status.PRESENT;
    }

    /** Number of the chunk that the cursor is in. */
    final int chunk() {
        return fetches;
    }

    /** Index of the current entry in the chunk. */
    final int here() {
        map.checkOpen();
        if (position < 0 || position >= fetched || position == removed) {
            throw new IllegalStateException("the cursor is not at an entry");
        }
        return position;
    }

    /**
     * Gets the next chunk. Synchronized because C writes to the buffers: two threads that share a
     * cursor, which they should not, must not exchange a buffer while its old size is in use.
     */
    private synchronized void fetch() {
        if (capacity == 0) {
            long size = map.size();
            int most = size < SMALL_MAP ? SMALL_CHUNK : CHUNK;
            int first = Math.clamp(size, LEAST_CHUNK, most);
            resize(first, (long) first * BYTES_EACH, (long) first * BYTES_EACH);
            capacity = first; // C writes so many ends: not before there is room for them
        }
        fetches++;
        for (; ; ) {
            position = -1;
            removed = -1;
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
                            valueChunk(),
                            valueChunk().byteSize(),
                            valueEnds());
            map.checkOpen();
            if (status == Status.SMALL_BUFFER) {
                enlarge();
                continue;
            }
            if (status == Status.CLOSED) { // another thread's first write came in between
                Thread.onSpinWait();
                continue;
            }
            Status.check(status, "walking a map");
            map.checkFile();
            fetched = count.get(ValueLayout.JAVA_INT, 0);
            ended = status != Status.MORE;
            return;
        }
    }

    /** Makes the buffers large enough for a long chain. */
    private void enlarge() {
        long entries = Math.max(th_cursor.needed_entries(state), capacity);
        long keyBytes = Math.max(th_cursor.needed_keys(state), keyChunk().byteSize());
        long valueBytes = Math.max(th_cursor.needed_values(state), valueChunk().byteSize());
        if (entries > Integer.MAX_VALUE / Long.BYTES
                || Math.max(keyBytes, valueBytes) > Integer.MAX_VALUE - 8) {
            throw new OutOfMemoryError(
                    "a chain of "
                            + entries
                            + " entries with "
                            + keyBytes
                            + " bytes of keys and "
                            + valueBytes
                            + " bytes of values does not fit an array");
        }
        resize((int) entries, keyBytes, valueBytes);
        capacity = (int) entries;
    }

    /** Makes room for a number of entries; the bytes count where lengths vary. */
    abstract void resize(int entries, long keyBytes, long valueBytes);

    /** Where keys are fetched to. */
    abstract MemorySegment keyChunk();

    /** Where the ends of keys of varying length are fetched to, or NULL. */
    MemorySegment keyEnds() {
        return MemorySegment.NULL;
    }

    /** Where values are fetched to, or NULL. */
    MemorySegment valueChunk() {
        return MemorySegment.NULL;
    }

    /** Where the ends of values of varying length are fetched to, or NULL. */
    MemorySegment valueEnds() {
        return MemorySegment.NULL;
    }

    /** Brings an entry of the chunk up to date; false if it is not in the map any more. */
    abstract boolean reload(int i);

    /** Removes an entry of the chunk from the map. */
    abstract void removeAt(int i);
}
