package dev.tophash;

import dev.tophash.internal.Lives;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What an open map looks like from outside.
 *
 * @param type such as {@code LongLongMap}
 * @param name from {@link MapBuilder#name}, or an empty string
 * @param entries in it
 * @param usedBytes native memory in use, see {@link MapStats#usedBytes}
 * @param reservedBytes native memory held, address space that was never touched included
 * @param growing whether it is moving its entries to another array
 */
public record MapInfo(
        String type,
        String name,
        long entries,
        long usedBytes,
        long reservedBytes,
        boolean growing) {

    static List<MapInfo> all() {
        List<MapInfo> maps = new ArrayList<>();
        for (Lives.Open open : Lives.open()) {
            MapStats stats = MapStats.of(open.handle().map(), open.handle().stamp(), false);
            if (stats != null) { // else it was closed meanwhile
                maps.add(of(open, stats));
            }
        }
        maps.sort(Comparator.comparingLong(MapInfo::usedBytes).reversed());
        return List.copyOf(maps);
    }

    private static MapInfo of(Lives.Open open, MapStats stats) {
        return new MapInfo(
                open.type(),
                open.name() == null ? "" : open.name(),
                stats.size(),
                stats.usedBytes(),
                stats.reservedBytes(),
                stats.growing());
    }
}
