package dev.tophash;

import static dev.tophash.internal.Status.PRESENT;

import dev.tophash.internal.Batches;
import dev.tophash.internal.ConcurrentLongLongCalls;
import dev.tophash.internal.MapCalls;
import dev.tophash.internal.TableOptions;
import dev.tophash.internal.TableType;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongBinaryOperator;
import java.util.function.LongSupplier;
import java.util.function.LongUnaryOperator;

/**
 * A hash map from {@code long} to {@code long} whose entries lie in native memory, for any number
 * of threads at the same time. Any key and any value is allowed; an absent key reads as the map's
 * {@linkplain #defaultValue() default value}.
 *
 * {@snippet :
 * try (ConcurrentLongLongMap hits = ConcurrentLongLongMap.create()) {
 *     hits.addTo(42, 1); // from any thread
 *     long n = hits.get(42); // takes no lock
 * }
 * }
 *
 * Looking up takes no lock, be it one key or many. What threads and walks can rely on, {@link
 * ConcurrentNativeMap} says; memory, lifetimes and closing: see {@link OffHeap}. Every method of a
 * closed map throws {@link IllegalStateException}. Methods that write throw {@link
 * OutOfMemoryError} when native memory is refused; the map is then unchanged (a batch has done a
 * part of its keys).
 *
 * <p>Batch methods take arrays of the same length, a part of them by offset and length, or memory
 * segments in native byte order, aligned to the size of an element. Element i of one belongs to
 * element i of the other. To code that wants a {@link ConcurrentMap}, {@link #asMap} is one.
 */
public final class ConcurrentLongLongMap extends LongLongTable {
    private static final long TYPE = TableType.of(Long.BYTES, Long.BYTES);

    /** A value that few entries have. */
    private static final long GUARD = 0x5eed_c0de_5eed_c0deL;

    private final Shards<LongLongMap> shards;

    private ConcurrentLongLongMap(TableOptions options, int count, long defaultValue) {
        super(TYPE, options.withShards(count), defaultValue);
        this.shards = new Shards<>(this, count, true, o -> LongLongMap.ofShard(o, defaultValue));
    }

    /**
     * Makes a map with the default value 0. It holds no native memory before the first write.
     *
     * @return an empty map
     */
    public static ConcurrentLongLongMap create() {
        return builder().build();
    }

    /**
     * Makes a map whose parts have room for a number of entries in all from their first write on.
     *
     * @param expectedSize entries that fit without growth, 0 or more
     * @return an empty map with the default value 0
     * @throws IllegalArgumentException if {@code expectedSize} is negative or beyond what a map can
     *     have
     */
    public static ConcurrentLongLongMap withExpectedSize(long expectedSize) {
        return builder().expectedSize(expectedSize).build();
    }

    /**
     * Opens a file that {@link #saveTo} has written, to be looked up in place: nothing of it is
     * copied. What can be done with such a map, {@link OffHeap} says.
     *
     * @param file its path
     * @return a read-only map
     * @throws MapFileException if it is no map file, one of other keys and values, or damaged where
     *     that shows at once
     * @throws java.nio.file.NoSuchFileException if there is none
     * @throws IOException if the system refuses it
     */
    public static ConcurrentLongLongMap open(Path file) throws IOException {
        return TableFiles.open(
                file,
                (options, type) -> new ConcurrentLongLongMap(options, Shards.countOf(options), 0));
    }

    /**
     * Makes a map of its own with what is in a file that {@link #saveTo} has written. All of it is
     * read and verified.
     *
     * @param file its path
     * @return a map that can be written to
     * @throws MapFileException if it is no map file, one of other keys and values, or damaged
     * @throws java.nio.file.NoSuchFileException if there is none
     * @throws IOException if the system refuses it
     * @throws OutOfMemoryError if native memory is refused
     */
    public static ConcurrentLongLongMap load(Path file) throws IOException {
        return builder().load(file);
    }

    /**
     * Starts to choose more than the expected size.
     *
     * @return a builder that has chosen nothing yet
     */
    public static Builder builder() {
        return new Builder();
    }

    /** Makes maps of this type. */
    public static final class Builder extends ConcurrentMapBuilder<Builder> {
        private long defaultValue;

        private Builder() {}

        /**
         * Chooses what the map returns for an absent key.
         *
         * @param value any value; 0 unless chosen
         * @return this builder
         */
        public Builder defaultValue(long value) {
            defaultValue = value;
            return this;
        }

        /**
         * Makes a map. It holds no native memory before the first write.
         *
         * @return an empty map
         */
        public ConcurrentLongLongMap build() {
            return new ConcurrentLongLongMap(options(), shards(), defaultValue);
        }

        /**
         * Makes a map of what is in a file that {@link OffHeap#saveTo} has written. All of it is
         * read and verified.
         *
         * @param file its path
         * @return a map that can be written to
         * @throws MapFileException if it is no map file, one of other keys and values, or damaged
         * @throws java.nio.file.NoSuchFileException if there is none
         * @throws IOException if the system refuses it
         * @throws OutOfMemoryError if native memory is refused
         */
        public ConcurrentLongLongMap load(Path file) throws IOException {
            return TableFiles.load(
                    file,
                    options(),
                    (o, type) -> new ConcurrentLongLongMap(o, shards(), defaultValue));
        }
    }

    @Override
    Shards<LongLongMap> shards() {
        return shards;
    }

    @Override
    public long get(long key) {
        return getOrDefault(key, defaultValue);
    }

    @Override
    public long getOrDefault(long key, long otherwise) {
        long value = ConcurrentLongLongCalls.get(map, stamp, key, otherwise);
        checkOpen();
        return value;
    }

    @Override
    public boolean containsKey(long key) {
        int status = ConcurrentLongLongCalls.contains(map, stamp, key);
        checkOpen();
        return status == PRESENT;
    }

    Shards.Shard<LongLongMap> lock(long key) {
        return shards.lock(shards.indexOf(key));
    }

    /** Whether nothing was ever written. */
    boolean isUntouched() {
        checkOpen();
        return !shards.exist();
    }

    @Override
    public long put(long key, long value) {
        Computation.refuseLocksOf(this);
        long before = MapCalls.shardPut(map, stamp, key, value, defaultValue, GUARD);
        Reference.reachabilityFence(this);
        return before != GUARD ? before : putLocked(key, value);
    }

    private long putLocked(long key, long value) {
        Shards.Shard<LongLongMap> shard = lock(key);
        try {
            return shard.table.put(key, value);
        } finally {
            shard.unlock();
        }
    }

    @Override
    public long putIfAbsent(long key, long value) {
        Computation.refuseLocksOf(this);
        long before = MapCalls.shardPutIfAbsent(map, stamp, key, value, defaultValue, GUARD);
        Reference.reachabilityFence(this);
        return before != GUARD ? before : putIfAbsentLocked(key, value);
    }

    private long putIfAbsentLocked(long key, long value) {
        Shards.Shard<LongLongMap> shard = lock(key);
        try {
            return shard.table.putIfAbsent(key, value);
        } finally {
            shard.unlock();
        }
    }

    @Override
    public long addTo(long key, long delta) {
        Computation.refuseLocksOf(this);
        long before = MapCalls.shardAdd(map, stamp, key, delta, defaultValue, GUARD);
        Reference.reachabilityFence(this);
        return before != GUARD ? before : addToLocked(key, delta);
    }

    private long addToLocked(long key, long delta) {
        Shards.Shard<LongLongMap> shard = lock(key);
        try {
            return shard.table.addTo(key, delta);
        } finally {
            shard.unlock();
        }
    }

    @Override
    public long remove(long key) {
        Computation.refuseLocksOf(this);
        long before = MapCalls.shardRemove(map, stamp, key, defaultValue, GUARD);
        Reference.reachabilityFence(this);
        return before != GUARD ? before : removeLocked(key);
    }

    private long removeLocked(long key) {
        if (isUntouched()) {
            return defaultValue;
        }
        Shards.Shard<LongLongMap> shard = lock(key);
        try {
            return shard.table.remove(key);
        } finally {
            shard.unlock();
        }
    }

    /**
     * Removes a key if it has a certain value.
     *
     * @param key any key
     * @param value the value
     * @return true if it was removed
     */
    public boolean remove(long key, long value) {
        if (isUntouched()) {
            return false;
        }
        Shards.Shard<LongLongMap> shard = lock(key);
        try {
            boolean removed = shard.table.containsKey(key) && shard.table.get(key) == value;
            if (removed) {
                shard.table.remove(key);
            }
            return removed;
        } finally {
            shard.unlock();
        }
    }

    /**
     * Sets the value of a key that has a certain value.
     *
     * @param key any key
     * @param before the value that it must have
     * @param after the value that it gets then
     * @return true if it was set
     */
    public boolean replace(long key, long before, long after) {
        if (isUntouched()) {
            return false;
        }
        Shards.Shard<LongLongMap> shard = lock(key);
        try {
            boolean replaced = shard.table.containsKey(key) && shard.table.get(key) == before;
            if (replaced) {
                shard.table.put(key, after);
            }
            return replaced;
        } finally {
            shard.unlock();
        }
    }

    /**
     * The value of a key; an absent one gets that of a function, which no other thread then calls
     * for it. Takes no lock if the key is present.
     *
     * @param key any key
     * @param function is given the key; what it may do, {@link ConcurrentNativeMap} says
     * @return the value that the key has now
     */
    public long computeIfAbsent(long key, LongUnaryOperator function) {
        Objects.requireNonNull(function);
        long found = getOrDefault(key, GUARD);
        if (found != GUARD) {
            return found;
        }
        Shards.Shard<LongLongMap> shard = lock(key);
        try {
            if (shard.table.containsKey(key)) {
                return shard.table.get(key);
            }
            long value = computed(() -> function.applyAsLong(key));
            shard.table.put(key, value);
            return value;
        } finally {
            shard.unlock();
        }
    }

    /**
     * Gives a key a value, or if it has one that which a function makes of both.
     *
     * @param key any key
     * @param value the value of an absent key
     * @param function is given the key's value and {@code value}; what it may do, {@link
     *     ConcurrentNativeMap} says
     * @return the value that the key has now
     */
    public long merge(long key, long value, LongBinaryOperator function) {
        Objects.requireNonNull(function);
        Shards.Shard<LongLongMap> shard = lock(key);
        try {
            long after = value;
            if (shard.table.containsKey(key)) {
                long before = shard.table.get(key);
                after = computed(() -> function.applyAsLong(before, value));
            }
            shard.table.put(key, after);
            return after;
        } finally {
            shard.unlock();
        }
    }

    private long computed(LongSupplier function) {
        Computation computation = Computation.begin(this);
        try {
            return function.getAsLong();
        } finally {
            computation.end();
        }
    }

    @Override
    public long putAll(MemorySegment keys, MemorySegment values) {
        return writeAll(keys, values, "values", LongLongMap::putAll);
    }

    @Override
    public long addAll(MemorySegment keys, MemorySegment deltas) {
        return writeAll(keys, deltas, "deltas", LongLongMap::addAll);
    }

    @Override
    public long removeAll(MemorySegment keys) {
        Batches.elements(keys, Long.BYTES, "keys");
        if (isUntouched()) {
            return 0;
        }
        return writeAll(keys, keys, "keys", (shard, some, same) -> shard.removeAll(some));
    }

    private long writeAll(
            MemorySegment keys, MemorySegment words, String name, WordBatches.Write write) {
        long n = Batches.elements(keys, Long.BYTES, "keys");
        Batches.elements(words, Long.BYTES, name, n);
        checkOpen();
        return WordBatches.run(shards, keys, words, n, write);
    }

    /**
     * Calls an action for each entry, as {@linkplain ConcurrentNativeMap walks} go. No lock is held
     * meanwhile: the action may do anything to the map.
     *
     * @param action called with key and value
     */
    public void forEach(LongLongConsumer action) {
        Objects.requireNonNull(action);
        ConcurrentWalk<Long, Long, LongLongMap, LongLongMap.Cursor> walk = walk();
        for (LongLongMap.Cursor chunk = walk.nextChunk(); chunk != null; chunk = walk.nextChunk()) {
            while (chunk.nextFetched()) {
                action.accept(chunk.key(), chunk.value());
            }
        }
    }

    ConcurrentWalk<Long, Long, LongLongMap, LongLongMap.Cursor> walk() {
        return new ConcurrentWalk<>(this, shards, LongLongMap::cursor);
    }

    /**
     * This map as a {@link ConcurrentMap} of boxed keys and values: a view, which reads and writes
     * this map and lives as long. Keys and values must not be null; an absent key reads as null,
     * whatever the default value.
     *
     * @return a new view
     */
    public ConcurrentMap<Long, Long> asMap() {
        return new ConcurrentLongLongEntries(this);
    }
}
