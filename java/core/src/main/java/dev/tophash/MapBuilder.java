package dev.tophash;

import dev.tophash.internal.TableOptions;

import java.lang.foreign.Arena;
import java.util.Objects;

/**
 * What can be chosen when a map or set is made, whatever its type. Nothing has to be; one builder
 * can build any number of maps.
 *
 * @param <B> type of the builder itself
 */
public abstract class MapBuilder<B extends MapBuilder<B>> {
    private TableOptions options = TableOptions.DEFAULT;

    MapBuilder() {}

    /**
     * Makes the first write allocate enough for a number of entries. Before it there is no native
     * memory all the same.
     *
     * @param entries entries that fit without growth, 0 (the default) or more
     * @return this builder
     * @throws IllegalArgumentException if it is negative or beyond what a map can have
     */
    public final B expectedSize(long entries) {
        OffHeapTable.checkEntries("expectedSize", entries);
        options = options.withExpectedSize(entries);
        return self();
    }

    /**
     * Names the map for those who watch the process: {@link Tophash#maps}, {@link
     * TophashMXBean#getMaps}. Several maps may have one name.
     *
     * @param name what the map is for, such as {@code sessions}
     * @return this builder
     */
    public final B name(String name) {
        options = options.withName(Objects.requireNonNull(name));
        return self();
    }

    /**
     * Ties the life of the map to an arena, see {@link OffHeap}: when the arena is closed, so is
     * the map. The arena does not restrict which threads may use the map. A long-lived arena
     * remembers each map until its own end, a few dozen bytes for those that were closed before.
     *
     * @param arena confined, shared, automatic or global
     * @return this builder
     */
    public final B arena(Arena arena) {
        options = options.withArena(Objects.requireNonNull(arena));
        return self();
    }

    /**
     * Chooses the NUMA nodes that the map lies on, and the pages that back it.
     *
     * @param policy {@link MemoryPolicy#STANDARD} unless another is given
     * @return this builder
     */
    public final B memory(MemoryPolicy policy) {
        options = options.withPlacement(policy.forEngine());
        return self();
    }

    /**
     * Fixes the seed of the hash function, for tests that want the same layout each time. Without
     * one a map draws its seed from the operating system, so that nobody can prepare keys that
     * collide; {@link java.util.Map#clear clear} and an attack draw a new one in any case.
     *
     * @param seed any
     * @return this builder
     */
    public final B seed(int seed) {
        options = options.withSeed(seed);
        return self();
    }

    final TableOptions options() {
        return options;
    }

    @SuppressWarnings("unchecked")
    final B self() {
        return (B) this;
    }
}
