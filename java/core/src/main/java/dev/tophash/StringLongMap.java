package dev.tophash;

import dev.tophash.internal.TableOptions;
import dev.tophash.internal.Utf8;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.function.ObjLongConsumer;

/**
 * A hash map from strings to {@code long} whose entries lie in native memory. Keys are sequences of
 * bytes, a {@link String} standing for its UTF-8 encoding: {@code get("\u00e9")} and {@code get(new
 * byte[] {(byte) 0xc3, (byte) 0xa9})} are the same key. An absent key reads as the map's
 * {@linkplain #defaultValue default value}.
 *
 * {@snippet :
 * try (StringLongMap counts = StringLongMap.create()) {
 *     for (String word : text.split(" ")) {
 *         counts.addTo(word, 1);
 *     }
 *     counts.forEach((word, n) -> System.out.println(word + " " + n));
 * }
 * }
 *
 * A string with a surrogate that lacks its partner has no UTF-8 encoding and is refused with an
 * {@link IllegalArgumentException}. No string is made of keys given as bytes; how those are given,
 * and what else is refused and when, {@link BytesKeyMap} says.
 */
public final class StringLongMap extends StringKeyMap {
    private StringLongMap(TableOptions options, long defaultValue) {
        super(options, defaultValue);
    }

    /**
     * Makes a map with the default value 0. It holds no native memory before the first write.
     *
     * @return an empty map
     */
    public static StringLongMap create() {
        return new StringLongMap(TableOptions.DEFAULT, 0);
    }

    /**
     * Makes a map whose first write allocates enough for a number of entries.
     *
     * @param expectedSize entries that fit without growth, 0 or more
     * @return an empty map with the default value 0
     * @throws IllegalArgumentException if {@code expectedSize} is negative or beyond what a map can
     *     have
     */
    public static StringLongMap withExpectedSize(long expectedSize) {
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
    public static StringLongMap open(Path file) throws IOException {
        return TableFiles.open(file, (options, type) -> new StringLongMap(options, 0));
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
    public static StringLongMap load(Path file) throws IOException {
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
        private long defaultValue;

        private Builder() {}

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
        public StringLongMap build() {
            return new StringLongMap(options(), defaultValue);
        }

        /**
         * Makes a map of what is in a file that {@link OffHeap#saveTo} has written. All of it is
         * read and verified.
         *
         * @param file its path
         * @return a map that can be written to
         * @throws MapFileException if it is no map file, one of other keys and values, or damaged
         * @throws java.nio.file.NoSuchFileException if there is none
         * @throws IOException if the system refuses it
         * @throws OutOfMemoryError if native memory is refused
         */
        public StringLongMap load(Path file) throws IOException {
            return TableFiles.load(
                    file, options(), (o, type) -> new StringLongMap(o, defaultValue));
        }
    }

    @Override
    String keyName() {
        return "string";
    }

    @Override
    String valueName() {
        return "long";
    }

    /**
     * The value of a key.
     *
     * @param key the key's characters
     * @return its value, or the default value if it is absent
     */
    public long get(String key) {
        return get(segment(key));
    }

    /**
     * The value of a key.
     *
     * @param key the key's characters
     * @param otherwise what to return if it is absent
     * @return its value, or {@code otherwise}
     */
    public long getOrDefault(String key, long otherwise) {
        return getOrDefault(segment(key), otherwise);
    }

    /**
     * Whether a key is present.
     *
     * @param key the key's characters
     * @return true if it has a value
     */
    public boolean containsKey(String key) {
        return containsKey(segment(key));
    }

    /**
     * Sets the value of a key.
     *
     * @param key the key's characters
     * @param value any value
     * @return the previous value, or the default value if the key was absent
     */
    public long put(String key, long value) {
        return put(segment(key), value);
    }

    /**
     * Sets the value of a key unless it has one.
     *
     * @param key the key's characters
     * @param value any value
     * @return the value that the key has had, or the default value if it was absent and is now set
     */
    public long putIfAbsent(String key, long value) {
        return putIfAbsent(segment(key), value);
    }

    /**
     * Adds to the value of a key, wrapping around; an absent key starts from the default value.
     *
     * @param key the key's characters
     * @param delta what to add
     * @return the value before, or the default value if the key was absent
     */
    public long addTo(String key, long delta) {
        return addTo(segment(key), delta);
    }

    /**
     * Removes a key.
     *
     * @param key the key's characters
     * @return the value that it had, or the default value if it was absent
     */
    public long remove(String key) {
        return remove(segment(key));
    }

    private static MemorySegment segment(String key) {
        return Utf8.passing(key);
    }

    /**
     * Calls an action for each entry, the key decoded as UTF-8 (malformed bytes become U+FFFD);
     * what it may do to the map meanwhile, {@link MapCursor} says.
     *
     * @param action called with key and value
     */
    public void forEach(ObjLongConsumer<String> action) {
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
     * This map as a {@link Map} of strings: a view, which reads and writes this map and lives as
     * long. Keys and values must not be null; an absent key reads as null, whatever the default
     * value. A string that has no UTF-8 encoding is absent, and refused by writes with {@link
     * IllegalArgumentException}. Iterators keep the promises of {@link MapCursor}; a key whose
     * bytes are no UTF-8 (it was put as bytes) is shown with U+FFFD in place of what is malformed,
     * and cannot be found by that string: what is done to its entry here is done to the key that
     * the string stands for. Use {@link #cursor} for such keys.
     *
     * @return a new view
     */
    public Map<String, Long> asMap() {
        return new AsMap(this);
    }

    private static final class AsMap extends LongValues<String> {
        private final StringLongMap table;

        AsMap(StringLongMap table) {
            super(table);
            this.table = table;
        }

        @Override
        MemorySegment keyOrNull(Object key) {
            byte[] bytes = key instanceof String s ? Utf8.encodeOrNull(s) : null;
            return bytes == null ? null : MemorySegment.ofArray(bytes);
        }

        @Override
        MemorySegment key(String key) {
            return segment(key);
        }

        @Override
        Cursor walk() {
            return new Cursor(table);
        }
    }

    /** A walk over a {@link StringLongMap}. */
    public static final class Cursor extends BytesKeyCursor implements EntryMap.Walk<String, Long> {
        private Cursor(StringLongMap map) {
            super(map);
        }

        private Cursor(Cursor other) {
            super(other);
        }

        /**
         * The key of the entry that {@link #next} moved to, decoded as UTF-8; malformed bytes
         * become U+FFFD.
         *
         * @return a new string
         * @throws IllegalStateException if there is no such entry
         */
        public String key() {
            return keyUtf8();
        }

        @Override
        public String boxedKey() {
            return key();
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
