package dev.tophash.conformance;

import org.apache.commons.collections4.collection.AbstractCollectionTest;
import org.apache.commons.collections4.map.AbstractMapTest;
import org.junit.jupiter.api.AfterEach;

import java.util.Map;

/**
 * Apache Commons Collections' tests for {@link Map}. Switched off: fail-fast iterators (ours
 * survive changes, see {@link dev.tophash.MapCursor}), and stored serialized forms (maps are not
 * serializable, and the tests pass those over).
 */
abstract class CommonsMapSuite<K, V> extends AbstractMapTest<Map<K, V>, K, V> {
    private final Suites.Opened opened = new Suites.Opened();

    abstract Map<K, V> create(Suites.Opened maps);

    @Override
    public final Map<K, V> makeObject() {
        return create(opened);
    }

    @Override
    public boolean isFailFastExpected() {
        return false;
    }

    @Override
    public boolean isTestSerialization() {
        return false;
    }

    @Override
    protected int getIterationBehaviour() {
        return AbstractCollectionTest.UNORDERED;
    }

    @AfterEach
    void closeMaps() {
        opened.close();
    }
}
