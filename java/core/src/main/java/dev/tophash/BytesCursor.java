package dev.tophash;

import java.lang.foreign.MemorySegment;

/** A walk over entries whose keys and values are both fetched as bytes. */
abstract sealed class BytesCursor extends MapCursor permits BytesBytesMap.Cursor, CodecCursor {
    final ByteChunk keys;
    final ByteChunk values;

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
