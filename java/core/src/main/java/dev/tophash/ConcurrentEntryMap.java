package dev.tophash;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * The contract of {@link ConcurrentMap} over a concurrent table: what {@link ConcurrentObjectMap}
 * and the view of a {@link ConcurrentLongLongMap} have in common. What {@link Map} does in two
 * steps is one here.
 */
abstract class ConcurrentEntryMap<K, V> extends EntryMap<K, V> implements ConcurrentMap<K, V> {
    /** In place of a value: leave the entry. */
    static final Object AS_IT_IS = new Object();

    ConcurrentEntryMap() {}

    /**
     * Replaces a key's value by what a function makes of it, while nobody else writes to the key.
     *
     * @param function is given the value, or {@link #NOTHING}; returns what to put, {@code NOTHING}
     *     to remove, or {@link #AS_IT_IS}
     * @return the value that the key has now, or {@code NOTHING}
     */
    abstract Object update(K key, UnaryOperator<Object> function);

    /** The same for one of many keys. */
    Object updateMet(K key, UnaryOperator<Object> function) {
        return update(key, function);
    }

    /** Only if it still has the value that was met. */
    @Override
    void removeMet(Map.Entry<K, V> entry) {
        remove(entry.getKey(), entry.getValue());
    }

    @SuppressWarnings("unchecked")
    private V value(Object found) {
        return found == NOTHING ? null : (V) found;
    }

    private Object orNothing(V value) {
        return value == null ? NOTHING : value;
    }

    @Override
    public V putIfAbsent(K key, V value) {
        return value(insert(key, value, PutMode.IF_ABSENT));
    }

    @Override
    public boolean replace(K key, V before, V after) {
        Objects.requireNonNull(after);
        if (before == null || find(key) == NOTHING) { // which makes no native map
            table().checkOpen();
            return false;
        }
        boolean[] replaced = new boolean[1];
        update(
                key,
                found -> {
                    replaced[0] = found != NOTHING && before.equals(found);
                    return replaced[0] ? after : AS_IT_IS;
                });
        return replaced[0];
    }

    @Override
    @SuppressWarnings("unchecked")
    public boolean remove(Object key, Object value) {
        if (value == null || find(key) == NOTHING) {
            table().checkOpen();
            return false;
        }
        boolean[] removed = new boolean[1];
        update(
                (K) key,
                found -> {
                    removed[0] = found != NOTHING && value.equals(found);
                    return removed[0] ? NOTHING : AS_IT_IS;
                });
        return removed[0];
    }

    @Override
    public V computeIfAbsent(K key, Function<? super K, ? extends V> function) {
        Objects.requireNonNull(function);
        Object there = find(key); // of a key that is present nothing is locked
        if (there != NOTHING) {
            return value(there);
        }
        return value(
                update(
                        key,
                        found ->
                                found != NOTHING
                                        ? AS_IT_IS
                                        : orNothing(function.apply(given(key)))));
    }

    @Override
    public V computeIfPresent(K key, BiFunction<? super K, ? super V, ? extends V> function) {
        Objects.requireNonNull(function);
        if (find(key) == NOTHING) {
            return null;
        }
        return value(
                update(
                        key,
                        found ->
                                found == NOTHING
                                        ? NOTHING
                                        : orNothing(function.apply(given(key), value(found)))));
    }

    @Override
    public V compute(K key, BiFunction<? super K, ? super V, ? extends V> function) {
        Objects.requireNonNull(function);
        return value(update(key, found -> orNothing(function.apply(given(key), value(found)))));
    }

    @Override
    public V merge(K key, V value, BiFunction<? super V, ? super V, ? extends V> function) {
        Objects.requireNonNull(value);
        Objects.requireNonNull(function);
        return value(
                update(
                        key,
                        found ->
                                found == NOTHING
                                        ? value
                                        : orNothing(function.apply(value(found), value))));
    }

    @Override
    public void replaceAll(BiFunction<? super K, ? super V, ? extends V> function) {
        Objects.requireNonNull(function);
        Walk<K, V> walk = walk();
        while (walk.next()) {
            updateMet(
                    walk.boxedKey(),
                    found ->
                            found == NOTHING
                                    ? NOTHING
                                    : Objects.requireNonNull(
                                            function.apply(walk.boxedKey(), value(found))));
        }
    }

    @Override
    public V getOrDefault(Object key, V otherwise) {
        return super.getOrDefault(key, otherwise);
    }

    @Override
    public void forEach(BiConsumer<? super K, ? super V> action) {
        super.forEach(action);
    }
}
