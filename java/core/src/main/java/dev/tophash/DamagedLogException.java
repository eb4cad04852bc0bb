package dev.tophash;

import java.io.IOException;

/**
 * A log of a {@link DurableMap} cannot be read: something that was reported to be safe is damaged
 * or missing, or it is no log of that map, or not of the map file that is beside it. What a crash
 * leaves behind never is: a write that was cut off had not been reported, and is left out when the
 * map is opened.
 */
public final class DamagedLogException extends IOException {
    private static final long serialVersionUID = 1;

    /**
     * For the library.
     *
     * @param message names the file, the place and what is wrong
     */
    public DamagedLogException(String message) {
        super(message);
    }
}
