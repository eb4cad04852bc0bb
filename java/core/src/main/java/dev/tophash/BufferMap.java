package dev.tophash;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Map;

/** A {@link BytesBytesMap} as a {@link Map} of buffers. */
final class BufferMap extends EntryMap<ByteBuffer, ByteBuffer> {
    private final BytesBytesMap table;
    private final ByteEntries entries;

    BufferMap(BytesBytesMap table, ByteEntries entries) {
        this.table = table;
        this.entries = entries;
    }

    @Override
    OffHeapTable table() {
        return table;
    }

    @Override
    Object find(Object key) {
        MemorySegment bytes = keyOrNull(key);
        return bytes == null ? NOTHING : orNothing(entries.get(bytes));
    }

    @Override
    Object insert(ByteBuffer key, ByteBuffer value, PutMode mode) {
        MemorySegment k = MemorySegment.ofBuffer(key);
        return orNothing(entries.getAndWrite(mode, k, MemorySegment.ofBuffer(value)));
    }

    @Override
    Object delete(Object key) {
        MemorySegment bytes = keyOrNull(key);
        return bytes == null ? NOTHING : orNothing(entries.getAndRemove(bytes));
    }

    private MemorySegment keyOrNull(Object key) {
        MemorySegment bytes = Buffers.segmentOrNull(key);
        if (bytes != null && table.isKeyLength(bytes.byteSize())) {
            return bytes;
        }
        table.checkOpen();
        return null;
    }

    private static Object orNothing(byte[] found) {
        return found == null ? NOTHING : Buffers.of(found);
    }

    @Override
    ByteBuffer given(ByteBuffer key) {
        return key.duplicate();
    }

    @Override
    BytesBytesMap.Cursor walk() {
        return table.cursor();
    }
}
