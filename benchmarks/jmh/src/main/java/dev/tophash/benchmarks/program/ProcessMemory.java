package dev.tophash.benchmarks.program;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this process occupies. */
final class ProcessMemory {
    private static final int KIB = 1024;

    private ProcessMemory() {}

    /** Bytes of the Java heap that are in use after a collection. */
    static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** Bytes of memory that the system has given this process, the Java heap included. */
    static long resident() {
        return kibibytes("/proc/self/smaps_rollup", "Rss:");
    }

    /** The most that it ever were since {@link #forgetPeak}. */
    static long peak() {
        return kibibytes("/proc/self/status", "VmHWM:");
    }

    static void forgetPeak() {
        try {
            Files.writeString(Path.of("/proc/self/clear_refs"), "5");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long kibibytes(String file, String name) {
        try (var lines = Files.lines(Path.of(file))) {
            return lines.filter(line -> line.startsWith(name))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * KIB)
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
