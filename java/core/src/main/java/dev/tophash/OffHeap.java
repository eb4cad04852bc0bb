package dev.tophash;

import java.util.ConcurrentModificationException;

/**
 * What all maps and sets of this package have in common: entries in native memory, and a life that
 * ends with {@link #close}.
 *
 * <h2>Memory</h2>
 *
 * A map that was never written to holds no native memory. The first write allocates; {@link #close}
 * gives everything back at once. How much the open maps may hold together, {@link
 * Tophash#setNativeBudget} says.
 *
 * <h2>Lifetimes</h2>
 *
 * <ol>
 *   <li>Of its own: until {@link #close}, best in a try-with-resources statement.
 *   <li>By {@linkplain MapBuilder#arena arena}: until the arena is closed, or until {@code close}
 *       if that comes first.
 *   <li>By garbage collection, as the net under both: a map that has become unreachable gives its
 *       memory back some time after the collector has found that out. Unless it has an arena, that
 *       is a leak, and the event {@code dev.tophash.MapLeaked} of the JDK Flight Recorder tells of
 *       it.
 * </ol>
 *
 * Every use of a closed map, and of its cursors, iterators and views, throws {@link
 * IllegalStateException}; closing again does nothing.
 *
 * <h2>Threads</h2>
 *
 * As with {@link java.util.HashMap}, one thread may write at a time, and any number may read while
 * none writes; how threads agree on that is theirs to arrange. Two writers at once are detected by
 * best effort and one of them gets a {@link ConcurrentModificationException}. Calls that race all
 * the same can lose entries or read wrong values of this map; they do not harm other maps or the
 * JVM.
 *
 * <p>{@link ConcurrentLongLongMap}, {@link ConcurrentNativeMap} and {@link ConcurrentNativeSet} are
 * for any number of threads at once, writers too.
 */
public sealed interface OffHeap extends AutoCloseable
        permits OffHeapTable, NativeMap, NativeSet, ConcurrentNativeMap, ConcurrentNativeSet {
    /**
     * Makes room for a number of entries in all, so that inserting up to that many does not grow
     * the map.
     *
     * @param entries total number of entries, 0 or more
     * @throws IllegalArgumentException if it is negative or beyond what a map can have
     * @throws OutOfMemoryError if there is no memory for them; the map is unchanged
     * @throws IllegalStateException if the map is closed
     * @throws ConcurrentModificationException if another thread was seen writing
     */
    void reserve(long entries);

    /**
     * Moves the entries into the least memory that holds them; an empty map gives all its memory
     * for entries back. Copies the whole map at once.
     *
     * @throws OutOfMemoryError if there is no memory for the copy; the map is unchanged
     * @throws IllegalStateException if the map is closed
     * @throws ConcurrentModificationException if another thread was seen writing
     */
    void shrinkToFit();

    /**
     * Moves this map to another memory policy, which it keeps from then on. Memory that it has
     * already is moved in pieces of at most 4 MiB, one after the other until all has been; readers
     * wait no longer than for the page that they read. Other {@link MemoryPolicy.Pages pages} are
     * for memory that the map gets from then on. Of what the kernel does not do, {@link
     * MapStats#refused} tells.
     *
     * @param policy on which nodes the map shall lie
     * @throws MemoryPolicyException if the policy is strict and the kernel refuses it; if it has
     *     refused it from the start the map is unchanged, otherwise partly moved
     * @throws OutOfMemoryError if there is no memory for copies of small parts
     * @throws IllegalStateException if the map is closed, or 255 different policies are in use
     * @throws ConcurrentModificationException if another thread was seen writing
     */
    void migrate(MemoryPolicy policy);

    /**
     * Native memory that this map holds: its share of {@link Tophash#nativeBytes}.
     *
     * @return bytes, with reserved address space that was never touched; 0 before the first write
     * @throws IllegalStateException if the map is closed
     */
    default long nativeBytes() {
        return stats().reservedBytes();
    }

    /**
     * Figures of this map, without those that take a look at every bucket.
     *
     * @return a snapshot
     * @throws IllegalStateException if the map is closed
     */
    MapStats stats();

    /**
     * All figures of this map. Every bucket is read, and the system asked what memory stands behind
     * them: that takes from a millisecond on for a small map to seconds for a large one. A thread
     * that writes meanwhile gets a {@link ConcurrentModificationException}.
     *
     * @return a snapshot
     * @throws IllegalStateException if the map is closed
     */
    MapStats fullStats();

    /**
     * Whether the map was closed, by {@link #close} or with its arena.
     *
     * @return true from then on
     */
    boolean isClosed();

    /**
     * Gives all native memory back. Closing a closed map does nothing. May be called from any
     * thread.
     */
    @Override
    void close();
}
