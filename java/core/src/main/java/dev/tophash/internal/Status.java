package dev.tophash.internal;

import dev.tophash.internal.ffi.tophash_h;

import java.util.ConcurrentModificationException;

/** The header's status codes as constants that a switch takes, and as exceptions. */
public final class Status {
    public static final int ABSENT = tophash_h.TH_ABSENT();
    public static final int PRESENT = tophash_h.TH_PRESENT();
    public static final int MORE = tophash_h.TH_MORE();
    public static final int NEEDS_ROOM = tophash_h.TH_NEEDS_ROOM();
    public static final int CLOSED = tophash_h.TH_CLOSED();
    public static final int CONCURRENT = tophash_h.TH_CONCURRENT();
    public static final int NO_MEMORY = tophash_h.TH_NO_MEMORY();
    public static final int LIMIT = tophash_h.TH_LIMIT();
    public static final int BUSY = tophash_h.TH_BUSY();
    public static final int REFUSED = tophash_h.TH_REFUSED();
    public static final int READ_ONLY = tophash_h.TH_READ_ONLY();
    public static final int BAD_FILE = tophash_h.TH_BAD_FILE();
    public static final int SMALL_BUFFER = tophash_h.TH_SMALL_BUFFER();

    private Status() {}

    /** Throws what a status means unless it is a success. */
    public static void check(int status, String what) {
        if (status < 0) {
            throw failure(status, what);
        }
    }

    /**
     * The exception for a failure.
     *
     * @param what what was tried, with its figures
     * @return never: it throws
     */
    public static RuntimeException failure(int status, String what) {
        if (status == NO_MEMORY) {
            throw new OutOfMemoryError(what);
        }
        if (status == CONCURRENT) {
            throw new ConcurrentModificationException("another thread is writing to this map");
        }
        if (status == CLOSED) {
            throw new IllegalStateException("the map is closed");
        }
        if (status == READ_ONLY) {
            throw new UnsupportedOperationException("the map was opened from a file: " + what);
        }
        if (status == LIMIT) {
            throw new IllegalArgumentException(what);
        }
        throw new AssertionError(what + ": " + Linkage.string(tophash_h.th_status_name(status)));
    }
}
