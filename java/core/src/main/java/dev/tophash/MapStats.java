package dev.tophash;

import dev.tophash.internal.MapCalls;
import dev.tophash.internal.Status;
import dev.tophash.internal.ffi.th_map_stats;
import dev.tophash.internal.ffi.tophash_h;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Figures of a map at one moment. All bytes are native. {@link #report} puts them in words:
 *
 * <pre>
 * entries     1,000,000 in 262,144 buckets (B = 18): 3.81 a bucket, doubles after 1,703,936
 * overflow    4,231 buckets, the longest chain has 2
 * growth      none
 * used        36.6 MiB: header 192 B, buckets 36.0 MiB, overflow 595.0 KiB, bytes heap 0 B and 0 B free
 * held        76.5 MiB, 192 B of it in shared pages
 * policy      first-touch, huge pages
 * resident    38.0 MiB, 38.0 MiB of it in huge pages
 * nodes       node 0 38.3 MiB
 * occupancy   0: 2.2% 1: 9.3% 2: 16.2% 3: 20.2% 4: 19.1% 5: 14.6% 6: 9.3% 7: 5.1% 8: 4.0%
 * hits        1.01 buckets looked at: 1: 99.4% 2: 0.6%
 * misses      1.02 buckets looked at: 1: 98.4% 2: 1.6%
 * seed        the first one
 * kernel      avx2
 * </pre>
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
 * @param poolBytes of those, in small blocks whose pages other maps use too
 * @param clears how often the map was cleared, and drew a new seed
 * @param seedChanges seeds drawn since then because a chain showed an attack
 * @param longestChain buckets in the longest chain; 0 unless full statistics were asked for, as
 *     with everything after it
 * @param occupancy buckets with 0, 1, ... 8 entries; empty without full statistics, as are the
 *     other lists
 * @param chains chains of 1, 2, ... 7, and of 8 or more buckets
 * @param hitProbes entries that a lookup finds in the 1st, 2nd, ... bucket it looks at; the last
 *     class has all further ones
 * @param missProbes chains in which a lookup of an absent key looks at 1, 2, ... buckets; the last
 *     class has all further ones
 * @param density entries in each 256th of the bucket array, in the order of buckets; a smaller
 *     array has fewer parts
 * @param residentBytes of {@code reservedBytes}, what memory stands behind
 * @param hugeBytes of those, at most how much lies in transparent huge pages: the kernel counts
 *     them by mapping, and a mapping can hold more than one map
 * @param nodeBytes bytes of large arrays on NUMA node 0, 1, ... as far as any lie there,
 *     extrapolated from a sample of their pages; empty if the system does not say
 * @param placement on which nodes the map's {@link MemoryPolicy} wants it
 * @param pages in which pages it wants it
 * @param refused what of that the kernel did not do, for this map or another of the same policy
 * @param refusedErrno its reason the last time, a number such as 1 (EPERM: not allowed, as in many
 *     containers), 12 (ENOMEM: no explicit huge pages left) or 22 (EINVAL: no such node); 0: none
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
        long poolBytes,
        long clears,
        int seedChanges,
        long longestChain,
        List<Long> occupancy,
        List<Long> chains,
        List<Long> hitProbes,
        List<Long> missProbes,
        List<Long> density,
        long residentBytes,
        long hugeBytes,
        List<Long> nodeBytes,
        MemoryPolicy.Placement placement,
        MemoryPolicy.Pages pages,
        Set<Refusal> refused,
        int refusedErrno) {
    /** What a memory policy asks for and a kernel can refuse. */
    public enum Refusal {
        /** Memory lies where the kernel's own policy has put it. */
        NODES(tophash_h.TH_REFUSED_NODES()),
        /** There are not enough explicit huge pages. */
        PAGES(tophash_h.TH_REFUSED_PAGES()),
        /** Pages that {@link OffHeap#migrate} should have moved stayed where they were. */
        MOVE(tophash_h.TH_REFUSED_MOVE());

        private final int bit;

        Refusal(int bit) {
            this.bit = bit;
        }

        private static Set<Refusal> of(int bits) {
            Set<Refusal> refused = EnumSet.allOf(Refusal.class);
            refused.removeIf(refusal -> (bits & refusal.bit) == 0);
            return refused;
        }
    }

    /** Lists are copied. */
    public MapStats {
        occupancy = List.copyOf(occupancy);
        chains = List.copyOf(chains);
        hitProbes = List.copyOf(hitProbes);
        missProbes = List.copyOf(missProbes);
        density = List.copyOf(density);
        nodeBytes = List.copyOf(nodeBytes);
        refused = Set.copyOf(refused);
    }

    /**
     * Bytes in use: everything but the reserved memory that was never touched.
     *
     * @return the sum of the bytes by part
     */
    public long usedBytes() {
        return headerBytes + bucketBytes + overflowBytes + keyBytesLive + keyBytesDead;
    }

    /**
     * Whether an old array is being evacuated.
     *
     * @return true while the map grows, or moves to another array of the same size
     */
    public boolean growing() {
        return oldBuckets > 0;
    }

    /**
     * Entries in a bucket on average, overflow buckets not counted. The array doubles at 6.5.
     *
     * @return the load, 0 before the first write
     */
    public double load() {
        return buckets == 0 ? 0 : (double) size / buckets;
    }

    /**
     * These figures in words, one line for each subject. Those that full statistics alone have are
     * left out where they were not asked for.
     *
     * @return several lines, each ended by a newline
     */
    public String report() {
        return new StatsReport(this).text();
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
                    th_map_stats.pool_bytes(s),
                    th_map_stats.clears(s),
                    th_map_stats.seed_changes(s),
                    th_map_stats.longest_chain(s),
                    numbers(th_map_stats.occupancy(s), full),
                    numbers(th_map_stats.chains(s), full),
                    numbers(th_map_stats.hit_probes(s), full),
                    numbers(th_map_stats.miss_probes(s), full),
                    density(s, full),
                    th_map_stats.resident_bytes(s),
                    th_map_stats.huge_bytes(s),
                    withoutLastZeros(numbers(th_map_stats.node_bytes(s), full)),
                    placement(th_map_stats.place(s)),
                    pages(th_map_stats.pages(s)),
                    Refusal.of(th_map_stats.refused(s)),
                    th_map_stats.refused_errno(s));
        }
    }

    /** The empty map that a map is before its first write has none of its own. */
    private static MemoryPolicy.Placement placement(byte mode) {
        MemoryPolicy.Placement told = MemoryPolicy.Placement.of(mode);
        return told == MemoryPolicy.Placement.STANDARD ? MemoryPolicy.Placement.FIRST_TOUCH : told;
    }

    private static MemoryPolicy.Pages pages(byte number) {
        MemoryPolicy.Pages told = MemoryPolicy.Pages.of(number);
        return told == MemoryPolicy.Pages.STANDARD ? MemoryPolicy.Pages.HUGE : told;
    }

    private static List<Long> numbers(MemorySegment array, boolean full) {
        return full
                ? LongStream.of(array.toArray(ValueLayout.JAVA_LONG)).boxed().toList()
                : List.of();
    }

    /** A bucket of an array with fewer of them than there are parts has the first of its parts. */
    private static List<Long> density(MemorySegment s, boolean full) {
        List<Long> parts = numbers(th_map_stats.density(s), full);
        int step = Math.max(1, tophash_h.TH_STATS_PARTS() >>> Math.min(th_map_stats.b(s), 8));
        return IntStream.range(0, parts.size() / step).mapToObj(i -> parts.get(i * step)).toList();
    }

    private static List<Long> withoutLastZeros(List<Long> numbers) {
        int end = numbers.size();
        while (end > 0 && numbers.get(end - 1) == 0) {
            end--;
        }
        return numbers.subList(0, end);
    }
}
