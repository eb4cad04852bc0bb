package dev.tophash.cli;

import java.io.IOException;
import java.io.OutputStream;

/** Something to write to a file or to standard output. */
interface Content {
    /**
     * Writes all of it.
     *
     * @throws IOException if the stream refuses it
     * @throws CommandFailure if there is something wrong with the content
     */
    void writeTo(OutputStream out) throws IOException, CommandFailure;
}
