package dev.tophash.cli;

import java.io.Closeable;
import java.io.IOException;

/** Reads rows one after the other. Not thread-safe. */
interface RowReader extends Closeable {
    /**
     * The next row that is not an empty line, or null at the end. It changes with the next call.
     *
     * @throws IOException if reading fails, or the rest cannot be cut into rows
     */
    Row next() throws IOException;
}
