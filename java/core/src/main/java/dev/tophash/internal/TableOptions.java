package dev.tophash.internal;

import java.lang.foreign.Arena;

/**
 * What a native map is made with; one object for all maps that choose nothing.
 *
 * @param name what monitoring shows, or null
 * @param expectedSize entries that the first write makes room for
 * @param arena the arena that the map closes with, or null
 * @param placement where its memory lies, or null if that is not chosen
 * @param hasSeed whether {@code seed} is to be used
 * @param seed of the hash function
 */
public record TableOptions(
        String name,
        long expectedSize,
        Arena arena,
        Placement placement,
        boolean hasSeed,
        int seed) {
    public static final TableOptions DEFAULT = new TableOptions(null, 0, null, null, false, 0);

    public TableOptions withName(String chosen) {
        return new TableOptions(chosen, expectedSize, arena, placement, hasSeed, seed);
    }

    public TableOptions withExpectedSize(long entries) {
        return new TableOptions(name, entries, arena, placement, hasSeed, seed);
    }

    public TableOptions withArena(Arena chosen) {
        return new TableOptions(name, expectedSize, chosen, placement, hasSeed, seed);
    }

    public TableOptions withPlacement(Placement chosen) {
        return new TableOptions(name, expectedSize, arena, chosen, hasSeed, seed);
    }

    public TableOptions withSeed(int chosen) {
        return new TableOptions(name, expectedSize, arena, placement, true, chosen);
    }
}
