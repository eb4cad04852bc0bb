package dev.tophash.cli;

import java.io.Closeable;
import java.io.IOException;

/**
 * Writes rows: of a key and a value, or for sets of a key. Closing writes what is left and closes
 * the stream.
 */
interface RowWriter extends Closeable {
    /**
     * Writes a row.
     *
     * @param fields texts with a character for each byte
     * @throws BadRow if the format cannot have such a row
     */
    void write(String... fields) throws IOException, BadRow;
}
