package dev.tophash.conformance;

import junit.framework.Test;
import junit.framework.TestCase;
import junit.framework.TestSuite;

import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Runs JUnit 3 suites, which is what guava-testlib builds, as dynamic tests. */
final class Suites {
    private Suites() {}

    static DynamicNode node(Test test) {
        if (test instanceof TestSuite suite) {
            return DynamicContainer.dynamicContainer(
                    String.valueOf(suite.getName()),
                    Collections.list(suite.tests()).stream().map(Suites::node));
        }
        return DynamicTest.dynamicTest(test.toString(), ((TestCase) test)::runBare);
    }

    /** Maps that a test has made, to be closed after it. */
    static final class Opened {
        private final List<AutoCloseable> maps = new ArrayList<>();

        <M extends AutoCloseable> M add(M map) {
            maps.add(map);
            return map;
        }

        void close() {
            for (AutoCloseable map : maps) {
                try {
                    map.close();
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            }
            maps.clear();
        }
    }
}
