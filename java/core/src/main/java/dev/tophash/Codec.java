package dev.tophash;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;

/**
 * How objects of a type become bytes and back: what a {@link NativeMap} or {@link NativeSet} keeps
 * in native memory. {@link Codecs} has ready-made ones for the usual types.
 *
 * <p>Two rules make a codec fit for keys:
 *
 * <ol>
 *   <li>objects that are {@linkplain Object#equals equal} have the same bytes, and others have
 *       different ones, since bytes are what is hashed and compared;
 *   <li>an encoding depends on nothing but the object.
 * </ol>
 *
 * A codec is called by any thread that uses the map, also by several at once, and should have no
 * state. It must not keep the segments that it is given, nor slices of them: they are used again.
 * Fixed-width ones are best made with {@link #fixed}; those of varying length read and write
 * numbers by the unaligned layouts of {@link java.lang.foreign.ValueLayout}, since their encodings
 * lie anywhere.
 *
 * @param <T> type of the objects; null only if {@link #accepts} says so
 */
public interface Codec<T> {
    /** In place of a width: encodings differ in length. */
    long VARIABLE = -1;

    /**
     * Bytes of every encoding.
     *
     * @return 1 to 128 for keys, 0 to 1024 for values, or {@link #VARIABLE}; always the same
     */
    long width();

    /**
     * The alignment of a fixed-width encoding in memory.
     *
     * @return 1, 2, 4 or 8 bytes, of which the width is a multiple; 1 unless overridden
     */
    default long alignment() {
        return 1;
    }

    /**
     * What a map file records for the keys or values of this codec, and compares when it is opened
     * or loaded. Codecs that read each other's encodings have the same name, others have different
     * ones. Ready-made codecs are called {@code long}, {@code string} and so on; those of enums and
     * records have their classes in it, with all constants or components, so that a file is refused
     * after such a class has changed. A map of {@code long} to {@code long} by whatever class has
     * the same file.
     *
     * <p>Unless overridden it is the name of the codec's class, or for {@link #fixed} that of the
     * objects' class with their layout: a codec whose class may be renamed, or whose encoding may
     * change, should have a name of its own, with a version in it.
     *
     * @return any text without NUL; of one that is longer than 63 bytes of UTF-8 files have the
     *     beginning and a digest
     */
    default String name() {
        return getClass().getName();
    }

    /**
     * Whether an object is one that this codec can encode. Asked about the arguments of {@link
     * java.util.Map#get}, {@code containsKey} and {@code remove}: what it refuses is absent.
     *
     * @param o any object, or null
     * @return whether {@link #encode} will take it
     */
    boolean accepts(Object o);

    /**
     * Writes an object's bytes.
     *
     * @param value the object
     * @param target where to write; all bytes of it that belong to the encoding must be written,
     *     and nothing beyond it
     * @param offset of the first byte in {@code target}, a multiple of the alignment
     * @return the length of the encoding: the width if that is fixed, otherwise up to 2^31 - 1. If
     *     it exceeds what {@code target} has from {@code offset} on, nothing need have been
     *     written, and the codec is called again with more room
     */
    long encode(T value, MemorySegment target, long offset);

    /**
     * Makes an object from its bytes.
     *
     * @param source where they are
     * @param offset of the first one in {@code source}, a multiple of the alignment
     * @param size how many they are
     * @return a new object or a shared one
     */
    T decode(MemorySegment source, long offset, long size);

    /**
     * Writes the fields of an object to fixed places.
     *
     * @param <T> type of the objects
     */
    @FunctionalInterface
    interface Writer<T> {
        /**
         * Writes an object.
         *
         * @param value the object
         * @param target where to write
         * @param offset where its layout begins in {@code target}; for {@link
         *     java.lang.invoke.VarHandle}s of the layout, the base offset
         */
        void write(T value, MemorySegment target, long offset);
    }

    /**
     * Reads an object from fixed places.
     *
     * @param <T> type of the objects
     */
    @FunctionalInterface
    interface Reader<T> {
        /**
         * Reads an object.
         *
         * @param source where it is
         * @param offset where its layout begins in {@code source}
         * @return the object
         */
        T read(MemorySegment source, long offset);
    }

    /**
     * A codec for objects that fill a layout, such as a struct. Padding is zero.
     *
     * @param <T> type of the objects
     * @param type their class; the codec accepts its instances
     * @param layout what an encoding looks like; its size is rounded up to its alignment
     * @param writer writes all fields
     * @param reader reads them
     * @return a codec
     * @throws IllegalArgumentException if the layout is aligned to more than 8 bytes, or longer
     *     than 1024
     */
    static <T> Codec<T> fixed(
            Class<T> type,
            MemoryLayout layout,
            Writer<? super T> writer,
            Reader<? extends T> reader) {
        return new LayoutCodec<>(type, layout, writer, reader);
    }
}
