package dev.tophash.internal;

import java.io.IOException;

/** The file of a library is not what it should be; the message says which file, and in what. */
public final class DamagedLibraryException extends IOException {
    private static final long serialVersionUID = 1;

    DamagedLibraryException(String file, String what) {
        super(file + " " + what);
    }
}
