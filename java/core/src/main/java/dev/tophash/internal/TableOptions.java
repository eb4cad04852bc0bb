package dev.tophash.internal;

import dev.tophash.internal.ffi.th_map_options;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What a native map is made with; one object for all maps that choose nothing.
 *
 * @param name what monitoring shows, or null
 * @param expectedSize entries that the first write makes room for
 * @param arena the arena that the map closes with, or null
 * @param placement where its memory lies, or null if that is not chosen
 * @param hasSeed whether {@code seed} is to be used
 * @param seed of the hash function
 * @param shards of a concurrent map: how many, a power of two; else 0
 * @param whole of a shard: the map that it is a part of; else null
 * @param file of a map that was opened from a file; else null
 */
public record TableOptions(
        String name,
        long expectedSize,
        Arena arena,
        Placement placement,
        boolean hasSeed,
        int seed,
        int shards,
        Whole whole,
        OpenedFile file) {
    public static final TableOptions DEFAULT =
            new TableOptions(null, 0, null, null, false, 0, 0, null, null);

    /** The map that a shard is a part of, as the shard sees it. */
    public interface Whole {
        /** What users know it as. */
        String typeName();

        /** Where it was chosen to lie, or null. */
        Placement placement();

        /** The file that it was opened from, or null. */
        OpenedFile file();

        /** See {@code OffHeapTable.checkFile}. */
        void checkFile();

        /** Makes the shard's native map. */
        NativeHeap.Handle openShard();
    }

    public TableOptions withName(String chosen) {
        return new TableOptions(
                chosen, expectedSize, arena, placement, hasSeed, seed, shards, whole, file);
    }

    public TableOptions withExpectedSize(long entries) {
        return new TableOptions(
                name, entries, arena, placement, hasSeed, seed, shards, whole, file);
    }

    public TableOptions withArena(Arena chosen) {
        return new TableOptions(
                name, expectedSize, chosen, placement, hasSeed, seed, shards, whole, file);
    }

    public TableOptions withPlacement(Placement chosen) {
        return new TableOptions(
                name, expectedSize, arena, chosen, hasSeed, seed, shards, whole, file);
    }

    public TableOptions withSeed(int chosen) {
        return new TableOptions(
                name, expectedSize, arena, placement, true, chosen, shards, whole, file);
    }

    public TableOptions withShards(int chosen) {
        return new TableOptions(
                name, expectedSize, arena, placement, hasSeed, seed, chosen, whole, file);
    }

    /** For a map that is opened from a file. */
    public TableOptions withFile(OpenedFile opened) {
        return new TableOptions(
                name, expectedSize, arena, placement, hasSeed, seed, shards, whole, opened);
    }

    /** Fills in a {@code th_map_options}. */
    void write(MemorySegment options, Arena inside) {
        th_map_options.expected_size(options, expectedSize);
        if (placement != null) {
            th_map_options.placement(options, placement.segment(inside));
        }
        th_map_options.has_seed(options, (byte) (hasSeed ? 1 : 0));
        th_map_options.seed(options, seed);
        th_map_options.shards(options, (short) shards);
    }

    /** For a shard, whose native map gets everything else from the whole. */
    public static TableOptions ofShard(Whole whole) {
        return new TableOptions(null, 0, null, null, false, 0, 0, whole, null);
    }
}
