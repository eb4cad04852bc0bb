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
import java.util.function.BiConsumer;

/**
 * A hash map from sequences of bytes to sequences of bytes whose entries lie in native memory. Keys
 * and values may have up to 2<sup>31</sup>-1 bytes each, any bytes, and may be empty, unless the
 * map was made for {@linkplain Builder#keyWidth keys} or {@linkplain Builder#valueWidth values} of
 * one length.
 *
 * {@snippet :
 * try (BytesBytesMap pages = BytesBytesMap.create()) {
 *     pages.put(url, html);
 *     byte[] page = pages.get(url); // null if absent
 * }
 * }
 *
 * Keys and values are given as {@code byte[]} or as {@link MemorySegment} (any segment, native or
 * heap, read from its start to its end), and copied into the map. Writes return whether the key was
 * present before, or the value from before. Batch methods take {@link Spans}; value i belongs to
 * key i. To code that wants a {@link Map}, {@link #asMap} is one.
 *
 * <p>Memory, lifetimes, threads and closing: see {@link OffHeap}. Every method of a closed map
 * throws {@link IllegalStateException}. Methods that write throw {@link
 * java.util.ConcurrentModificationException} when another thread is seen writing, {@link
 * OutOfMemoryError} when native memory is refused, and {@link IllegalArgumentException} for a key
 * or value beyond the limit; the map is then unchanged (a batch has done a first part of its keys).
 * A {@code null} key or value is a {@link NullPointerException}. Where one length was chosen, a key
 * or value of another, read or written, is an {@link IllegalArgumentException}, and a batch with
 * one in it does nothing else. A value beyond what an array can hold is an {@link OutOfMemoryError}
 * to methods that return one.
 */
public final class BytesBytesMap extends BytesTable {
    /** What the widths of a map without them are. */
    public static final int ANY_LENGTH = TableType.BYTES;

    private final ByteEntries entries;

    private BytesBytesMap(int keyWidth, int valueWidth, TableOptions options) {
        super(TableType.of(keyWidth, 1, valueWidth, 1), options);
        this.entries = new ByteEntries(this, valueWidth);
    }

    /**
     * Makes a map for keys and values of any length. It holds no native memory before the first
     * write.
     *
     * @return an empty map
     */
    public static BytesBytesMap create() {
        return builder().build();
    }

    /**
     * Makes a map for keys and values of any length whose first write allocates enough for a number
     * of entries; for the bytes of those that are longer than 12 bytes, memory comes as they do.
     *
     * @param expectedSize entries that fit without growth, 0 or more
     * @return an empty map
     * @throws IllegalArgumentException if {@code expectedSize} is negative or beyond what a map can
     *     have
     */
    public static BytesBytesMap withExpectedSize(long expectedSize) {
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
    public static BytesBytesMap open(Path file) throws IOException {
        return TableFiles.open(file, BytesBytesMap::ofType);
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
    public static BytesBytesMap load(Path file) throws IOException {
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
        private int valueWidth = ANY_LENGTH;

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
         * Has all values be of one length, as {@link #keyWidth} does with keys.
         *
         * @param bytes length of a value, from 0 to 1024
         * @return this builder
         * @throws IllegalArgumentException if it is out of range
         */
        public Builder valueWidth(int bytes) {
            valueWidth = checkWidth("valueWidth", bytes, 0, tophash_h.TH_MAX_FIXED_VALUE());
            return this;
        }

        /**
         * Makes a map. It holds no native memory before the first write.
         *
         * @return an empty map
         */
        public BytesBytesMap build() {
            return new BytesBytesMap(keyWidth, valueWidth, options());
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
        public BytesBytesMap load(Path file) throws IOException {
            return TableFiles.load(file, options(), BytesBytesMap::ofType);
        }
    }

    private static BytesBytesMap ofType(TableOptions options, long type) {
        return new BytesBytesMap(TableType.keySize(type), TableType.valueSize(type), options);
    }

    @Override
    String keyName() {
        return "bytes";
    }

    @Override
    String valueName() {
        return "bytes";
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
     * The length that all values of this map have.
     *
     * @return bytes, or {@link #ANY_LENGTH} (-1)
     */
    public int valueWidth() {
        return entries.valueWidth;
    }

    /**
     * The value of a key.
     *
     * @param key the key's bytes
     * @return a copy of its value, or null if it is absent
     */
    public byte[] get(byte[] key) {
        return get(MemorySegment.ofArray(key));
    }

    /**
     * The value of a key.
     *
     * @param key the key's bytes
     * @return a copy of its value, or null if it is absent
     */
    public byte[] get(MemorySegment key) {
        return entries.get(key);
    }

    /**
     * Copies the value of a key to memory of the caller.
     *
     * @param key the key's bytes
     * @param target receives the value, from its start on
     * @return length of the value in bytes, or -1 if the key is absent; if it is more than the size
     *     of the target, nothing was copied
     * @throws IllegalArgumentException if the target is read-only
     */
    public long get(MemorySegment key, MemorySegment target) {
        return entries.get(key, target);
    }

    @Override
    public boolean containsKey(byte[] key) {
        return containsKey(MemorySegment.ofArray(key));
    }

    @Override
    public boolean containsKey(MemorySegment key) {
        return entries.contains(key);
    }

    /**
     * Sets the value of a key.
     *
     * @param key the key's bytes
     * @param value the value's bytes
     * @return true if the key was present, and its value was replaced
     */
    public boolean put(byte[] key, byte[] value) {
        return put(MemorySegment.ofArray(key), MemorySegment.ofArray(value));
    }

    /**
     * Sets the value of a key.
     *
     * @param key the key's bytes
     * @param value the value's bytes
     * @return true if the key was present, and its value was replaced
     */
    public boolean put(MemorySegment key, MemorySegment value) {
        return entries.write(PutMode.ALWAYS, key, value);
    }

    /**
     * Sets the value of a key and tells what it was.
     *
     * @param key the key's bytes
     * @param value the value's bytes
     * @return a copy of the previous value, or null if the key was absent
     */
    public byte[] getAndPut(byte[] key, byte[] value) {
        return getAndPut(MemorySegment.ofArray(key), MemorySegment.ofArray(value));
    }

    /**
     * Sets the value of a key and tells what it was.
     *
     * @param key the key's bytes
     * @param value the value's bytes
     * @return a copy of the previous value, or null if the key was absent
     */
    public byte[] getAndPut(MemorySegment key, MemorySegment value) {
        return entries.getAndWrite(PutMode.ALWAYS, key, value);
    }

    /**
     * Sets the value of a key unless it has one.
     *
     * @param key the key's bytes
     * @param value the value's bytes
     * @return true if the key was present, and nothing was done
     */
    public boolean putIfAbsent(byte[] key, byte[] value) {
        return putIfAbsent(MemorySegment.ofArray(key), MemorySegment.ofArray(value));
    }

    /**
     * Sets the value of a key unless it has one.
     *
     * @param key the key's bytes
     * @param value the value's bytes
     * @return true if the key was present, and nothing was done
     */
    public boolean putIfAbsent(MemorySegment key, MemorySegment value) {
        return entries.write(PutMode.IF_ABSENT, key, value);
    }

    /**
     * Sets the value of a key if it has one.
     *
     * @param key the key's bytes
     * @param value the value's bytes
     * @return true if the key was present, and its value was replaced
     */
    public boolean replace(byte[] key, byte[] value) {
        return replace(MemorySegment.ofArray(key), MemorySegment.ofArray(value));
    }

    /**
     * Sets the value of a key if it has one.
     *
     * @param key the key's bytes
     * @param value the value's bytes
     * @return true if the key was present, and its value was replaced
     */
    public boolean replace(MemorySegment key, MemorySegment value) {
        return entries.write(PutMode.IF_PRESENT, key, value);
    }

    /**
     * Removes a key.
     *
     * @param key the key's bytes
     * @return true if it was present
     */
    public boolean remove(byte[] key) {
        return remove(MemorySegment.ofArray(key));
    }

    /**
     * Removes a key.
     *
     * @param key the key's bytes
     * @return true if it was present
     */
    public boolean remove(MemorySegment key) {
        return entries.remove(key);
    }

    /**
     * Removes a key and tells what its value was.
     *
     * @param key the key's bytes
     * @return a copy of the value, or null if the key was absent
     */
    public byte[] getAndRemove(byte[] key) {
        return getAndRemove(MemorySegment.ofArray(key));
    }

    /**
     * Removes a key and tells what its value was.
     *
     * @param key the key's bytes
     * @return a copy of the value, or null if the key was absent
     */
    public byte[] getAndRemove(MemorySegment key) {
        return entries.getAndRemove(key);
    }

    /**
     * Looks up many keys.
     *
     * @param keys the keys, fewer than 2<sup>31</sup>-8
     * @return their values
     * @throws IllegalArgumentException if there are too many keys
     * @throws OutOfMemoryError if the values do not fit an array
     */
    public ValueBuffer getAll(Spans keys) {
        ValueBuffer values = new ValueBuffer();
        getAll(keys, values);
        return values;
    }

    /**
     * Looks up many keys. If the buffer is over memory of the caller, and the values do not all
     * fit, only the first {@link ValueBuffer#count} keys are looked up; {@code keys.part(count,
     * keys.count() - count)} are the others.
     *
     * @param keys the keys
     * @param values receives the values, in place of what was there
     * @return how many of the keys that were looked up are present
     * @throws IllegalArgumentException if there are 2<sup>31</sup>-8 keys or more and the buffer is
     *     one that grows, or if memory of the caller cannot hold the first value
     * @throws OutOfMemoryError if the buffer is one that grows and the values do not fit an array
     */
    public long getAll(Spans keys, ValueBuffer values) {
        return entries.getAll(keys, values);
    }

    /**
     * Sets the values of many keys, in order.
     *
     * @param keys the keys
     * @param values as many values
     * @return how many keys were present before
     * @throws IllegalArgumentException if there are not as many values as keys
     */
    public long putAll(Spans keys, Spans values) {
        return entries.putAll(keys, values);
    }

    /**
     * Calls an action for each entry; what it may do to the map meanwhile, {@link MapCursor} says.
     *
     * @param action called with copies of key and value
     */
    public void forEach(BiConsumer<byte[], byte[]> action) {
        Objects.requireNonNull(action);
        Cursor cursor = cursor();
        while (cursor.next()) {
            action.accept(cursor.key(), cursor.value());
        }
    }

    /**
     * Starts a walk over the entries.
     *
     * @return a cursor before its first entry
     */
    public Cursor cursor() {
        return new Cursor(this);
    }

    /**
     * This map as a {@link Map}: a view, which reads and writes this map and lives as long. Keys
     * and values are buffers, because arrays have no equality by content: one given to the view is
     * read from its position to its limit, which stay where they are; those that the view returns
     * are read-only copies. What cannot be a key, such as a buffer of the wrong length, is absent,
     * and refused by writes with {@link IllegalArgumentException}. Keys and values must not be
     * null. Iterators keep the promises of {@link MapCursor}.
     *
     * @return a new view
     */
    public Map<ByteBuffer, ByteBuffer> asMap() {
        return new BufferMap(this, entries);
    }

    /** A walk over a {@link BytesBytesMap}. */
    public static final class Cursor extends BytesCursor
            implements EntryMap.Walk<ByteBuffer, ByteBuffer> {
        private final BytesBytesMap map;

        private Cursor(BytesBytesMap map) {
            super(map, map.keyWidth(), map.valueWidth());
            this.map = map;
        }

        private Cursor(Cursor other) {
            super(other, other.map.keyWidth(), other.map.valueWidth());
            this.map = other.map;
        }

        /**
         * The key of the entry that {@link #next} moved to.
         *
         * @return a copy of its bytes
         * @throws IllegalStateException if there is no such entry
         */
        public byte[] key() {
            return keys.copy(here());
        }

        /**
         * The key where the cursor keeps it, without a copy.
         *
         * @return a read-only segment, good until the next call of {@link #next}
         * @throws IllegalStateException if there is no such entry
         */
        public MemorySegment keySegment() {
            return keys.slice(here()).asReadOnly();
        }

        /**
         * The value of the entry that {@link #next} moved to.
         *
         * @return a copy of its bytes at that moment, or of those given to {@link #setValue} since
         * @throws IllegalStateException if there is no such entry
         */
        public byte[] value() {
            int at = here();
            return isChanged(at) ? changedBytes().clone() : values.copy(at);
        }

        /**
         * The value as {@link #value} has it, where the cursor keeps it, without a copy.
         *
         * @return a read-only segment, good until the next call of {@link #next} or {@link
         *     #setValue}
         * @throws IllegalStateException if there is no such entry
         */
        public MemorySegment valueSegment() {
            int at = here();
            MemorySegment value =
                    isChanged(at) ? MemorySegment.ofArray(changedBytes()) : values.slice(at);
            return value.asReadOnly();
        }

        /**
         * Gives the entry another value.
         *
         * @param value the new value
         * @throws IllegalArgumentException if it does not have the length that all values of the
         *     map have
         * @throws IllegalStateException if there is no entry, it has been removed, or the map is
         *     closed
         */
        public void setValue(byte[] value) {
            int at = here();
            update(() -> map.put(keys.slice(at), MemorySegment.ofArray(value)));
            change(at, value.clone());
        }

        private byte[] changedBytes() {
            return (byte[]) changed();
        }

        @Override
        public ByteBuffer boxedKey() {
            return Buffers.of(key());
        }

        @Override
        public ByteBuffer boxedValue() {
            return Buffers.of(value());
        }

        @Override
        public Cursor split() {
            Cursor other = new Cursor(this);
            return splitTo(other) ? other : null;
        }

        @Override
        boolean reload(int i) {
            byte[] value = map.get(keys.slice(i));
            if (value != null) {
                change(i, value);
            }
            return value != null;
        }

        @Override
        void removeAt(int i) {
            map.remove(keys.slice(i));
        }
    }
}
