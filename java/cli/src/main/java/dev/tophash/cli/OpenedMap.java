package dev.tophash.cli;

import dev.tophash.ConcurrentNativeMap;
import dev.tophash.MapFileInfo;
import dev.tophash.NativeMap;
import dev.tophash.OffHeap;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * A map file whose types are known, opened as what it was saved from. Who has it closes {@link
 * #map}.
 *
 * @param map the map
 * @param entries the same one
 * @param lookup the same one
 */
record OpenedMap<K, V>(OffHeap map, Map<K, V> entries, Lookup<K, V> lookup)
        implements AutoCloseable {
    /** Batches of lookups. */
    interface Lookup<K, V> {
        /** Looks up keys; the values of those that are not there are null. */
        long getAll(K[] keys, V[] values);
    }

    /** Opens it. */
    static <K, V> OpenedMap<K, V> of(Path file, MapFileInfo info, EntryTypes<K, V> types)
            throws IOException {
        if (info.shards() > 0) {
            ConcurrentNativeMap<K, V> map =
                    ConcurrentNativeMap.open(file, types.keys().codec(), types.values().codec());
            return new OpenedMap<>(map, map, map::getAll);
        }
        NativeMap<K, V> map = NativeMap.open(file, types.keys().codec(), types.values().codec());
        return new OpenedMap<>(map, map, map::getAll);
    }

    @Override
    public void close() {
        map.close();
    }
}
