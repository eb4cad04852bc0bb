package dev.tophash;

import dev.tophash.internal.TableType;

/** A walk over the table of a {@link NativeMap} or {@link NativeSet}. */
final class CodecCursor<K, V> extends BytesCursor
        implements EntryMap.Walk<K, V>, ElementSet.Walk<K> {
    private final CodecTable<K, V> table;

    CodecCursor(CodecTable<K, V> table) {
        super(table, width(table.keys()), width(table.values()));
        this.table = table;
    }

    private CodecCursor(CodecCursor<K, V> other) {
        super(other, width(other.table.keys()), width(other.table.values()));
        this.table = other.table;
    }

    private static int width(Codec<?> codec) {
        return codec.width() == Codec.VARIABLE ? TableType.BYTES : (int) codec.width();
    }

    private K keyAt(int i) {
        return table.keys().decode(keys.segment(), keys.start(i), keys.length(i));
    }

    @Override
    public K boxedKey() {
        return keyAt(here());
    }

    @Override
    public K boxedElement() {
        return keyAt(here());
    }

    @Override
    @SuppressWarnings("unchecked")
    public V boxedValue() {
        int i = here();
        return isChanged(i)
                ? (V) changed()
                : table.values().decode(values.segment(), values.start(i), values.length(i));
    }

    @Override
    public CodecCursor<K, V> split() {
        CodecCursor<K, V> other = new CodecCursor<>(this);
        return splitTo(other) ? other : null;
    }

    @Override
    boolean reload(int i) {
        Object found = table.find(keyAt(i));
        change(i, found);
        return found != CodecTable.NOTHING;
    }

    @Override
    void removeAt(int i) {
        table.discard(keyAt(i));
    }
}
