package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/** Small maps by the hundred thousand, each in a virtual thread of its own. */
class ManyMapsTest {
    private static final int THREADS = Boolean.getBoolean("tophash.emulated") ? 5_000 : 100_000;
    private static final int ENTRIES = 5;

    @Test
    void virtualThreadsMakeAndCloseTheirMaps() {
        long maps = Tophash.nativeMaps();
        long bytes = Tophash.nativeBytes();
        AtomicLong right = new AtomicLong();
        AtomicLong most = new AtomicLong();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < THREADS; i++) {
                long first = i;
                threads.execute(
                        () -> {
                            try (LongLongMap map = LongLongMap.create()) {
                                for (long key = 0; key < ENTRIES; key++) {
                                    map.put(first + key, first * key);
                                }
                                Thread.yield(); // others use the pools meanwhile
                                most.accumulateAndGet(Tophash.nativeMaps(), Math::max);
                                long found = 0;
                                for (long key = 0; key < ENTRIES; key++) {
                                    found += map.get(first + key) == first * key ? 1 : 0;
                                }
                                right.addAndGet(found);
                            }
                        });
            }
        }
        assertEquals((long) THREADS * ENTRIES, right.get());
        assertTrue(most.get() > maps, "maps were alive side by side");
        // Fewer, if the collector has found maps of earlier tests meanwhile.
        assertTrue(Tophash.nativeMaps() <= maps, () -> Tophash.nativeMaps() + " of " + maps);
        assertTrue(Tophash.nativeBytes() <= bytes, () -> Tophash.nativeBytes() + " of " + bytes);
    }
}
