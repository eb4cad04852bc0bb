package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.BooleanSupplier;

/** What the maps of this process hold, at one moment, to be compared with another. */
record Account(long maps, long bytes) {
    static Account now() {
        return new Account(Tophash.nativeMaps(), Tophash.nativeBytes());
    }

    /** Checks that maps hold what they did. */
    void assertUnchanged() {
        assertEquals(this, now());
    }

    /** Waits until garbage collection has brought maps back to what they held. */
    void awaitUnchanged() throws InterruptedException {
        await(() -> Tophash.nativeMaps() <= maps && Tophash.nativeBytes() <= bytes);
        assertUnchanged();
    }

    /** Collects garbage until something has come of it. */
    static void await(BooleanSupplier condition) throws InterruptedException {
        long deadline = Effort.deadline();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, "garbage collection has not done it");
            System.gc();
            Thread.sleep(5);
        }
    }
}
