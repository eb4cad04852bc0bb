package dev.tophash;

import dev.tophash.internal.MapCalls;
import dev.tophash.internal.Status;
import dev.tophash.internal.ffi.th_map_stats;
import dev.tophash.internal.ffi.tophash_h;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * Figures of a map at one moment. All bytes are native.
 *
 * @param size entries
 * @param buckets main buckets of the current array, 2<sup>b</sup>; 0 before the first write
 * @param b log2 of {@code buckets}
 * @param overflowBuckets overflow buckets of the current array in use
 * @param oldBuckets main buckets of the array that is being evacuated, or 0
 * @param evacuated how many of them are done
 * @param sameSize whether that growth keeps the number of buckets
 * @param growAt size at which the next insertion doubles the array
 * @param headerBytes header and bookkeeping
 * @param bucketBytes main buckets, of both arrays while growing
 * @param overflowBytes overflow buckets in use
 * @param keyBytesLive blocks for keys longer than 12 bytes, in use
 * @param keyBytesDead the same, free for reuse
 * @param reservedBytes everything held, address space that was never touched included
 * @param seedChanges seeds drawn because a chain showed an attack
 * @param longestChain buckets in the longest chain; 0 unless full statistics were asked for
 * @param occupancy buckets with 0, 1, ... 8 entries; empty unless full statistics were asked for
 */
public record MapStats(
        long size,
        long buckets,
        int b,
        long overflowBuckets,
        long oldBuckets,
        long evacuated,
        boolean sameSize,
        long growAt,
        long headerBytes,
        long bucketBytes,
        long overflowBytes,
        long keyBytesLive,
        long keyBytesDead,
        long reservedBytes,
        int seedChanges,
        long longestChain,
        List<Long> occupancy) {

    /**
     * Bytes in use: everything but the reserved memory that was never touched.
     *
     * @return the sum of the bytes by part
     */
    public long usedBytes() {
        return headerBytes + bucketBytes + overflowBytes + keyBytesLive + keyBytesDead;
    }

    /** The figures of a native map; null if the stamp does not name it. */
    static MapStats of(long map, long stamp, boolean full) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment s = arena.allocate(th_map_stats.layout());
            int status =
                    full
                            ? tophash_h.th_map_get_stats(
                                    MemorySegment.ofAddress(map), stamp, (byte) 1, s)
                            : MapCalls.getStats(map, stamp, (byte) 0, s);
            if (status == Status.CLOSED) {
                return null;
            }
            Status.check(status, "statistics of a map");
            List<Long> occupancy = new ArrayList<>();
            if (full) {
                for (long count : th_map_stats.occupancy(s).toArray(ValueLayout.JAVA_LONG)) {
                    occupancy.add(count);
                }
            }
            return new MapStats(
                    th_map_stats.size(s),
                    th_map_stats.buckets(s),
                    th_map_stats.b(s),
                    th_map_stats.overflow_buckets(s),
                    th_map_stats.old_buckets(s),
                    th_map_stats.evacuated(s),
                    th_map_stats.same_size(s) != 0,
                    th_map_stats.grow_at(s),
                    th_map_stats.header_bytes(s),
                    th_map_stats.bucket_bytes(s),
                    th_map_stats.overflow_bytes(s),
                    th_map_stats.heap_bytes_live(s),
                    th_map_stats.heap_bytes_dead(s),
                    th_map_stats.reserved_bytes(s),
                    th_map_stats.seed_changes(s),
                    th_map_stats.longest_chain(s),
                    List.copyOf(occupancy));
        }
    }
}
