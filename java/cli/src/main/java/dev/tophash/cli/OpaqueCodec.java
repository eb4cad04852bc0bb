package dev.tophash.cli;

import dev.tophash.Codec;
import dev.tophash.ConcurrentNativeMap;
import dev.tophash.Layout;
import dev.tophash.MapFileInfo;
import dev.tophash.NativeMap;
import dev.tophash.OffHeap;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * Stands in for the codec that a map file names, for work that looks at no key or value: it knows
 * how they lie in memory, not what they mean.
 */
record OpaqueCodec(String name, Layout.Slot slot) implements Codec<Object> {
    /**
     * Opens any map file, a set, which is a map to no bytes, or a concurrent map too. Neither its
     * keys nor its values can be read.
     */
    static OffHeap open(Path file, MapFileInfo info) throws IOException {
        OpaqueCodec keys = new OpaqueCodec(info.keyName(), info.keySlot());
        OpaqueCodec values = new OpaqueCodec(info.valueName(), info.valueSlot());
        return info.shards() > 0
                ? ConcurrentNativeMap.open(file, keys, values)
                : NativeMap.open(file, keys, values);
    }

    @Override
    public long width() {
        return slot.size();
    }

    @Override
    public long alignment() {
        return slot.align();
    }

    @Override
    public boolean accepts(Object o) {
        return false;
    }

    @Override
    public long encode(Object value, MemorySegment target, long offset) {
        throw new UnsupportedOperationException(name);
    }

    @Override
    public Object decode(MemorySegment source, long offset, long size) {
        throw new UnsupportedOperationException(name);
    }
}
