package dev.tophash;

import java.util.AbstractCollection;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Collection;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.Spliterator;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * The contract of {@link Map} over any table: what {@link NativeMap} and the views of the primitive
 * maps have in common. A subclass says how one entry is found, inserted and deleted.
 */
abstract class EntryMap<K, V> extends AbstractMap<K, V> {
    /** In place of a value: there is no entry. */
    static final Object NOTHING = new Object();

    /** Most entries that {@link #toString} lists. */
    private static final int LISTED = 256;

    /** A cursor that reads boxed entries. */
    interface Walk<K, V> extends WalkSpliterator.Walk {
        K boxedKey();

        V boxedValue();

        @Override
        Walk<K, V> split();
    }

    EntryMap() {}

    abstract OffHeapTable table();

    /** The value of a key, or {@link #NOTHING}: also for what cannot be a key. */
    abstract Object find(Object key);

    /** Puts, and returns the value before or {@link #NOTHING}. */
    abstract Object insert(K key, V value, PutMode mode);

    /** Removes, and returns the value before or {@link #NOTHING}. */
    abstract Object delete(Object key);

    abstract Walk<K, V> walk();

    /**
     * A key to give away. Where keys have a state that their users change, such as the position of
     * a buffer, this is another object than the one that the map keeps for its own use.
     */
    K given(K key) {
        return key;
    }

    /** Removes an entry that an iterator has met. */
    void removeMet(Map.Entry<K, V> entry) {
        delete(entry.getKey());
    }

    @SuppressWarnings("unchecked")
    private V orNull(Object found) {
        return found == NOTHING ? null : (V) found;
    }

    @Override
    public int size() {
        return (int) Math.min(table().size(), Integer.MAX_VALUE);
    }

    @Override
    public boolean isEmpty() {
        return table().size() == 0;
    }

    @Override
    public V get(Object key) {
        return orNull(find(key));
    }

    @Override
    @SuppressWarnings("unchecked")
    public V getOrDefault(Object key, V otherwise) {
        Object found = find(key);
        return found == NOTHING ? otherwise : (V) found;
    }

    @Override
    public boolean containsKey(Object key) {
        return find(key) != NOTHING;
    }

    @Override
    public V put(K key, V value) {
        return orNull(insert(key, value, PutMode.ALWAYS));
    }

    @Override
    public V putIfAbsent(K key, V value) {
        Object before = insert(key, value, PutMode.IF_ABSENT);
        // As in HashMap, a key that is mapped to null counts as absent.
        return before == null ? orNull(insert(key, value, PutMode.ALWAYS)) : orNull(before);
    }

    @Override
    public V replace(K key, V value) {
        return orNull(insert(key, value, PutMode.IF_PRESENT));
    }

    @Override
    public boolean replace(K key, V before, V after) {
        if (!Objects.equals(find(key), before)) {
            return false;
        }
        insert(key, after, PutMode.IF_PRESENT);
        return true;
    }

    @Override
    public V remove(Object key) {
        return orNull(delete(key));
    }

    @Override
    public boolean remove(Object key, Object value) {
        if (!Objects.equals(find(key), value)) {
            return false;
        }
        delete(key);
        return true;
    }

    // In Map these four ask get, which may have a default value of its own.

    @Override
    public V computeIfAbsent(K key, Function<? super K, ? extends V> function) {
        Objects.requireNonNull(function);
        V before = orNull(find(key));
        if (before != null) {
            return before;
        }
        V value = function.apply(given(key));
        if (value != null) {
            put(key, value);
        }
        return value;
    }

    @Override
    public V computeIfPresent(K key, BiFunction<? super K, ? super V, ? extends V> function) {
        Objects.requireNonNull(function);
        V before = orNull(find(key));
        return before == null ? null : putOrRemove(key, function.apply(given(key), before));
    }

    @Override
    public V compute(K key, BiFunction<? super K, ? super V, ? extends V> function) {
        Objects.requireNonNull(function);
        return putOrRemove(key, function.apply(given(key), orNull(find(key))));
    }

    @Override
    public V merge(K key, V value, BiFunction<? super V, ? super V, ? extends V> function) {
        Objects.requireNonNull(value);
        Objects.requireNonNull(function);
        V before = orNull(find(key));
        return putOrRemove(key, before == null ? value : function.apply(before, value));
    }

    private V putOrRemove(K key, V value) {
        if (value == null) {
            delete(key);
        } else {
            put(key, value);
        }
        return value;
    }

    @Override
    public void clear() {
        table().clear();
    }

    @Override
    public void forEach(BiConsumer<? super K, ? super V> action) {
        Objects.requireNonNull(action);
        Walk<K, V> walk = walk();
        while (walk.next()) {
            action.accept(walk.boxedKey(), walk.boxedValue());
        }
    }

    @Override
    public Set<Map.Entry<K, V>> entrySet() {
        return new Entries();
    }

    @Override
    public Set<K> keySet() {
        return new Keys();
    }

    @Override
    public Collection<V> values() {
        return new Values();
    }

    @Override
    public boolean equals(Object o) {
        table().checkOpen();
        return super.equals(o);
    }

    @Override
    public int hashCode() {
        return super.hashCode();
    }

    /**
     * The entries as {@code {key=value, ...}}. Of a map with more than 256 it lists that many and
     * says how many there are besides.
     */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("{");
        Walk<K, V> walk = walk();
        for (int listed = 0; walk.next(); listed++) {
            if (listed > 0) {
                text.append(", ");
            }
            if (listed == LISTED) {
                text.append("and ").append(table().size() - LISTED).append(" more");
                break;
            }
            K key = walk.boxedKey();
            V value = walk.boxedValue();
            text.append(key == this ? "(this map)" : key).append('=');
            text.append(value == this ? "(this map)" : value);
        }
        return text.append('}').toString();
    }

    /** The elements as {@code [a, b, ...]}, {@link #LISTED} at most. */
    static String listed(Iterator<?> elements, long size) {
        StringBuilder text = new StringBuilder("[");
        for (int listed = 0; elements.hasNext(); listed++) {
            if (listed > 0) {
                text.append(", ");
            }
            if (listed == LISTED) {
                text.append("and ").append(size - LISTED).append(" more");
                break;
            }
            text.append(elements.next());
        }
        return text.append(']').toString();
    }

    private Entry<K, V> entry(Walk<K, V> walk) {
        return new LiveEntry(walk.boxedKey(), walk.boxedValue());
    }

    /** An entry as a walk met it; setting its value writes to the map if the key is still there. */
    private final class LiveEntry extends SimpleEntry<K, V> {
        private static final long serialVersionUID = 1;

        LiveEntry(K key, V value) {
            super(key, value);
        }

        @Override
        public K getKey() {
            return given(super.getKey());
        }

        @Override
        public V setValue(V value) {
            insert(getKey(), value, PutMode.IF_PRESENT);
            return super.setValue(value);
        }

        private Object writeReplace() {
            return new SimpleEntry<>(this);
        }
    }

    private final class Entries extends AbstractSet<Map.Entry<K, V>> {
        @Override
        public Iterator<Map.Entry<K, V>> iterator() {
            return new WalkIterator<Walk<K, V>, Map.Entry<K, V>>(
                    table(), walk(), EntryMap.this::entry, e -> e, EntryMap.this::removeMet);
        }

        @Override
        public Spliterator<Map.Entry<K, V>> spliterator() {
            return new WalkSpliterator<Walk<K, V>, Map.Entry<K, V>>(
                    table(),
                    EntryMap.this::walk,
                    EntryMap.this::entry,
                    Spliterator.DISTINCT | Spliterator.NONNULL);
        }

        @Override
        public String toString() {
            return listed(iterator(), table().size());
        }

        @Override
        public int size() {
            return EntryMap.this.size();
        }

        @Override
        public boolean contains(Object o) {
            table().checkOpen();
            return o instanceof Map.Entry<?, ?> e && Objects.equals(find(e.getKey()), e.getValue());
        }

        @Override
        public boolean remove(Object o) {
            table().checkOpen();
            return o instanceof Map.Entry<?, ?> e && EntryMap.this.remove(e.getKey(), e.getValue());
        }

        @Override
        public void clear() {
            EntryMap.this.clear();
        }
    }

    private final class Keys extends AbstractSet<K> {
        @Override
        public Iterator<K> iterator() {
            return new WalkIterator<Walk<K, V>, K>(
                    table(), walk(), Walk::boxedKey, EntryMap.this::given, EntryMap.this::delete);
        }

        @Override
        public Spliterator<K> spliterator() {
            return new WalkSpliterator<Walk<K, V>, K>(
                    table(), EntryMap.this::walk, Walk::boxedKey, Spliterator.DISTINCT);
        }

        @Override
        public String toString() {
            return listed(iterator(), table().size());
        }

        @Override
        public int size() {
            return EntryMap.this.size();
        }

        @Override
        public boolean contains(Object o) {
            return containsKey(o);
        }

        @Override
        public boolean remove(Object o) {
            return delete(o) != NOTHING;
        }

        @Override
        public void clear() {
            EntryMap.this.clear();
        }
    }

    private final class Values extends AbstractCollection<V> {
        @Override
        public Iterator<V> iterator() {
            Iterator<Map.Entry<K, V>> entries = entrySet().iterator();
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return entries.hasNext();
                }

                @Override
                public V next() {
                    return entries.next().getValue();
                }

                @Override
                public void remove() {
                    entries.remove();
                }
            };
        }

        @Override
        public Spliterator<V> spliterator() {
            return new WalkSpliterator<Walk<K, V>, V>(
                    table(), EntryMap.this::walk, Walk::boxedValue, 0);
        }

        @Override
        public String toString() {
            return listed(iterator(), table().size());
        }

        @Override
        public int size() {
            return EntryMap.this.size();
        }

        @Override
        public boolean contains(Object o) {
            return containsValue(o);
        }

        @Override
        public void clear() {
            EntryMap.this.clear();
        }
    }
}
