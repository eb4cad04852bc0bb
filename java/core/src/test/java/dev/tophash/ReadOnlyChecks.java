package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.function.Executable;

import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** That what is done to a map or set by way of {@code java.util} throws and changes nothing. */
final class ReadOnlyChecks {
    private ReadOnlyChecks() {}

    private static void refused(Executable write) {
        assertThrows(UnsupportedOperationException.class, write);
    }

    /** What finds nothing to change may return instead. */
    private static void unchanged(Runnable write) {
        try {
            write.run();
        } catch (UnsupportedOperationException e) {
            // This is as good.
        }
    }

    static void check(Object view) {
        if (view instanceof Map<?, ?> map) {
            checkMap(map);
        } else {
            Set<?> set = (Set<?>) view;
            checkCollection(set);
            addAll(set);
        }
    }

    private static <E> void addAll(Set<E> set) {
        E some = set.iterator().next();
        refused(() -> set.add(some));
        refused(() -> set.addAll(List.of(some)));
    }

    private static <K, V> void checkMap(Map<K, V> map) {
        int size = map.size();
        Map.Entry<K, V> entry = map.entrySet().iterator().next();
        K key = entry.getKey();
        V value = entry.getValue();
        refused(() -> entry.setValue(value));
        refused(() -> map.put(key, value));
        refused(() -> map.putAll(Map.of(key, value)));
        refused(() -> map.replace(key, value));
        refused(() -> map.replace(key, value, value));
        refused(() -> map.replaceAll((k, v) -> v));
        refused(() -> map.remove(key));
        refused(() -> map.remove(key, value));
        refused(() -> map.compute(key, (k, v) -> v));
        refused(() -> map.compute(key, (k, v) -> null));
        refused(() -> map.computeIfPresent(key, (k, v) -> v));
        refused(() -> map.merge(key, value, (v, w) -> v));
        refused(map::clear);
        unchanged(() -> map.putIfAbsent(key, value));
        unchanged(() -> map.computeIfAbsent(key, k -> value));
        checkCollection(map.keySet());
        checkCollection(map.values());
        checkCollection(map.entrySet());
        assertEquals(value, map.get(key));
        assertEquals(size, map.size());
    }

    private static void checkCollection(Collection<?> elements) {
        int size = elements.size();
        Iterator<?> iterator = elements.iterator();
        Object first = iterator.next();
        refused(iterator::remove);
        refused(iterator::remove); // still, and not that there is nothing to remove
        assertEquals(size - 1, count(iterator));
        refused(() -> elements.remove(first));
        refused(() -> elements.removeAll(List.of(first)));
        refused(() -> elements.retainAll(List.of()));
        refused(() -> elements.removeIf(e -> true));
        refused(elements::clear);
        assertEquals(size, count(elements.iterator()));
    }

    private static int count(Iterator<?> iterator) {
        int n = 0;
        while (iterator.hasNext()) {
            iterator.next();
            n++;
        }
        return n;
    }
}
