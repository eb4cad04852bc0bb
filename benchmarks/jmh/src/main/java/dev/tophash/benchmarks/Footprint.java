package dev.tophash.benchmarks;

import dev.tophash.OffHeap;
import dev.tophash.Tophash;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the two experiments with maps that are cleared and with short keys say about bytes, as
 * Markdown tables. With a Java heap that is touched beforehand ({@code -Xms1g -Xmx1g
 * -XX:+AlwaysPreTouch}), what the process occupies is what the maps occupy.
 */
public final class Footprint {
    private static final int ENTRIES = 1_000_000;
    private static final int FEW_ENTRIES = 10_000;

    /** Bytes of a page, the same on both architectures of Debian. */
    private static final long PAGE = 4096;

    private Footprint() {}

    public static void main(String[] args) throws IOException {
        clearing();
        shortKeys();
    }

    private static void clearing() throws IOException {
        System.out.println(
                "| map | way | held: full | emptied | full again | resident: full | emptied |");
        System.out.println("|---|---|--:|--:|--:|--:|--:|");
        for (ClearedMap map : ClearedMap.values()) {
            for (ClearedMap.Way way : ClearedMap.Way.values()) {
                ClearedMap.Subject subject = map.create();
                if (subject.offHeap() != null) {
                    clearing(map + " | " + way, subject, way);
                }
            }
        }
        System.out.println();
    }

    private static void clearing(String name, ClearedMap.Subject subject, ClearedMap.Way way)
            throws IOException {
        long residentBefore = residentBytes();
        subject.fill(ClearedMap.Order.COUNTING, ENTRIES);
        long full = Tophash.nativeBytes();
        long residentFull = residentBytes() - residentBefore;
        way.empty(subject, ClearedMap.Order.COUNTING, ENTRIES);
        long emptied = Tophash.nativeBytes();
        long residentEmptied = residentBytes() - residentBefore;
        subject.fill(ClearedMap.Order.COUNTING, ENTRIES);
        long again = Tophash.nativeBytes();
        subject.renew(0);
        System.out.printf(
                "| %s | %.1f MB | %.1f MB | %.1f MB | %.1f MB | %.1f MB |%n",
                name,
                full / 1e6,
                emptied / 1e6,
                again / 1e6,
                residentFull / 1e6,
                Math.max(0, residentEmptied / 1e6));
    }

    /** Memory of this process, the Java heap included. */
    private static long residentBytes() throws IOException {
        String[] pages = Files.readString(Path.of("/proc/self/statm")).split(" ");
        return Long.parseLong(pages[1]) * PAGE;
    }

    private static void shortKeys() {
        System.out.println(
                "| map | entries | bytes in use per entry | with reserved | Java heap |");
        System.out.println("|---|--:|--:|--:|--:|");
        for (int entries : new int[] {FEW_ENTRIES, ENTRIES}) {
            for (ShortKeys keys : ShortKeys.values()) {
                long heap = heap();
                ShortKeys.Subject subject = keys.create();
                for (int i = 0; i < entries; i++) {
                    subject.put(keys.key(i), i);
                }
                heap = heap() - heap;
                OffHeap map = subject.offHeap();
                double used = map == null ? 0 : map.stats().usedBytes();
                double held = map == null ? 0 : map.nativeBytes();
                System.out.printf(
                        "| %s | %d | %.1f | %.1f | %.1f |%n",
                        keys,
                        entries,
                        used / entries,
                        held / entries,
                        Math.max(heap, 0.0) / entries);
                Reference.reachabilityFence(subject);
                if (map != null) {
                    map.close();
                }
            }
        }
    }

    /** Bytes of the Java heap that are in use after a collection. */
    private static long heap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
