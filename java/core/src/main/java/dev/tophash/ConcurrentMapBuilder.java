package dev.tophash;

/**
 * What can be chosen when a concurrent map or set is made, whatever its type.
 *
 * @param <B> type of the builder itself
 */
public abstract class ConcurrentMapBuilder<B extends ConcurrentMapBuilder<B>>
        extends MapBuilder<B> {
    private int shards = Shards.standardCount();

    ConcurrentMapBuilder() {}

    /**
     * Chooses how many parts the map has, each of which one thread at a time can write to. Readers
     * wait for nobody, however few there are.
     *
     * @param shards a power of two from 1 to {@value #MOST_SHARDS}; unless chosen, at least four
     *     for each processor, and at least 16
     * @return this builder
     * @throws IllegalArgumentException if it is not such a number
     */
    public final B shards(int shards) {
        if (shards < 1 || shards > MOST_SHARDS || Integer.bitCount(shards) != 1) {
            throw new IllegalArgumentException(
                    "shards is " + shards + ", must be a power of two from 1 to " + MOST_SHARDS);
        }
        this.shards = shards;
        return self();
    }

    /** Most parts that a map can have. */
    public static final int MOST_SHARDS = 4096;

    final int shards() {
        return shards;
    }
}
