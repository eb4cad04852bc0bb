package dev.tophash;

import dev.tophash.internal.ffi.tophash_h;

/** How the operating system is asked to back the memory of a map. */
public enum MemoryPolicy {
    /**
     * Huge pages where the system has them (2 MiB on both architectures): fewer misses of the
     * address translation cache, and so the faster choice for large maps. The default.
     */
    HUGE_PAGES(tophash_h.TH_PAGES_HUGE()),

    /** Small pages only: a large map with few entries so far occupies less memory. */
    SMALL_PAGES(tophash_h.TH_PAGES_SMALL());

    private final byte pages;

    MemoryPolicy(int pages) {
        this.pages = (byte) pages;
    }

    byte pages() {
        return pages;
    }
}
