package dev.tophash;

import dev.tophash.internal.Status;
import dev.tophash.internal.ffi.tophash_h;

import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * Where the native memory of a map lies: on which NUMA nodes, and in which pages. A map keeps its
 * policy while it grows, shrinks and is cleared, until {@link OffHeap#migrate} gives it another.
 * Policies are values: immutable, and equal if they mean the same.
 *
 * <p>It applies to all native memory of a map but its header and bookkeeping: some 300 bytes, and 2
 * KiB where keys or values can be long. Regions, which is what parts of more than 32 KiB are
 * called, are placed page by page; smaller parts come from pools, of which each node has its own.
 *
 * <p>A policy is a request. Where the kernel refuses it, because a container forbids it, the node
 * does not exist or huge pages have run out, the map works all the same, and {@link
 * MapStats#refused} says what was not done. With {@link #strict()} it is an exception instead.
 *
 * <p>In words, as {@link #parse} reads and {@link #toString} writes them: {@code bind:0-1}, {@code
 * interleave,explicit-2m,strict}.
 */
public final class MemoryPolicy {
    /** On which NUMA nodes memory lies. */
    public enum Placement {
        /** As {@link Tophash#setMemoryPolicy} says; there, and without it, first touch. */
        STANDARD(tophash_h.TH_PLACE_HEAP()),

        /**
         * As the policy of the thread that writes to a page first says, which is its own node
         * unless the process was started with another (by {@code numactl}, for example).
         */
        FIRST_TOUCH(tophash_h.TH_PLACE_FIRST_TOUCH()),

        /** The node of the thread that writes to a page first, whatever its policy says. */
        LOCAL(tophash_h.TH_PLACE_LOCAL()),

        /**
         * The nodes named, and no others. When they are full the kernel looks for a process to end,
         * and this is the likely one. Parts of up to 32 KiB, which come from pools, prefer these
         * nodes and lie on others when they are full.
         */
        BIND(tophash_h.TH_PLACE_BIND()),

        /** One node, and others when it is full. */
        PREFER(tophash_h.TH_PLACE_PREFER()),

        /** Page by page over the nodes named. */
        INTERLEAVE(tophash_h.TH_PLACE_INTERLEAVE()),

        /**
         * Each map, or each shard of one that has shards, on one of the nodes named, in turn; on
         * others when that is full.
         */
        SPREAD(tophash_h.TH_PLACE_SPREAD());

        private final int mode;

        Placement(int mode) {
            this.mode = mode;
        }

        String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        boolean hasNodes() {
            return mode >= tophash_h.TH_PLACE_BIND();
        }

        static Placement of(int mode) {
            for (Placement placement : values()) {
                if (placement.mode == mode) {
                    return placement;
                }
            }
            throw new AssertionError("placement " + mode);
        }
    }

    /** In which pages regions lie. */
    public enum Pages {
        /** As {@link Tophash#setMemoryPolicy} says; there, and without it, {@link #HUGE}. */
        STANDARD(tophash_h.TH_PAGES_HEAP()),

        /**
         * Transparent huge pages where the system has them, 2 MiB on both architectures: fewer
         * misses of the address translation cache, and so the faster choice for large maps.
         */
        HUGE(tophash_h.TH_PAGES_HUGE()),

        /** Small pages only: a large map with few entries so far occupies less memory. */
        SMALL(tophash_h.TH_PAGES_SMALL()),

        /**
         * Huge pages of 2 MiB from the pool that the administrator has set aside ({@code
         * vm.nr_hugepages}), {@link #HUGE} where it has too few. They are taken and cleared when an
         * array is made (0.1 to 0.3 ms for each), not when it is written to, and go back only with
         * the whole array: growth pauses for them and takes more memory. For maps that are made
         * with their {@link MapBuilder#expectedSize expected size}.
         */
        EXPLICIT_2M(tophash_h.TH_PAGES_2M()),

        /** The same of 1 GiB, for regions that fill at least one; else {@link #EXPLICIT_2M}. */
        EXPLICIT_1G(tophash_h.TH_PAGES_1G());

        private final int pages;

        Pages(int pages) {
            this.pages = pages;
        }

        String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        static Pages of(int number) {
            for (Pages pages : values()) {
                if (pages.pages == number) {
                    return pages;
                }
            }
            throw new AssertionError("pages " + number);
        }
    }

    /** Nothing chosen: as {@link Tophash#setMemoryPolicy} says, or first touch in huge pages. */
    public static final MemoryPolicy STANDARD =
            new MemoryPolicy(Placement.STANDARD, new BitSet(), Pages.STANDARD, false);

    /** Transparent huge pages, on nodes as {@link #STANDARD}. */
    public static final MemoryPolicy HUGE_PAGES = STANDARD.withPages(Pages.HUGE);

    /** Small pages, on nodes as {@link #STANDARD}. */
    public static final MemoryPolicy SMALL_PAGES = STANDARD.withPages(Pages.SMALL);

    /** The highest number that a node can have. */
    static final int LAST_NODE = tophash_h.TH_MAX_NODES() - 1;

    private final Placement placement;
    private final BitSet nodes;
    private final Pages pages;
    private final boolean strict;

    MemoryPolicy(Placement placement, BitSet nodes, Pages pages, boolean strict) {
        this.placement = placement;
        this.nodes = nodes;
        this.pages = pages;
        this.strict = strict;
    }

    /**
     * {@link Placement#FIRST_TOUCH}.
     *
     * @return a policy
     */
    public static MemoryPolicy firstTouch() {
        return on(Placement.FIRST_TOUCH);
    }

    /**
     * {@link Placement#LOCAL}.
     *
     * @return a policy
     */
    public static MemoryPolicy local() {
        return on(Placement.LOCAL);
    }

    /**
     * {@link Placement#BIND}.
     *
     * @param nodes numbers of NUMA nodes, as {@link Topology} and {@code numactl -H} list them;
     *     none means all that have memory
     * @return a policy
     * @throws IllegalArgumentException if a number is negative or above 1023
     */
    public static MemoryPolicy bind(int... nodes) {
        return on(Placement.BIND, nodes);
    }

    /**
     * {@link Placement#PREFER}.
     *
     * @param node number of a NUMA node
     * @return a policy
     * @throws IllegalArgumentException if it is negative or above 1023
     */
    public static MemoryPolicy prefer(int node) {
        return on(Placement.PREFER, node);
    }

    /**
     * {@link Placement#INTERLEAVE}.
     *
     * @param nodes numbers of NUMA nodes; none means all that have memory
     * @return a policy
     * @throws IllegalArgumentException if a number is negative or above 1023
     */
    public static MemoryPolicy interleave(int... nodes) {
        return on(Placement.INTERLEAVE, nodes);
    }

    /**
     * {@link Placement#SPREAD}.
     *
     * @param nodes numbers of NUMA nodes; none means all that have memory
     * @return a policy
     * @throws IllegalArgumentException if a number is negative or above 1023
     */
    public static MemoryPolicy spread(int... nodes) {
        return on(Placement.SPREAD, nodes);
    }

    private static MemoryPolicy on(Placement placement, int... nodes) {
        BitSet set = new BitSet();
        for (int node : nodes) {
            if (node < 0 || node > LAST_NODE) {
                throw new IllegalArgumentException(
                        "NUMA node " + node + ", must be 0 to " + LAST_NODE);
            }
            set.set(node);
        }
        return new MemoryPolicy(placement, set, Pages.STANDARD, false);
    }

    /**
     * The same nodes with other pages.
     *
     * @param pages in which regions lie
     * @return a policy
     */
    public MemoryPolicy withPages(Pages pages) {
        return new MemoryPolicy(placement, nodes, Objects.requireNonNull(pages), strict);
    }

    /**
     * The same, but that what the kernel refuses is a {@link MemoryPolicyException} when a map is
     * written to for the first time or migrated, and an {@link OutOfMemoryError} when it grows.
     *
     * @return a policy
     */
    public MemoryPolicy strict() {
        return new MemoryPolicy(placement, nodes, pages, true);
    }

    /**
     * On which nodes memory lies.
     *
     * @return a placement
     */
    public Placement placement() {
        return placement;
    }

    /**
     * The nodes that the placement is about.
     *
     * @return their numbers in ascending order; empty for all that have memory, and where the
     *     placement needs none
     */
    public List<Integer> nodes() {
        return nodes.stream().boxed().toList();
    }

    /**
     * In which pages regions lie.
     *
     * @return pages
     */
    public Pages pages() {
        return pages;
    }

    /**
     * Whether a refusal by the kernel is an exception.
     *
     * @return false unless {@link #strict()} was called
     */
    public boolean isStrict() {
        return strict;
    }

    /**
     * Reads a policy in words: a placement, nodes behind a colon as in {@code 0,2-3}, then pages
     * and {@code strict}, with commas between them and each of them left out at will. Nodes are
     * given with {@code +} instead of commas as well, as in {@code bind:0+2-3}.
     *
     * @param words such as {@code interleave}, {@code bind:0-1,strict}, {@code explicit-2m}
     * @return the policy
     * @throws IllegalArgumentException if it is not in these words
     */
    public static MemoryPolicy parse(String words) {
        return PolicyWords.parse(words);
    }

    /** In the words that {@link #parse} reads. */
    @Override
    public String toString() {
        return PolicyWords.of(placement, nodes, pages, strict);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MemoryPolicy that
                && placement == that.placement
                && pages == that.pages
                && strict == that.strict
                && nodes.equals(that.nodes);
    }

    @Override
    public int hashCode() {
        return Objects.hash(placement, pages, strict, nodes);
    }

    /** Throws what a status of the engine says of this policy. */
    void check(int status) {
        if (status == Status.REFUSED) {
            throw new MemoryPolicyException(this);
        }
        if (status == Status.LIMIT) {
            throw new IllegalStateException(
                    "memory policy "
                            + this
                            + ": no more than "
                            + tophash_h.TH_MAX_PLACEMENTS()
                            + " different ones can be in use at a time");
        }
    }

    /** What {@link #forEngine} was called for, or the engine tells. */
    static MemoryPolicy of(dev.tophash.internal.Placement placement) {
        return new MemoryPolicy(
                Placement.of(placement.mode()),
                placement.nodes(),
                Pages.of(placement.pages()),
                placement.strict());
    }

    /** What the engine takes. */
    dev.tophash.internal.Placement forEngine() {
        return new dev.tophash.internal.Placement(
                (byte) placement.mode, (byte) pages.pages, strict, nodes);
    }
}
