package dev.tophash;

import dev.tophash.internal.NativeHeap;
import dev.tophash.internal.Status;

/** The memory policy of maps that choose none: a property at the start, later what was set. */
final class StandardPolicy {
    private static final String PROPERTY = "tophash.memoryPolicy";

    private static volatile MemoryPolicy policy = MemoryPolicy.STANDARD;

    static {
        String words = System.getProperty(PROPERTY);
        if (words != null) {
            try {
                set(MemoryPolicy.parse(words));
            } catch (IllegalArgumentException | MemoryPolicyException e) {
                throw new IllegalArgumentException(
                        "system property " + PROPERTY + ": " + e.getMessage(), e);
            }
        }
    }

    private StandardPolicy() {}

    /** What is in force; to be asked before a native map is made, so that the property counts. */
    static MemoryPolicy get() {
        return policy;
    }

    static synchronized void set(MemoryPolicy chosen) {
        int status = NativeHeap.setPlacement(chosen.forEngine());
        chosen.check(status);
        Status.check(status, "memory policy " + chosen);
        policy = chosen;
    }
}
