package dev.tophash;

import static dev.tophash.internal.Status.PRESENT;

import java.lang.foreign.MemorySegment;
import java.util.Map;

/** A {@link BytesKeyMap} as a {@link Map}: a subclass says what stands for the bytes of a key. */
abstract class LongValues<K> extends EntryMap<K, Long> {
    /** A value that few entries have. */
    private static final long GUARD = 0x5eed_c0de_5eed_c0deL;

    private final BytesKeyMap table;

    LongValues(BytesKeyMap table) {
        this.table = table;
    }

    /** The bytes of a key, or null if it cannot be one. */
    abstract MemorySegment keyOrNull(Object key);

    /** The bytes of a key to be written; throws if it cannot be one. */
    abstract MemorySegment key(K key);

    @Override
    final OffHeapTable table() {
        return table;
    }

    @Override
    final Object find(Object key) {
        MemorySegment bytes = keyOrNull(key);
        if (bytes == null) {
            table.checkOpen();
            return NOTHING;
        }
        // One call tells of nearly every key that is present; that of an absent key takes two.
        long value = table.getOrDefault(bytes, GUARD);
        return value == GUARD && !table.containsKey(bytes) ? NOTHING : (Long) value;
    }

    @Override
    final Object insert(K key, Long value, PutMode mode) {
        long word = value;
        MemorySegment bytes = key(key);
        if (mode == PutMode.IF_PRESENT && !table.containsKey(bytes)) {
            return NOTHING;
        }
        Write kind = mode == PutMode.IF_ABSENT ? Write.PUT_IF_ABSENT : Write.PUT;
        return before(table.write(kind, bytes, word));
    }

    @Override
    final Object delete(Object key) {
        MemorySegment bytes = keyOrNull(key);
        if (bytes == null) {
            table.checkOpen();
            return NOTHING;
        }
        return before(table.write(Write.REMOVE, bytes, 0));
    }

    private Object before(int status) {
        return status == PRESENT ? (Object) table.previous() : NOTHING;
    }
}
