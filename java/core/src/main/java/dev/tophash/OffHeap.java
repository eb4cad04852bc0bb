package dev.tophash;

import java.io.IOException;
import java.nio.file.Path;
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
 * <p>{@link ConcurrentLongLongMap}, {@link ConcurrentNativeMap}, {@link ConcurrentNativeSet} and
 * {@link DurableMap} are for any number of threads at once, writers too.
 *
 * <h2>Files</h2>
 *
 * {@link #saveTo} writes a map to a file. Every type has two static methods that read one: {@code
 * load} makes a new map of it, {@code open} has the file itself be the map, which takes no time and
 * next to no memory however large it is. An opened map
 *
 * <ul>
 *   <li>can be read by any number of threads at once, in everything that reads: lookups, batches,
 *       walks, statistics; and by any number of processes, who share the file's pages in memory;
 *   <li>is read-only: every method that would change it, by whatever way, throws {@link
 *       UnsupportedOperationException} and changes nothing (one that finds nothing to change may
 *       return instead);
 *   <li>is not looked through when it is opened. Damage in the file makes lookups find the wrong
 *       thing, or nothing, and does no other harm; {@link #verify} finds it;
 *   <li>does not notice if its file is renamed, removed, or replaced by another of the same name,
 *       as {@code saveTo} does it. It must not be written to in place. When it is cut off, pages
 *       that are gone read as zeros, until that is noticed: by the next walk, batch or {@code
 *       verify} of this map, or within about a second. The map is closed then, and its methods
 *       throw {@link IllegalStateException} with the reason; the event {@code
 *       dev.tophash.MapFileCut} of the JDK Flight Recorder tells of it;
 *   <li>has the default value 0, or null, for absent keys: that is not in the file.
 * </ul>
 */
public sealed interface OffHeap extends AutoCloseable
        permits OffHeapTable, NativeMap, NativeSet, ConcurrentObjectMap, ConcurrentNativeSet {
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
     * Writes all entries to a file, which has its name only when it is complete and on the disk:
     * whatever happens, there is the whole new file or what was there before. Maps that have that
     * file open go on reading the old one. What keys and values are is recorded by the names of
     * their codecs, see {@link Codec#name}.
     *
     * <p>Saving is like a write: no other thread may write meanwhile, and others may read. A
     * concurrent map is saved as it is at one moment, and writers go on. They all wait for that
     * moment, in which nothing is copied; then each shard is copied in memory before it is written
     * to again, by the thread that saves or by a writer who comes first. So a writer waits for the
     * copy of one shard at most, some tens of nanoseconds for each of its entries. Until they are
     * in the file these copies take memory, as much as the map has at most. If there is not enough,
     * saving fails and writers go on. Two threads that save the same map do so one after the other.
     *
     * <p>Until it is complete the file lies in the same folder under the same name with eight
     * digits and {@code .unfinished} behind it. What a process that was killed has left of that
     * kind is removed by the next one that saves to the same path.
     *
     * @param file its path; its folder must exist
     * @throws java.nio.file.FileSystemException if the system refuses it; the message says why,
     *     such as that there is no space left on the disk
     * @throws IOException if something else is wrong with the file
     * @throws OutOfMemoryError if there is no native memory for copies, or to end a growth
     * @throws IllegalArgumentException if the path is not of the default file system
     * @throws IllegalStateException if the map is closed, or this is called by a function that was
     *     given to this map's {@code compute} or the like
     * @throws ConcurrentModificationException if another thread was seen writing
     */
    void saveTo(Path file) throws IOException;

    /**
     * Whether this map was opened from a file, and so cannot be written to.
     *
     * @return true for a map from {@code open}; false for all others
     */
    boolean isReadOnly();

    /**
     * Reads all of an opened map's file, and compares it with its checksums, and every entry with
     * where it must lie. Takes as long as reading the file. Others may read the map meanwhile.
     *
     * @throws MapFileException if the file is damaged or was cut off
     * @throws IOException if the file cannot be read
     * @throws IllegalStateException if the map is closed, or was not opened from a file
     */
    void verify() throws IOException;

    /**
     * Has the system read an opened map's file ahead, so that lookups need not wait for the disk.
     * Returns when that has begun.
     *
     * @throws IllegalStateException if the map is closed, or was not opened from a file
     */
    void warm();

    /**
     * What an opened map's file has said of itself when it was opened.
     *
     * @return as {@link MapFile#info} tells it
     * @throws IllegalStateException if the map is closed, or was not opened from a file
     */
    MapFileInfo fileInfo();

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
