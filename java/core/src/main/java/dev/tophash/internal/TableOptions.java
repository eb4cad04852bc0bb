package dev.tophash.internal;

import dev.tophash.internal.ffi.tophash_h;

import java.lang.foreign.Arena;

/**
 * What a native map is made with; one object for all maps that choose nothing.
 *
 * @param name what monitoring shows, or null
 * @param expectedSize entries that the first write makes room for
 * @param arena the arena that the map closes with, or null
 * @param pages {@code TH_PAGES_HEAP}, {@code TH_PAGES_HUGE} or {@code TH_PAGES_SMALL}
 * @param hasSeed whether {@code seed} is to be used
 * @param seed of the hash function
 */
public record TableOptions(
        String name, long expectedSize, Arena arena, byte pages, boolean hasSeed, int seed) {
    public static final TableOptions DEFAULT =
            new TableOptions(null, 0, null, (byte) tophash_h.TH_PAGES_HEAP(), false, 0);

    public TableOptions withName(String chosen) {
        return new TableOptions(chosen, expectedSize, arena, pages, hasSeed, seed);
    }

    public TableOptions withExpectedSize(long entries) {
        return new TableOptions(name, entries, arena, pages, hasSeed, seed);
    }

    public TableOptions withArena(Arena chosen) {
        return new TableOptions(name, expectedSize, chosen, pages, hasSeed, seed);
    }

    public TableOptions withPages(byte chosen) {
        return new TableOptions(name, expectedSize, arena, chosen, hasSeed, seed);
    }

    public TableOptions withSeed(int chosen) {
        return new TableOptions(name, expectedSize, arena, pages, true, chosen);
    }
}
