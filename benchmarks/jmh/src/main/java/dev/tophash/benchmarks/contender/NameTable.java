package dev.tophash.benchmarks.contender;

import java.util.Collection;
import java.util.Map;

/**
 * A table by name that many threads look into while one changes it.
 *
 * @param <V> what it has for a name
 */
public interface NameTable<V> extends AutoCloseable {
    /** The value of a name, or null. */
    V get(String name);

    /** Some changes that came together. Those who hold a lock hold it for all of them. */
    void update(Map<String, V> put, Collection<String> remove);

    /** Bytes outside of the Java heap. */
    default long nativeBytes() {
        return 0;
    }

    @Override
    default void close() {}
}
