package dev.tophash.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;

/** Results in bytes go to standard output through here, with no {@code PrintStream} between. */
final class StandardOutput {
    /** For tests, which have it here instead; else null. */
    static volatile OutputStream replacement;

    private StandardOutput() {}

    /**
     * Writes to standard output.
     *
     * @return false if it is a pipe that nobody reads any more
     */
    static boolean write(Content content) throws CommandFailure {
        boolean hasReader = ByteSink.hasReader(Path.of("/proc/self/fd/1"));
        try (OutputStream out = open()) {
            content.writeTo(out);
            return true;
        } catch (IOException e) {
            if (hasReader) {
                return false;
            }
            throw CommandFailure.failure("standard output: " + e.getMessage());
        }
    }

    private static OutputStream open() {
        OutputStream other = replacement;
        return other == null ? new FileOutputStream(FileDescriptor.out) : other;
    }
}
