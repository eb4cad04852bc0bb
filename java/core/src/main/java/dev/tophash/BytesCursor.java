package dev.tophash;

import java.lang.foreign.MemorySegment;

/** A walk over entries whose keys and values are both fetched as bytes. */
abstract sealed class BytesCursor extends MapCursor permits BytesBytesMap.Cursor, CodecCursor {
    final ByteChunk keys;
    final ByteChunk values;

    /** The value of one entry of one chunk, if it was looked up again or set since. */
    private Object changed;

    private int changedAt = -1;
    private int changedChunk;

    /**
     * A cursor over the whole map.
     *
     * @param keyWidth bytes of each key, or {@link dev.tophash.internal.TableType#BYTES}
     * @param valueWidth the same of values
     */
    BytesCursor(OffHeapTable map, int keyWidth, int valueWidth) {
        super(map);
        this.keys = new ByteChunk(keyWidth);
        this.values = new ByteChunk(valueWidth);
    }

    /** A cursor over nothing, until it is given a part of another's. */
    BytesCursor(MapCursor other, int keyWidth, int valueWidth) {
        super(other);
        this.keys = new ByteChunk(keyWidth);
        this.values = new ByteChunk(valueWidth);
    }

    /** Whether an entry of this chunk has another value than was fetched. */
    final boolean isChanged(int i) {
        return changedAt == i && changedChunk == chunk();
    }

    /** Keeps the value that an entry of this chunk has now. */
    final void change(int i, Object value) {
        changed = value;
        changedAt = i;
        changedChunk = chunk();
    }

    /** The value of the entry that {@link #isChanged}. */
    final Object changed() {
        return changed;
    }

    @Override
    final void resize(int entries, long keyBytes, long valueBytes) {
        keys.resize(entries, keyBytes);
        values.resize(entries, valueBytes);
    }

    @Override
    final MemorySegment keyChunk() {
        return keys.segment();
    }

    @Override
    final MemorySegment keyEnds() {
        return keys.ends();
    }

    @Override
    final MemorySegment valueChunk() {
        return values.segment();
    }

    @Override
    final MemorySegment valueEnds() {
        return values.ends();
    }
}
