package dev.tophash;

import dev.tophash.internal.TableOptions;
import dev.tophash.internal.TableType;
import dev.tophash.internal.ffi.tophash_h;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.function.ObjLongConsumer;

/**
 * A hash map from sequences of bytes to {@code long}. Keys have any length, or all have one: {@link
 * Builder#keyWidth} then saves the map their lengths, which suits digests and packed records.
 *
 * {@snippet :
 * try (BytesLongMap sizes = BytesLongMap.builder().keyWidth(32).build()) {
 *     byte[] digest = MessageDigest.getInstance("SHA-256").digest(file);
 *     sizes.put(digest, file.length);
 *     long size = sizes.get(digest);
 * }
 * }
 *
 * How keys are given, what is refused and when: see {@link BytesKeyMap}.
 */
public final class BytesLongMap extends BytesKeyMap {
    /** What {@link #keyWidth} returns for a map with keys of any length. */
    public static final int ANY_LENGTH = TableType.BYTES;

    private BytesLongMap(int keyWidth, TableOptions options, long defaultValue) {
        super(keyWidth, options, defaultValue);
    }

    /**
     * Makes a map for keys of any length with the default value 0. It holds no native memory before
     * the first write.
     *
     * @return an empty map
     */
    public static BytesLongMap create() {
        return builder().build();
    }

    /**
     * Makes a map for keys of any length whose first write allocates enough for a number of
     * entries.
     *
     * @param expectedSize entries that fit without growth, 0 or more
     * @return an empty map with the default value 0
     * @throws IllegalArgumentException if {@code expectedSize} is negative or beyond what a map can
     *     have
     */
    public static BytesLongMap withExpectedSize(long expectedSize) {
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
    public static BytesLongMap open(Path file) throws IOException {
        return TableFiles.open(
                file, (options, type) -> new BytesLongMap(TableType.keySize(type), options, 0));
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
    public static BytesLongMap load(Path file) throws IOException {
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
    public static final class Builder extends MapBuilder<Builder> {
        private int keyWidth = ANY_LENGTH;
        private long defaultValue;

        private Builder() {}

        /**
         * Has all keys be of one length. They are kept without it, where others that are longer
         * than 12 bytes take a block of memory besides.
         *
         * @param bytes length of a key, from 1 to 128
         * @return this builder
         * @throws IllegalArgumentException if it is out of range
         */
        public Builder keyWidth(int bytes) {
            keyWidth = checkWidth("keyWidth", bytes, 1, tophash_h.TH_MAX_FIXED_KEY());
            return this;
        }

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
        public BytesLongMap build() {
            return new BytesLongMap(keyWidth, options(), defaultValue);
        }

        /**
         * Makes a map of what is in a file that {@link OffHeap#saveTo} has written. All of it is
         * read and verified. Widths are those of the file, whatever was chosen.
         *
         * @param file its path
         * @return a map that can be written to
         * @throws MapFileException if it is no map file, one of other keys and values, or damaged
         * @throws java.nio.file.NoSuchFileException if there is none
         * @throws IOException if the system refuses it
         * @throws OutOfMemoryError if native memory is refused
         */
        public BytesLongMap load(Path file) throws IOException {
            return TableFiles.load(
                    file,
                    options(),
                    (o, type) -> new BytesLongMap(TableType.keySize(type), o, defaultValue));
        }
    }

    @Override
    String keyName() {
        return "bytes";
    }

    @Override
    String valueName() {
        return "long";
    }

    /**
     * The length that all keys of this map have.
     *
     * @return bytes, or {@link #ANY_LENGTH} (-1)
     */
    public int keyWidth() {
        return keyWidth;
    }

    /**
     * Calls an action for each entry; what it may do to the map meanwhile, {@link MapCursor} says.
     *
     * @param action called with a copy of the key, and the value
     */
    public void forEach(ObjLongConsumer<byte[]> action) {
        Objects.requireNonNull(action);
        Cursor cursor = cursor();
        while (cursor.next()) {
            action.accept(cursor.key(), cursor.value());
        }
    }

    @Override
    public Cursor cursor() {
        return new Cursor(this);
    }

    /**
     * This map as a {@link Map}: a view, which reads and writes this map and lives as long. Keys
     * are buffers, because arrays have no equality by content: a key given to the view is read from
     * its position to its limit, which stay where they are; those that the view returns are
     * read-only copies. What cannot be a key, such as a buffer of the wrong length, is absent, and
     * refused by writes with {@link IllegalArgumentException}. Keys and values must not be null; an
     * absent key reads as null, whatever the default value. Iterators keep the promises of {@link
     * MapCursor}.
     *
     * @return a new view
     */
    public Map<ByteBuffer, Long> asMap() {
        return new AsMap(this);
    }

    private static final class AsMap extends LongValues<ByteBuffer> {
        private final BytesLongMap table;

        AsMap(BytesLongMap table) {
            super(table);
            this.table = table;
        }

        @Override
        MemorySegment keyOrNull(Object key) {
            MemorySegment bytes = Buffers.segmentOrNull(key);
            return bytes != null && table.isKeyLength(bytes.byteSize()) ? bytes : null;
        }

        @Override
        MemorySegment key(ByteBuffer key) {
            return MemorySegment.ofBuffer(key);
        }

        @Override
        ByteBuffer given(ByteBuffer key) {
            return key.duplicate();
        }

        @Override
        Cursor walk() {
            return new Cursor(table);
        }
    }

    /** A walk over a {@link BytesLongMap}. */
    public static final class Cursor extends BytesKeyCursor
            implements EntryMap.Walk<ByteBuffer, Long> {
        private Cursor(BytesLongMap map) {
            super(map);
        }

        private Cursor(Cursor other) {
            super(other);
        }

        /**
         * The key of the entry that {@link #next} moved to.
         *
         * @return a copy of its bytes
         * @throws IllegalStateException if there is no such entry
         */
        public byte[] key() {
            return keyBytes();
        }

        @Override
        public ByteBuffer boxedKey() {
            return Buffers.of(keyBytes());
        }

        @Override
        public Long boxedValue() {
            return value();
        }

        @Override
        public Cursor split() {
            Cursor other = new Cursor(this);
            return splitTo(other) ? other : null;
        }
    }
}
