package dev.tophash;

import java.util.List;

/**
 * Tophash as JMX shows it, after {@link Tophash#registerMXBean}. Bytes are native. Reading an
 * attribute holds up no lookup and no write that needs no memory; those that do, and the closing of
 * maps, wait while counters or the list of maps are copied.
 */
public interface TophashMXBean {
    /** The name it is registered by. */
    String NAME = "dev.tophash:type=Tophash";

    /**
     * Version of the native library.
     *
     * @return such as {@code 0.1.0}
     */
    String getVersion();

    /**
     * The kernel that probes tophash bytes.
     *
     * @return such as {@code avx2}
     */
    String getKernel();

    /**
     * Maps that hold native memory.
     *
     * @return their number
     */
    long getMapCount();

    /**
     * Native memory that they hold.
     *
     * @return bytes, with reserved address space that was never touched
     */
    long getNativeBytes();

    /**
     * Memory that they have let go of, and that late readers may still look at: see {@link
     * Tophash#retiredBytes}.
     *
     * @return bytes of address space
     */
    long getRetiredBytes();

    /**
     * The most that they may hold together.
     *
     * @return bytes; 0 means no limit
     */
    long getNativeBudget();

    /**
     * The maps, those that use most memory first.
     *
     * @return a snapshot
     */
    List<MapInfo> getMaps();
}
