package dev.tophash;

import dev.tophash.internal.ffi.tophash_h;

/** When a put is to be done. */
enum PutMode {
    ALWAYS(tophash_h.TH_PUT_ALWAYS()),
    IF_ABSENT(tophash_h.TH_PUT_IF_ABSENT()),
    IF_PRESENT(tophash_h.TH_PUT_IF_PRESENT());

    private final int code;

    PutMode(int code) {
        this.code = code;
    }

    /** {@code TH_PUT_*}. */
    int code() {
        return code;
    }
}
