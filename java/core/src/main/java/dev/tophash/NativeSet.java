package dev.tophash;

import dev.tophash.internal.Batches;
import dev.tophash.internal.TableOptions;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Objects;
import java.util.Set;

/**
 * A {@link Set} whose elements lie in native memory, put there and taken out by a {@linkplain Codec
 * codec}. No bytes are spent on values.
 *
 * {@snippet :
 * try (NativeSet<String> seen = NativeSet.of(String.class)) {
 *     if (seen.add("apples")) {
 *         // for the first time
 *     }
 * }
 * }
 *
 * What {@link NativeMap} says about its keys holds for the elements, and so do its differences from
 * {@code java.util}: it is to be closed, holds bytes rather than objects, null only with a nullable
 * codec, iterators with the promises of {@link MapCursor}, {@code toString} of 256 elements at
 * most, not serializable.
 *
 * @param <E> type of the elements
 */
public final class NativeSet<E> extends ElementSet<E> implements OffHeap {
    /** Values of no bytes. */
    static final Codec<Boolean> NO_VALUES =
            new Codec<>() {
                @Override
                public long width() {
                    return 0;
                }

                @Override
                public String name() {
                    return "";
                }

                @Override
                public boolean accepts(Object o) {
                    return o instanceof Boolean;
                }

                @Override
                public long encode(Boolean value, MemorySegment target, long offset) {
                    return 0;
                }

                @Override
                public Boolean decode(MemorySegment source, long offset, long size) {
                    return Boolean.TRUE;
                }
            };

    private final CodecTable<E, Boolean> table;

    private NativeSet(CodecTable<E, Boolean> table) {
        this.table = table;
    }

    private static <E> CodecTable<E, Boolean> tableOf(Codec<E> codec, TableOptions options) {
        return new CodecTable<>(codec, NO_VALUES, true, options);
    }

    /**
     * Makes a set for a type that has a ready-made codec. It holds no native memory before the
     * first write.
     *
     * @param <E> type of the elements
     * @param elements their class, see {@link Codecs#of}
     * @return an empty set
     * @throws IllegalArgumentException if there is no ready-made codec for it
     */
    public static <E> NativeSet<E> of(Class<E> elements) {
        return create(Codecs.of(elements));
    }

    /**
     * Makes a set. It holds no native memory before the first write.
     *
     * @param <E> type of the elements
     * @param codec codec of the elements
     * @return an empty set
     * @throws IllegalArgumentException if its width or alignment is not one that a key can have
     */
    public static <E> NativeSet<E> create(Codec<E> codec) {
        return new NativeSet<>(tableOf(codec, TableOptions.DEFAULT));
    }

    /**
     * Opens a file that {@link #saveTo} has written, to be looked up in place: nothing of it is
     * copied. What can be done with such a set, {@link OffHeap} says.
     *
     * @param <E> type of the elements
     * @param file its path
     * @param elements class of the elements, see {@link Codecs#of}
     * @return a read-only set
     * @throws MapFileException if it is no map file, one of other keys and values, or damaged where
     *     that shows at once
     * @throws java.nio.file.NoSuchFileException if there is none
     * @throws IOException if the system refuses it
     * @throws IllegalArgumentException if there is no ready-made codec for it
     */
    public static <E> NativeSet<E> open(Path file, Class<E> elements) throws IOException {
        return open(file, Codecs.of(elements));
    }

    /**
     * Opens a file that {@link #saveTo} has written, to be looked up in place: nothing of it is
     * copied. What can be done with such a set, {@link OffHeap} says.
     *
     * @param <E> type of the elements
     * @param file its path
     * @param codec codec of the elements
     * @return a read-only set
     * @throws MapFileException if it is no map file, one of other keys and values, or damaged where
     *     that shows at once
     * @throws java.nio.file.NoSuchFileException if there is none
     * @throws IOException if the system refuses it
     * @throws IllegalArgumentException if a codec is not one that such a set can have
     */
    public static <E> NativeSet<E> open(Path file, Codec<E> codec) throws IOException {
        return new NativeSet<>(TableFiles.open(file, (o, type) -> tableOf(codec, o)));
    }

    /**
     * Makes a set of its own with what is in a file that {@link #saveTo} has written. All of it is
     * read and verified.
     *
     * @param <E> type of the elements
     * @param file its path
     * @param elements class of the elements, see {@link Codecs#of}
     * @return a set that can be written to
     * @throws MapFileException if it is no map file, one of other keys and values, or damaged
     * @throws java.nio.file.NoSuchFileException if there is none
     * @throws IOException if the system refuses it
     * @throws IllegalArgumentException if there is no ready-made codec for it
     * @throws OutOfMemoryError if native memory is refused
     */
    public static <E> NativeSet<E> load(Path file, Class<E> elements) throws IOException {
        return load(file, Codecs.of(elements));
    }

    /**
     * Makes a set of its own with what is in a file that {@link #saveTo} has written. All of it is
     * read and verified.
     *
     * @param <E> type of the elements
     * @param file its path
     * @param codec codec of the elements
     * @return a set that can be written to
     * @throws MapFileException if it is no map file, one of other keys and values, or damaged
     * @throws java.nio.file.NoSuchFileException if there is none
     * @throws IOException if the system refuses it
     * @throws IllegalArgumentException if a codec is not one that such a set can have
     * @throws OutOfMemoryError if native memory is refused
     */
    public static <E> NativeSet<E> load(Path file, Codec<E> codec) throws IOException {
        return builder(codec).load(file);
    }

    /**
     * Starts to choose more than the codec.
     *
     * @param <E> type of the elements
     * @param codec codec of the elements
     * @return a builder that has chosen nothing yet
     */
    public static <E> Builder<E> builder(Codec<E> codec) {
        return new Builder<>(codec);
    }

    /**
     * Makes sets of this type.
     *
     * @param <E> type of the elements
     */
    public static final class Builder<E> extends MapBuilder<Builder<E>> {
        private final Codec<E> codec;

        private Builder(Codec<E> codec) {
            this.codec = Objects.requireNonNull(codec);
        }

        /**
         * Makes a set. It holds no native memory before the first write.
         *
         * @return an empty set
         * @throws IllegalArgumentException if the codec's width or alignment is not one that a key
         *     can have
         */
        public NativeSet<E> build() {
            return new NativeSet<>(tableOf(codec, options()));
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
         * @throws IllegalArgumentException if a codec is not one that such a set can have
         * @throws OutOfMemoryError if native memory is refused
         */
        public NativeSet<E> load(Path file) throws IOException {
            return new NativeSet<>(
                    TableFiles.load(file, options(), (o, type) -> tableOf(codec, o)));
        }
    }

    @Override
    CodecTable<E, Boolean> table() {
        return table;
    }

    @Override
    CodecCursor<E, Boolean> walk() {
        return new CodecCursor<>(table);
    }

    /** An array may be changed by whoever gets it; iterators remove by what was in it. */
    @Override
    @SuppressWarnings("unchecked")
    E given(E element) {
        return element instanceof byte[] bytes ? (E) bytes.clone() : element;
    }

    @Override
    public boolean add(E element) {
        return table.insert(element, Boolean.TRUE, PutMode.IF_ABSENT) == CodecTable.NOTHING;
    }

    @Override
    public boolean contains(Object o) {
        return table.contains(o);
    }

    @Override
    public boolean remove(Object o) {
        return table.discard(o);
    }

    /**
     * Number of elements, where {@link #size} stops at {@link Integer#MAX_VALUE}.
     *
     * @return 0 or more
     */
    public long sizeAsLong() {
        return table.size();
    }

    @Override
    @SuppressWarnings("unchecked")
    public boolean addAll(Collection<? extends E> others) {
        E[] elements = (E[]) others.toArray(); // encoded, and never handed out
        return addAll(elements) < elements.length;
    }

    /**
     * Adds many elements: several times as fast as one by one when the set is large.
     *
     * @param elements the elements
     * @return how many of them were present before
     */
    public long addAll(E[] elements) {
        Boolean[] values = new Boolean[elements.length];
        java.util.Arrays.fill(values, Boolean.TRUE);
        return new CodecBatches<>(table).putAll(elements, values, elements.length);
    }

    /**
     * Removes many elements.
     *
     * @param elements the elements
     * @return how many were present
     */
    public long removeAll(E[] elements) {
        return new CodecBatches<>(table).removeAll(elements);
    }

    /**
     * Tells of many objects whether they are present.
     *
     * @param elements the objects
     * @param found receives true or false for each
     * @return how many are present
     * @throws IllegalArgumentException if the arrays differ in length
     */
    public long containsAll(E[] elements, boolean[] found) {
        Batches.sameLength(elements.length, found.length);
        return new CodecBatches<>(table).containsAll(elements, found);
    }

    @Override
    public void reserve(long entries) {
        table.reserve(entries);
    }

    @Override
    public void migrate(MemoryPolicy policy) {
        table.migrate(policy);
    }

    @Override
    public void shrinkToFit() {
        table.shrinkToFit();
    }

    @Override
    public void saveTo(Path file) throws IOException {
        table.saveTo(file);
    }

    @Override
    public boolean isReadOnly() {
        return table.isReadOnly();
    }

    @Override
    public void verify() throws IOException {
        table.verify();
    }

    @Override
    public void warm() {
        table.warm();
    }

    @Override
    public MapFileInfo fileInfo() {
        return table.fileInfo();
    }

    @Override
    public MapStats stats() {
        return table.stats();
    }

    @Override
    public MapStats fullStats() {
        return table.fullStats();
    }

    @Override
    public boolean isClosed() {
        return table.isClosed();
    }

    @Override
    public void close() {
        table.close();
    }

    /** {@inheritDoc} Of a closed set it says so. */
    @Override
    public String toString() {
        return isClosed() ? "NativeSet[closed]" : super.toString();
    }
}
