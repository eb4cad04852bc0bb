package dev.tophash;

import static dev.tophash.internal.Status.ABSENT;
import static dev.tophash.internal.Status.PRESENT;

import dev.tophash.internal.Batches;
import dev.tophash.internal.KeySetCalls;
import dev.tophash.internal.TableOptions;
import dev.tophash.internal.TableType;
import dev.tophash.internal.WordCalls;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import java.util.function.KeyConsumer;

/**
 * A hash set of {@code KEY} whose elements lie in native memory; there are no values, and no bytes
 * are spent on them.
 *
 * {@snippet :
 * try (KeySet seen = KeySet.create()) {
 *     if (seen.add(42)) {
 *         // for the first time
 *     }
 * }
 * }
 *
 * Memory, lifetimes, threads and closing: see {@link OffHeap}. Every method of a closed set throws
 * {@link IllegalStateException}. Methods that write throw {@link
 * java.util.ConcurrentModificationException} when another thread is seen writing, and {@link
 * OutOfMemoryError} when native memory is refused; the set is then unchanged (a batch has done a
 * first part of its elements).
 *
 * <p>Batch methods take arrays, a part of them by offset and length, or memory segments in native
 * byte order, aligned to the size of an element. To code that wants a {@link Set}, {@link #asSet}
 * is one.
 */
public final class KeySet extends KeyTable {
    private static final long TYPE = TableType.of(KEY_BOX.BYTES, 0);

    private KeySet(TableOptions options) {
        super(TYPE, options);
    }

    /**
     * Makes a set. It holds no native memory before the first write.
     *
     * @return an empty set
     */
    public static KeySet create() {
        return new KeySet(TableOptions.DEFAULT);
    }

    /**
     * Makes a set whose first write allocates enough for a number of elements.
     *
     * @param expectedSize elements that fit without growth, 0 or more
     * @return an empty set
     * @throws IllegalArgumentException if {@code expectedSize} is negative or beyond what a set can
     *     have
     */
    public static KeySet withExpectedSize(long expectedSize) {
        return builder().expectedSize(expectedSize).build();
    }

    /**
     * Opens a file that {@link #saveTo} has written, to be looked up in place: nothing of it is
     * copied. What can be done with such a set, {@link OffHeap} says.
     *
     * @param file its path
     * @return a read-only set
     * @throws MapFileException if it is no map file, one of other keys and values, or damaged where
     *     that shows at once
     * @throws java.nio.file.NoSuchFileException if there is none
     * @throws IOException if the system refuses it
     */
    public static KeySet open(Path file) throws IOException {
        return TableFiles.open(file, (options, type) -> new KeySet(options));
    }

    /**
     * Makes a set of its own with what is in a file that {@link #saveTo} has written. All of it is
     * read and verified.
     *
     * @param file its path
     * @return a set that can be written to
     * @throws MapFileException if it is no map file, one of other keys and values, or damaged
     * @throws java.nio.file.NoSuchFileException if there is none
     * @throws IOException if the system refuses it
     * @throws OutOfMemoryError if native memory is refused
     */
    public static KeySet load(Path file) throws IOException {
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

    /** Makes sets of this type. */
    public static final class Builder extends MapBuilder<Builder> {
        private Builder() {}

        /**
         * Makes a set. It holds no native memory before the first write.
         *
         * @return an empty set
         */
        public KeySet build() {
            return new KeySet(options());
        }

        /**
         * Makes a set of what is in a file that {@link OffHeap#saveTo} has written. All of it is
         * read and verified.
         *
         * @param file its path
         * @return a set that can be written to
         * @throws MapFileException if it is no map file, one of other keys and values, or damaged
         * @throws java.nio.file.NoSuchFileException if there is none
         * @throws IOException if the system refuses it
         * @throws OutOfMemoryError if native memory is refused
         */
        public KeySet load(Path file) throws IOException {
            return TableFiles.load(file, options(), (o, type) -> new KeySet(o));
        }
    }

    @Override
    String keyName() {
        return "KEY";
    }

    @Override
    String valueName() {
        return "";
    }

    /**
     * Whether an element is present.
     *
     * @param element any value
     * @return true if it is
     */
    public boolean contains(KEY element) {
        int status = KeySetCalls.contains(map, stamp, element);
        checkOpen();
        return status == PRESENT;
    }

    /**
     * Adds an element.
     *
     * @param element any value
     * @return true if it was absent
     */
    public boolean add(KEY element) {
        for (int round = 0; ; round++) {
            written();
            int status = WordCalls.putIfAbsent(map, stamp, element, 0);
            if (status >= 0) {
                Reference.reachabilityFence(this);
                return status == ABSENT;
            }
            recover(status, 0, round);
        }
    }

    /**
     * Removes an element.
     *
     * @param element any value
     * @return true if it was present
     */
    public boolean remove(KEY element) {
        for (int round = 0; ; round++) {
            written();
            int status = WordCalls.remove(map, stamp, element);
            if (status >= 0) {
                Reference.reachabilityFence(this);
                return status == PRESENT;
            }
            if (neverWritten()) {
                return false;
            }
            recover(status, 0, round);
        }
    }

    /**
     * Adds many elements.
     *
     * @param elements the elements
     * @return how many of them were present before
     */
    public long addAll(KEY[] elements) {
        return addAll(elements, 0, elements.length);
    }

    /**
     * Adds many elements.
     *
     * @param elements the elements
     * @param offset the first
     * @param length how many
     * @return how many of them were present before
     * @throws IndexOutOfBoundsException if the part does not lie within the array
     */
    public long addAll(KEY[] elements, int offset, int length) {
        return addAll(Batches.part(elements, offset, length));
    }

    /**
     * Adds many elements.
     *
     * @param elements values of type {@code KEY}
     * @return how many of them were present before
     * @throws IllegalArgumentException if the segment is misaligned
     */
    public long addAll(MemorySegment elements) {
        long n = Batches.elements(elements, KEY_BOX.BYTES, "elements");
        written();
        // Values of no bytes: any segment will do for them.
        return runBatch(n, p -> WordCalls.putAll(map, stamp, elements, elements, n, p), NO_BYTES);
    }

    /**
     * Calls an action for each element; what it may do to the set meanwhile, {@link MapCursor}
     * says.
     *
     * @param action called with the element
     */
    public void forEach(KeyConsumer action) {
        Objects.requireNonNull(action);
        Cursor cursor = cursor();
        for (int n = cursor.nextChunk(); n > 0; n = cursor.nextChunk()) {
            for (int i = 0; i < n; i++) {
                if (cursor.visits(i)) {
                    action.accept(cursor.elements[i]);
                }
            }
        }
    }

    /**
     * Starts a walk over the elements.
     *
     * @return a cursor before its first element
     */
    public Cursor cursor() {
        return new Cursor(this);
    }

    /**
     * This set as a {@link Set} of boxed elements: a view, which reads and writes this set and
     * lives as long. Elements must not be null. Iterators keep the promises of {@link MapCursor}.
     *
     * @return a new view
     */
    public Set<KEY_BOX> asSet() {
        return new AsSet(this);
    }

    private static final class AsSet extends ElementSet<KEY_BOX> {
        private final KeySet table;

        AsSet(KeySet table) {
            this.table = table;
        }

        @Override
        OffHeapTable table() {
            return table;
        }

        @Override
        public boolean add(KEY_BOX element) {
            return table.add(element);
        }

        @Override
        public boolean contains(Object o) {
            table.checkOpen();
            return o instanceof KEY_BOX element && table.contains(element);
        }

        @Override
        public boolean remove(Object o) {
            table.checkOpen();
            return o instanceof KEY_BOX element && table.remove(element);
        }

        @Override
        Cursor walk() {
            return new Cursor(table);
        }
    }

    /** A walk over a {@link KeySet}. */
    public static final class Cursor extends MapCursor implements ElementSet.Walk<KEY_BOX> {
        private final KeySet set;
        private KEY[] elements;
        private MemorySegment chunk;

        private Cursor(KeySet set) {
            super(set);
            this.set = set;
        }

        private Cursor(Cursor other) {
            super(other);
            this.set = other.set;
        }

        /**
         * The element that {@link #next} moved to.
         *
         * @return a value
         * @throws IllegalStateException if there is no such element
         */
        public KEY element() {
            return elements[here()];
        }

        @Override
        public KEY_BOX boxedElement() {
            return element();
        }

        @Override
        public Cursor split() {
            Cursor other = new Cursor(this);
            return splitTo(other) ? other : null;
        }

        @Override
        void resize(int entries, long keyBytes, long valueBytes) {
            elements = new KEY[entries];
            chunk = MemorySegment.ofArray(elements);
        }

        @Override
        MemorySegment keyChunk() {
            return chunk;
        }

        @Override
        boolean reload(int i) {
            return set.contains(elements[i]);
        }

        @Override
        void removeAt(int i) {
            set.remove(elements[i]);
        }
    }
}
