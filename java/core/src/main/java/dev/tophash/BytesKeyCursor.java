package dev.tophash;

import java.lang.foreign.MemorySegment;

/** A walk over a {@link BytesKeyMap}. */
public abstract sealed class BytesKeyCursor extends MapCursor
        permits BytesLongMap.Cursor, StringLongMap.Cursor {
    private final BytesKeyMap map;
    private final ByteChunk keys;
    private long[] values;
    private MemorySegment valueChunk;

    BytesKeyCursor(BytesKeyMap map) {
        super(map);
        this.map = map;
        this.keys = new ByteChunk(map.keyWidth);
    }

    BytesKeyCursor(BytesKeyCursor other) {
        super(other);
        this.map = other.map;
        this.keys = new ByteChunk(map.keyWidth);
    }

    /**
     * The bytes of the key of the entry that {@link #next} moved to.
     *
     * @return a copy
     * @throws IllegalStateException if there is no such entry
     */
    public final byte[] keyBytes() {
        return keys.copy(here());
    }

    /** The key of the current entry, decoded. */
    final String keyUtf8() {
        return keys.utf8(here());
    }

    /**
     * The bytes of the key where the cursor keeps them, without a copy.
     *
     * @return a read-only segment, good until the next call of {@link #next}
     * @throws IllegalStateException if there is no such entry
     */
    public final MemorySegment keySegment() {
        return keys.slice(here()).asReadOnly();
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
        update(() -> map.put(keys.slice(at), value));
        values[at] = value;
    }

    @Override
    final void resize(int entries, long keyBytes, long valueBytes) {
        long[] newValues = new long[entries];
        keys.resize(entries, keyBytes); // all or nothing
        values = newValues;
        valueChunk = MemorySegment.ofArray(values);
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
        return valueChunk;
    }

    @Override
    final boolean reload(int i) {
        MemorySegment key = keys.slice(i);
        if (!map.containsKey(key)) {
            return false;
        }
        values[i] = map.get(key);
        return true;
    }

    @Override
    final void removeAt(int i) {
        map.remove(keys.slice(i));
    }
}
