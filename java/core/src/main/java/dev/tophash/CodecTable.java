package dev.tophash;

import static dev.tophash.internal.Status.ABSENT;
import static dev.tophash.internal.Status.NEEDS_ROOM;
import static dev.tophash.internal.Status.PRESENT;
import static dev.tophash.internal.Status.SMALL_BUFFER;

import dev.tophash.internal.AddressCalls;
import dev.tophash.internal.TableOptions;
import dev.tophash.internal.TableType;
import dev.tophash.internal.WordCalls;
import dev.tophash.internal.ffi.tophash_h;

import java.lang.ref.Reference;

/** The table of a {@link NativeMap} or {@link NativeSet}: objects in and out through codecs. */
sealed class CodecTable<K, V> extends OffHeapTable permits ConcurrentCodecTable {
    /** In place of a value: there is no entry. */
    static final Object NOTHING = EntryMap.NOTHING;

    /** A word that few values are: what a lookup gives for absent keys, mostly. */
    private static final long GUARD = 0x5eed_c0de_5eed_c0deL;

    private final Codec<K> keys;
    private final Codec<V> values;
    private final boolean isSet;
    private final boolean words;
    private final boolean isShared;
    private final long guard;

    CodecTable(Codec<K> keys, Codec<V> values, boolean isSet, TableOptions options) {
        super(type(keys, values, options.shards() != 0), options);
        this.keys = keys;
        this.values = values;
        this.isSet = isSet;
        this.words = keys instanceof WordCodec<K> && values instanceof WordCodec<V>;
        this.isShared = options.shards() != 0;
        this.guard = words ? GUARD >>> Long.SIZE - values.width() * Byte.SIZE : 0;
    }

    private static long type(Codec<?> keys, Codec<?> values, boolean shared) {
        int key = width(keys, "key", 1, tophash_h.TH_MAX_FIXED_KEY());
        int value = width(values, "value", 0, tophash_h.TH_MAX_FIXED_VALUE());
        return TableType.of(
                key, alignment(keys, key, shared), value, alignment(values, value, shared));
    }

    /** Readers beside a writer take what fits a register in one piece, which must be aligned. */
    private static int alignment(Codec<?> codec, int width, boolean shared) {
        boolean word = Integer.bitCount(width) == 1 && width > 0 && width <= Long.BYTES;
        return shared && word ? width : (int) codec.alignment();
    }

    private static int width(Codec<?> codec, String what, int least, int most) {
        long width = codec.width();
        if (width == Codec.VARIABLE) {
            return TableType.BYTES;
        }
        if (width < least || width > most) {
            throw new IllegalArgumentException(
                    "a "
                            + what
                            + " of "
                            + width
                            + " bytes, must have from "
                            + least
                            + " to "
                            + most);
        }
        long alignment = codec.alignment();
        if (Long.bitCount(alignment) != 1 || alignment > Long.BYTES || width % alignment != 0) {
            throw new IllegalArgumentException(
                    "a "
                            + what
                            + " of "
                            + width
                            + " bytes is aligned to "
                            + alignment
                            + ", must be to 1, 2, 4 or 8 that divides the width");
        }
        return (int) width;
    }

    Codec<K> keys() {
        return keys;
    }

    Codec<V> values() {
        return values;
    }

    @Override
    String keyName() {
        return keys.name();
    }

    @Override
    String valueName() {
        return values.name();
    }

    boolean isSet() {
        return isSet;
    }

    boolean hasWordKeys() {
        return keys instanceof WordCodec<K>;
    }

    @Override
    String typeName() {
        return isSet ? "NativeSet" : "NativeMap";
    }

    /** The word of a key, without what is above its width. */
    long keyWord(K key) {
        long above = Long.SIZE - keys.width() * Byte.SIZE;
        return wordOf(key) << above >>> above;
    }

    private long wordOf(K key) {
        return ((WordCodec<K>) keys).toWord(key);
    }

    private V fromWord(long word) {
        return ((WordCodec<V>) values).fromWord(word);
    }

    /** A key that the codec has accepted, as what it is. */
    @SuppressWarnings("unchecked")
    K asKey(Object key) {
        return (K) key;
    }

    K checkedKey(K key) {
        if (!keys.accepts(key)) {
            throw refused("key", key);
        }
        return key;
    }

    V checkedValue(V value) {
        if (!values.accepts(value)) {
            throw refused("value", value);
        }
        return value;
    }

    private static RuntimeException refused(String what, Object o) {
        if (o == null) {
            return new NullPointerException(
                    "null is no " + what + " here; Codecs.nullable makes it one");
        }
        return new ClassCastException(
                "an object of " + o.getClass().getName() + " is no " + what + " of this map");
    }

    /** The value of a key, or {@link #NOTHING}; also for what is no key. */
    Object find(Object key) {
        if (!keys.accepts(key)) {
            checkOpen();
            return NOTHING;
        }
        Object found = words ? findWord(wordOf(asKey(key))) : null;
        return found == null ? findEncoded(asKey(key)) : found;
    }

    private Object findWord(long key) {
        // One call tells of nearly every key that is present; that of an absent key takes two.
        long word = WordCalls.get(map, stamp, key, guard);
        if (isShared && word == guard) {
            return null; // between two calls another thread may have put what neither tells of
        }
        boolean found = word != guard || WordCalls.contains(map, stamp, key) == PRESENT;
        checkOpen();
        return found ? fromWord(word) : NOTHING;
    }

    private Object findEncoded(K key) {
        Scratch scratch = Scratch.take();
        try {
            long length = scratch.key().encode(keys, keys.width(), key);
            int status = get(scratch, length);
            if (status == SMALL_BUFFER) {
                status = getLonger(scratch, length);
            }
            checkOpen();
            return status == PRESENT ? scratch.value().decode(values, scratch.length()) : NOTHING;
        } finally {
            scratch.giveBack();
        }
    }

    private int get(Scratch scratch, long length) {
        return AddressCalls.get(
                map,
                stamp,
                scratch.key().address(),
                length,
                scratch.value().address(),
                scratch.value().size(),
                scratch.lengthAddress());
    }

    /**
     * Out of the way of short values: a loop around the call would cost them six times the time.
     */
    private int getLonger(Scratch scratch, long length) {
        int status;
        do {
            scratch.value().grow(scratch.length());
            status = get(scratch, length);
        } while (status == SMALL_BUFFER);
        return status;
    }

    /** Whether there is an entry. */
    boolean contains(Object key) {
        if (!keys.accepts(key)) {
            checkOpen();
            return false;
        }
        if (words) {
            int status = WordCalls.contains(map, stamp, wordOf(asKey(key)));
            checkOpen();
            return status == PRESENT;
        }
        Scratch scratch = Scratch.take();
        try {
            long length = scratch.key().encode(keys, keys.width(), asKey(key));
            int status = AddressCalls.contains(map, stamp, scratch.key().address(), length);
            checkOpen();
            return status == PRESENT;
        } finally {
            scratch.giveBack();
        }
    }

    /** Puts, and returns the value before or {@link #NOTHING}. */
    Object insert(K key, V value, PutMode mode) {
        checkedKey(key);
        checkedValue(value);
        if (words && mode != PutMode.IF_PRESENT) {
            return insertWord(wordOf(key), ((WordCodec<V>) values).toWord(value), mode);
        }
        Scratch scratch = Scratch.take();
        try {
            long keyLength = scratch.key().encode(keys, keys.width(), key);
            long valueLength = scratch.value().encode(values, values.width(), value);
            for (int round = 0; ; ) {
                written();
                int status =
                        AddressCalls.put(
                                map,
                                stamp,
                                scratch.key().address(),
                                keyLength,
                                scratch.value().address(),
                                valueLength,
                                mode.code(),
                                scratch.before().address(),
                                scratch.before().size(),
                                scratch.lengthAddress());
                if (status >= 0) {
                    Reference.reachabilityFence(this);
                    return before(scratch, status);
                }
                if (status == SMALL_BUFFER) {
                    scratch.before().grow(scratch.length());
                } else if (mode == PutMode.IF_PRESENT && neverWritten()) {
                    return NOTHING;
                } else {
                    recover(status, keyLength + valueLength, round++);
                }
            }
        } finally {
            scratch.giveBack();
        }
    }

    private Object before(Scratch scratch, int status) {
        return status == ABSENT ? NOTHING : scratch.before().decode(values, scratch.length());
    }

    private Object insertWord(long key, long value, PutMode mode) {
        for (int round = 0; ; round++) {
            written();
            int status =
                    mode == PutMode.ALWAYS
                            ? WordCalls.put(map, stamp, key, value)
                            : WordCalls.putIfAbsent(map, stamp, key, value);
            if (status >= 0) {
                return status == ABSENT ? NOTHING : fromWord(previous());
            }
            recover(status, 0, round);
        }
    }

    /** Removes, and returns the value before or {@link #NOTHING}; also for what is no key. */
    Object delete(Object key) {
        if (!keys.accepts(key)) {
            checkOpen();
            return NOTHING;
        }
        Scratch scratch = Scratch.take();
        try {
            return remove(scratch, asKey(key), true) == PRESENT
                    ? scratch.before().decode(values, scratch.length())
                    : NOTHING;
        } finally {
            scratch.giveBack();
        }
    }

    /** Removes, and does not look at the value; whether there was an entry. */
    boolean discard(Object key) {
        if (!keys.accepts(key)) {
            checkOpen();
            return false;
        }
        Scratch scratch = Scratch.take();
        try {
            return remove(scratch, asKey(key), false) == PRESENT;
        } finally {
            scratch.giveBack();
        }
    }

    private int remove(Scratch scratch, K key, boolean wanted) {
        long length = scratch.key().encode(keys, keys.width(), key);
        for (int round = 0; ; ) {
            written();
            int status =
                    AddressCalls.remove(
                            map,
                            stamp,
                            scratch.key().address(),
                            length,
                            wanted ? scratch.before().address() : 0,
                            wanted ? scratch.before().size() : 0,
                            scratch.lengthAddress());
            if (status >= 0) {
                Reference.reachabilityFence(this);
                return status;
            }
            if (status == SMALL_BUFFER) {
                scratch.before().grow(scratch.length());
            } else if (neverWritten()) {
                return ABSENT;
            } else {
                recover(status, status == NEEDS_ROOM ? 0 : length, round++);
            }
        }
    }
}
