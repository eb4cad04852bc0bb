package dev.tophash;

import static dev.tophash.internal.Status.PRESENT;

import dev.tophash.internal.Words;

/** A {@link KeyValueMap} as a map of boxed keys and values. */
final class KeyValueEntries extends EntryMap<KEY_BOX, VALUE_BOX> {
    /** A value that few entries have. */
    private static final VALUE GUARD = 0x5eed_c0de;

    private final KeyValueMap table;

    KeyValueEntries(KeyValueMap table) {
        this.table = table;
    }

    @Override
    OffHeapTable table() {
        return table;
    }

    @Override
    Object find(Object key) {
        if (!(key instanceof KEY_BOX k)) {
            table.checkOpen();
            return NOTHING;
        }
        // One call tells of nearly every key that is present; that of an absent key takes two.
        VALUE value = table.getOrDefault(k, GUARD);
        return value == GUARD && !table.containsKey(k) ? NOTHING : (VALUE_BOX) value;
    }

    @Override
    Object insert(KEY_BOX key, VALUE_BOX value, PutMode mode) {
        KEY k = key;
        long word = Words.of((VALUE) value);
        if (mode == PutMode.IF_PRESENT && !table.containsKey(k)) {
            return NOTHING;
        }
        Write kind = mode == PutMode.IF_ABSENT ? Write.PUT_IF_ABSENT : Write.PUT;
        return before(table.write(kind, k, word));
    }

    @Override
    Object delete(Object key) {
        if (!(key instanceof KEY_BOX k)) {
            table.checkOpen();
            return NOTHING;
        }
        return before(table.write(Write.REMOVE, k, 0));
    }

    private Object before(int status) {
        return status == PRESENT ? (Object) Words.toVALUE(table.previous()) : NOTHING;
    }

    @Override
    KeyValueMap.Cursor walk() {
        return table.cursor();
    }
}
