package dev.tophash.conformance;

import dev.tophash.Codecs;
import dev.tophash.NativeSet;

import org.apache.commons.collections4.collection.AbstractCollectionTest;
import org.apache.commons.collections4.set.AbstractSetTest;
import org.junit.jupiter.api.AfterEach;

import java.util.Set;

/**
 * Apache Commons Collections' tests for {@link Set}; what is switched off, and why, see {@link
 * CommonsMapSuite}.
 */
final class CommonsStringSetTest extends AbstractSetTest<Object> {
    private final Suites.Opened opened = new Suites.Opened();

    @Override
    @SuppressWarnings({"unchecked", "rawtypes"})
    public Set<Object> makeObject() {
        return (Set) opened.add(NativeSet.create(Codecs.nullable(Codecs.STRING)));
    }

    @Override
    @SuppressWarnings("unchecked")
    public Object[] getFullElements() {
        return getFullNonNullStringElements();
    }

    @Override
    public Object[] getOtherElements() {
        return getOtherNonNullStringElements();
    }

    @Override
    public boolean isFailFastSupported() {
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
    void closeSets() {
        opened.close();
    }
}
