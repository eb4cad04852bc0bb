package dev.tophash.internal;

import dev.tophash.internal.ffi.th_heap_options;
import dev.tophash.internal.ffi.th_heap_stats;
import dev.tophash.internal.ffi.th_map_options;
import dev.tophash.internal.ffi.tophash_h;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The one heap that this process keeps its maps in, in deferred mode: memory that a map no longer
 * uses is held back until no thread can be reading it, so that racing calls read old or empty
 * memory and never fault. Methods may be called from any thread.
 */
public final class NativeHeap {
    private static final MemorySegment HEAP = create();
    private static final ReentrantLock RECLAIMING = new ReentrantLock();

    /** Of the header that {@code th_map_header} copies, as in Go. */
    private static final long HEADER_BYTES = 48;

    private static final long SEED_OFFSET = 12;

    private NativeHeap() {}

    /**
     * A map's address and stamp: what every call takes.
     *
     * @param status negative if there is no map after all
     */
    public record Handle(int status, long map, long stamp) {}

    private static MemorySegment create() {
        Linkage.ensureLoaded();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment options = arena.allocate(th_heap_options.layout());
            th_heap_options.deferred(options, (byte) 1);
            th_heap_options.huge_pages(options, (byte) 1);
            th_heap_options.byte_limit(options, Budget.ofProperty());
            MemorySegment heap = arena.allocate(ValueLayout.ADDRESS);
            Status.check(
                    tophash_h.th_heap_create(options, heap), "no native memory for the maps' heap");
            return heap.get(ValueLayout.ADDRESS, 0);
        }
    }

    /** For calls that make maps in other ways. */
    static MemorySegment heap() {
        return HEAP;
    }

    /**
     * Makes a native map; its header lies in memory that stays readable for ever.
     *
     * @param type see {@link TableType}
     */
    public static Handle createMap(long type, TableOptions chosen) {
        reclaimIfDue();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment options = arena.allocate(th_map_options.layout());
            chosen.write(options, arena);
            MemorySegment map = arena.allocate(ValueLayout.JAVA_LONG);
            MemorySegment stamp = arena.allocate(ValueLayout.JAVA_LONG);
            int status =
                    tophash_h.th_map_create(
                            HEAP, TableType.segment(type, arena), options, map, stamp);
            long address = map.get(ValueLayout.JAVA_LONG, 0);
            long name = stamp.get(ValueLayout.JAVA_LONG, 0);
            try {
                return new Handle(status, address, name);
            } catch (OutOfMemoryError e) { // of the Java heap: nobody else knows the map
                tophash_h.th_map_close(MemorySegment.ofAddress(address), name);
                throw e;
            }
        }
    }

    /**
     * The native map of a shard, which is made if there is none; one thread at a time may ask for
     * it.
     */
    public static Handle shard(long map, long mapStamp, int index) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment shard = arena.allocate(ValueLayout.JAVA_LONG);
            MemorySegment stamp = arena.allocate(ValueLayout.JAVA_LONG);
            int status =
                    tophash_h.th_shard(MemorySegment.ofAddress(map), mapStamp, index, shard, stamp);
            return new Handle(
                    status,
                    shard.get(ValueLayout.JAVA_LONG, 0),
                    stamp.get(ValueLayout.JAVA_LONG, 0));
        }
    }

    /** The seed of a map's hash function, from its header. */
    public static int seed(long map, long stamp) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment header = arena.allocate(HEADER_BYTES, Long.BYTES);
            Status.check(
                    tophash_h.th_map_header(MemorySegment.ofAddress(map), stamp, header),
                    "the header of a map");
            return header.get(ValueLayout.JAVA_INT, SEED_OFFSET);
        }
    }

    /** Chooses where maps made from now on lie unless they choose themselves; the status. */
    public static int setPlacement(Placement placement) {
        try (Arena arena = Arena.ofConfined()) {
            return tophash_h.th_heap_set_placement(HEAP, placement.segment(arena));
        }
    }

    /** Closes a native map; does nothing if it has been closed. */
    public static void closeMap(Handle handle) {
        int status = tophash_h.th_map_close(MemorySegment.ofAddress(handle.map()), handle.stamp());
        if (status != tophash_h.TH_CLOSED()) {
            Status.check(status, "closing a map");
        }
        reclaimIfDue();
    }

    /**
     * What the heap holds.
     *
     * @param maps open native maps
     * @param liveBytes bytes that they hold, reserved and untouched ones included
     * @param retiredBytes bytes held back after their map let go of them
     * @param budget most bytes that they may hold; 0: no limit
     * @param refusedHere whether the budget is why this thread's last failed allocation failed
     * @param refusedBytes size of the allocation that the budget refused last
     * @param refusedLive {@code liveBytes} at that moment
     */
    public record Usage(
            long maps,
            long liveBytes,
            long retiredBytes,
            long budget,
            boolean refusedHere,
            long refusedBytes,
            long refusedLive) {}

    /** The heap's figures at this moment. */
    public static Usage usage() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment stats = arena.allocate(th_heap_stats.layout());
            Status.check(tophash_h.th_heap_get_stats(HEAP, stats), "heap statistics");
            return new Usage(
                    th_heap_stats.maps(stats),
                    th_heap_stats.live_bytes(stats),
                    th_heap_stats.retired_bytes(stats),
                    th_heap_stats.byte_limit(stats),
                    th_heap_stats.refused_here(stats) != 0,
                    th_heap_stats.refused_bytes(stats),
                    th_heap_stats.refused_live(stats));
        }
    }

    /** Sets the most bytes that maps may hold; 0: no limit. */
    public static void setBudget(long bytes) {
        Status.check(tophash_h.th_heap_set_limit(HEAP, bytes), "a budget of native memory");
    }

    /** Frees held-back memory when enough of it waits; one thread does it, the others go on. */
    public static void reclaimIfDue() {
        if (tophash_h.th_heap_wants_reclaim(HEAP) != 0 && RECLAIMING.tryLock()) {
            try {
                reclaim();
            } finally {
                RECLAIMING.unlock();
            }
        }
    }

    /** Frees the memory held back so far. */
    private static void reclaim() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment batch = arena.allocate(ValueLayout.JAVA_LONG);
            Status.check(tophash_h.th_heap_seal(HEAP, batch), "sealing retired memory");
            Linkage.awaitQuickCalls();
            Status.check(
                    tophash_h.th_heap_reclaim(HEAP, batch.get(ValueLayout.JAVA_LONG, 0)),
                    "reclaiming retired memory");
        }
    }
}
