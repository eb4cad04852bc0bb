package dev.tophash.cli;

import java.io.Closeable;
import java.io.IOException;

/** Writes rows of a key and a value. Closing writes what is left and closes the stream. */
interface RowWriter extends Closeable {
    /**
     * Writes a row.
     *
     * @param key text with a character for each byte, as the value
     * @throws BadRow if the format cannot have such a row
     */
    void write(String key, String value) throws IOException, BadRow;
}
