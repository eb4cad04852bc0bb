package dev.tophash;

import dev.tophash.internal.TableType;

import java.lang.foreign.MemorySegment;

/** A walk over the table of a {@link NativeMap} or {@link NativeSet}. */
final class CodecCursor<K, V> extends MapCursor implements EntryMap.Walk<K, V>, ElementSet.Walk<K> {
    private final CodecTable<K, V> table;
    private final ByteChunk keys;
    private final ByteChunk values;

    /** The value of the entry at this index of this chunk was looked up again. */
    private int reloaded = -1;

    private int reloadedChunk;

    private Object reloadedValue;

    CodecCursor(CodecTable<K, V> table) {
        super(table);
        this.table = table;
        this.keys = chunk(table.keys());
        this.values = chunk(table.values());
    }

    private CodecCursor(CodecCursor<K, V> other) {
        super(other);
        this.table = other.table;
        this.keys = chunk(table.keys());
        this.values = chunk(table.values());
    }

    private static ByteChunk chunk(Codec<?> codec) {
        boolean variable = codec.width() == Codec.VARIABLE;
        return new ByteChunk(variable ? TableType.BYTES : (int) codec.width());
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
        return reloaded == i && reloadedChunk == chunk()
                ? (V) reloadedValue
                : table.values().decode(values.segment(), values.start(i), values.length(i));
    }

    @Override
    public CodecCursor<K, V> split() {
        CodecCursor<K, V> other = new CodecCursor<>(this);
        return splitTo(other) ? other : null;
    }

    @Override
    void resize(int entries, long keyBytes, long valueBytes) {
        keys.resize(entries, keyBytes);
        values.resize(entries, valueBytes);
    }

    @Override
    MemorySegment keyChunk() {
        return keys.segment();
    }

    @Override
    MemorySegment keyEnds() {
        return keys.ends();
    }

    @Override
    MemorySegment valueChunk() {
        return values.segment();
    }

    @Override
    MemorySegment valueEnds() {
        return values.ends();
    }

    @Override
    boolean reload(int i) {
        Object found = table.find(keyAt(i));
        reloaded = i;
        reloadedChunk = chunk();
        reloadedValue = found;
        return found != CodecTable.NOTHING;
    }

    @Override
    void removeAt(int i) {
        table.discard(keyAt(i));
    }
}
