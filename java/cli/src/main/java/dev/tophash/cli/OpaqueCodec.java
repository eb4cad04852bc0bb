package dev.tophash.cli;

import dev.tophash.Codec;
import dev.tophash.ConcurrentNativeMap;
import dev.tophash.ConcurrentNativeSet;
import dev.tophash.MapFileInfo;
import dev.tophash.NativeMap;
import dev.tophash.NativeSet;
import dev.tophash.OffHeap;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Stands in for the codec that a map file names, for work that looks at no key or value: it knows
 * how they lie in memory, not what they mean.
 */
record OpaqueCodec(String name, long width, long alignment) implements Codec<Object> {
    /** As {@link MapFileInfo#keyType} says it. */
    private static final Pattern FIXED = Pattern.compile("(\\d+) bytes?(?:, aligned to (\\d+))?");

    /**
     * Opens any map file, a set or a concurrent map too. Neither its keys nor its values can be
     * read.
     */
    static OffHeap open(Path file, MapFileInfo info) throws IOException {
        OpaqueCodec keys = of(info.keyName(), info.keyType());
        boolean concurrent = info.shards() > 0;
        if (info.valueName().isEmpty()) {
            return concurrent ? ConcurrentNativeSet.open(file, keys) : NativeSet.open(file, keys);
        }
        OpaqueCodec values = of(info.valueName(), info.valueType());
        return concurrent
                ? ConcurrentNativeMap.open(file, keys, values)
                : NativeMap.open(file, keys, values);
    }

    private static OpaqueCodec of(String name, String type) {
        Matcher fixed = FIXED.matcher(type);
        if (!fixed.matches()) {
            return new OpaqueCodec(name, type.equals("nothing") ? 0 : VARIABLE, 1);
        }
        long alignment = fixed.group(2) == null ? 1 : Long.parseLong(fixed.group(2));
        return new OpaqueCodec(name, Long.parseLong(fixed.group(1)), alignment);
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
