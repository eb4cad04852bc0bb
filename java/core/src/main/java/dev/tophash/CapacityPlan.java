package dev.tophash;

import dev.tophash.internal.Capacity;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a map will take, before there is one.
 *
 * {@snippet :
 * CapacityPlan plan = CapacityPlan.forMap(long.class, long.class, 10_000_000);
 * long bytes = plan.usedBytes();
 * System.out.println(plan);
 * }
 *
 * The plan is that of a map into which so many different keys are inserted, nothing removed, once
 * the growth that they bring about has ended; a map with that {@linkplain MapBuilder#expectedSize
 * expected size} takes the same. Bytes are counted as {@link MapStats} counts them, and are native.
 *
 * <ul>
 *   <li>Exact: {@code buckets}, {@code b}, {@code growAt}, {@code headerBytes}, {@code
 *       bucketBytes}, and the sizes at which the map grows. They come from the code that makes the
 *       arrays. (A map whose keys or values can have any length has up to 3 KiB more in its header
 *       and reserved when a key and its value have more than 12 bytes together, though each fits
 *       its slot.)
 *   <li>Exact for tables of more than 32 KiB, unless there are long keys or values: {@code
 *       reservedBytes}. A smaller table begins with few overflow buckets and is replaced by a
 *       larger one should its keys ask for that: then the map holds between {@code reservedBytes}
 *       and {@code reservedMost}.
 *   <li>Expected: {@code overflowBytes}. Which buckets overflow is up to the keys and the seed; the
 *       plan has the mean, from which a map of a few thousand entries strays by a few percent of
 *       the whole at most, and a large one by far less. Keys that follow each other, such as 1, 2,
 *       3, spread more evenly than chance: they take up to a tenth less.
 *   <li>Expected: {@code keyBytesLive} and {@code keyBytesDead}, blocks for keys and values longer
 *       than 12 bytes. They are as good as the lengths that the plan was made from.
 * </ul>
 *
 * @param entries of the map
 * @param buckets main buckets, 2<sup>b</sup>; 0 for no entries
 * @param b log2 of {@code buckets}
 * @param growAt size at which the next insertion doubles the table
 * @param headerBytes header and bookkeeping
 * @param bucketBytes main buckets
 * @param overflowBytes overflow buckets in use, expected
 * @param keyBytesLive blocks for keys and values longer than 12 bytes, expected
 * @param keyBytesDead memory between them that nothing fits into, expected
 * @param reservedBytes everything held, address space that is never touched included: what a
 *     {@linkplain Tophash#setNativeBudget budget} counts
 * @param reservedMost the same for the keys that ask for the most overflow buckets
 * @param evacuating whether a map that got here one by one, without an expected size, can still
 *     have a part of its entries in the table before
 * @param growthPoints the growths on the way from the first entry, in order
 * @param nextGrowth the growth that comes next; null if the map cannot grow any more
 */
public record CapacityPlan(
        long entries,
        long buckets,
        int b,
        long growAt,
        long headerBytes,
        long bucketBytes,
        long overflowBytes,
        long keyBytesLive,
        long keyBytesDead,
        long reservedBytes,
        long reservedMost,
        boolean evacuating,
        List<GrowthPoint> growthPoints,
        GrowthPoint nextGrowth) {
    /** The most entries that a map can have: 6.5 for each of 2<sup>40</sup> buckets. */
    public static final long MOST_ENTRIES = OffHeapTable.MAX_ENTRIES;

    private static final int SLOTS = 8;

    /**
     * One growth.
     *
     * @param entries size at which the next insertion begins it; 0 for the first table of all
     * @param buckets main buckets afterwards
     * @param bytes bytes in use when it has ended
     * @param peakBytes the most in use on the way, overflow buckets as expected. Both tables count
     *     with what is in use of them: of the old one, pages go back in pieces of 4 MiB as its
     *     entries move
     * @param peakReserved the most held on the way: both tables, whole
     */
    public record GrowthPoint(
            long entries, long buckets, long bytes, long peakBytes, long peakReserved) {}

    /** Copies the list. */
    public CapacityPlan {
        growthPoints = List.copyOf(growthPoints);
    }

    /**
     * Plans a map of types that have ready-made codecs of fixed width: a primitive map such as
     * {@link LongLongMap}, or a {@link NativeMap}.
     *
     * @param key class of the keys, see {@link Codecs#of}
     * @param value class of the values
     * @param entries how many, from 0 to {@link #MOST_ENTRIES}
     * @return the plan
     * @throws IllegalArgumentException if one of the types has no ready-made codec or no fixed
     *     width, if there cannot be that many entries in a map, or if there are not that many
     *     different keys
     */
    public static CapacityPlan forMap(Class<?> key, Class<?> value, long entries) {
        return forMap(PartSize.of(key), PartSize.of(value), entries);
    }

    /**
     * Plans a {@link NativeMap} with codecs of fixed width.
     *
     * @param key codec of the keys
     * @param value codec of the values
     * @param entries how many
     * @return the plan
     * @throws IllegalArgumentException as for {@link #forMap(Class, Class, long)}
     */
    public static CapacityPlan forMap(Codec<?> key, Codec<?> value, long entries) {
        return forMap(PartSize.of(key), PartSize.of(value), entries);
    }

    /**
     * Plans a set, such as {@link LongSet} or {@link NativeSet}.
     *
     * @param element size of its elements
     * @param entries how many
     * @return the plan
     * @throws IllegalArgumentException as for {@link #forMap(PartSize, PartSize, long)}
     */
    public static CapacityPlan forSet(PartSize element, long entries) {
        return forMap(element, PartSize.NONE, entries);
    }

    /**
     * Plans any map, such as a {@link StringLongMap} with keys of {@link PartSize#lengths}.
     *
     * @param key size of its keys
     * @param value size of its values
     * @param entries how many, from 0 to {@link #MOST_ENTRIES}
     * @return the plan
     * @throws IllegalArgumentException if keys are of 0 bytes or of a fixed width beyond 128, if
     *     there cannot be that many entries in a map or that many bytes of long keys and values, or
     *     if there are not that many different keys
     */
    public static CapacityPlan forMap(PartSize key, PartSize value, long entries) {
        long type = PartSize.type(key, value);
        OffHeapTable.checkEntries("entries", entries);
        if (entries > key.different()) {
            throw new IllegalArgumentException(
                    entries
                            + " entries, but there are only "
                            + key.different()
                            + " different keys of "
                            + key);
        }
        return new Planner(type, key.meanBlock() + value.meanBlock(), key.different())
                .plan(entries);
    }

    /** Makes the plan of one type, whatever the number of entries. */
    private record Planner(long type, double block, long different) {
        CapacityPlan plan(long entries) {
            if (entries == 0) {
                return new CapacityPlan(
                        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, false, List.of(), growth(1));
            }
            Capacity c = ask(entries);
            List<GrowthPoint> points = new ArrayList<>();
            for (long at = ask(1).growAt(); at < entries; ) {
                points.add(growth(at + 1));
                at = ask(at + 1).growAt();
            }
            return new CapacityPlan(
                    entries,
                    c.buckets(),
                    c.b(),
                    c.growAt(),
                    c.headerBytes(),
                    c.bucketBytes(),
                    overflow(c, entries),
                    heapBytes(entries),
                    c.heapBytesDead(),
                    c.reservedBytes(),
                    c.reservedMost(),
                    c.oldBuckets() != 0 && entries < c.settledAt(),
                    points,
                    growsBeyond(c) ? growth(c.growAt() + 1) : null);
        }

        private boolean growsBeyond(Capacity c) {
            long entry = c.growAt() + 1;
            Capacity next = entry > different ? null : engine(entry);
            return next != null && engine(Math.max(entry, next.settledAt())) != null;
        }

        /** The growth that inserting this entry begins. */
        private GrowthPoint growth(long entry) {
            Capacity before = ask(entry - 1);
            long end = Math.max(entry, ask(entry).settledAt());
            Capacity c = ask(end);
            long bytes = used(c, end);
            long oldOverflow = entry == 1 ? 0 : overflow(before, entry - 1);
            return new GrowthPoint(
                    entry - 1,
                    c.buckets(),
                    bytes,
                    bytes + c.oldKeptBytes() + oldOverflow,
                    c.reservedMost() + c.oldReservedMost());
        }

        private long used(Capacity c, long entries) {
            return c.headerBytes()
                    + c.bucketBytes()
                    + overflow(c, entries)
                    + heapBytes(entries)
                    + c.heapBytesDead();
        }

        private Capacity ask(long entries) {
            Capacity capacity = engine(entries);
            if (capacity == null) {
                throw new IllegalArgumentException(
                        entries
                                + " entries with "
                                + Math.round(block)
                                + " bytes each beside the table are more than a map can have");
            }
            return capacity;
        }

        /** Null if a map cannot have so much. */
        private Capacity engine(long entries) {
            return Capacity.of(type, entries, heapBytes(entries));
        }

        private long heapBytes(long entries) {
            return Math.round(block * entries);
        }

        private static long overflow(Capacity c, long entries) {
            return Math.round(expectedOverflow(entries, c.buckets()) * c.buckets())
                    * c.bucketSize();
        }
    }

    /**
     * Overflow buckets that a main bucket has on average: a bucket has a binomial number of
     * entries, and a chain is as long as they ask for.
     */
    static double expectedOverflow(long entries, long buckets) {
        if (buckets <= 1) {
            return 0; // one bucket is split when it is full
        }
        double p = 1.0 / buckets;
        double chance = Math.exp(entries * Math.log1p(-p)); // of no entry at all
        double expected = 0;
        for (long k = 1; k <= entries && (k < SLOTS || chance > 1e-15); k++) {
            chance *= (double) (entries - k + 1) / k * p / (1 - p);
            expected += chance * ((k - 1) / SLOTS);
        }
        return expected;
    }

    /**
     * Bytes in use: everything but the reserved memory that is never touched.
     *
     * @return the sum of the bytes by part, like {@link MapStats#usedBytes}
     */
    public long usedBytes() {
        return headerBytes + bucketBytes + overflowBytes + keyBytesLive + keyBytesDead;
    }

    /**
     * The most bytes in use on the way to that many entries when the map is not told of them in
     * advance.
     *
     * @return bytes; those in use at the end if no growth on the way takes more
     */
    public long peakBytes() {
        return growthPoints.stream()
                .mapToLong(GrowthPoint::peakBytes)
                .reduce(usedBytes(), Math::max);
    }

    /** A table of a few lines. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        row(text, "entries", count(entries));
        row(text, "buckets", count(buckets) + " (B = " + b + ")");
        row(text, "bytes", count(usedBytes()));
        row(text, "  header", count(headerBytes));
        row(text, "  main buckets", count(bucketBytes));
        row(text, "  overflow buckets", count(overflowBytes) + " expected");
        if (keyBytesLive != 0) {
            row(text, "  long keys and values", count(keyBytesLive + keyBytesDead) + " expected");
        }
        row(text, "reserved", count(reservedBytes));
        row(text, "growths on the way", count(growthPoints.size()));
        row(text, "peak while growing", count(peakBytes()));
        if (nextGrowth != null) {
            row(text, "grows after", count(nextGrowth.entries()) + " entries");
            row(text, "  then", count(nextGrowth.bytes()));
            row(text, "  peak", count(nextGrowth.peakBytes()));
        }
        return text.toString();
    }

    private static void row(StringBuilder text, String name, String value) {
        text.append(String.format(Locale.ROOT, "%-22s  %s%n", name, value));
    }

    private static String count(long n) {
        return String.format(Locale.ROOT, "%,d", n);
    }
}
