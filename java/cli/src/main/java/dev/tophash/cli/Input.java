package dev.tophash.cli;

import java.io.File;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Something to read.
 *
 * @param name how messages call it
 * @param size its bytes, or -1 if that is not known
 */
record Input(String name, long size, Opener opener) {
    private static final int MOST_LINES_BYTES = 1 << 20;

    /** Opens the bytes of an input. */
    interface Opener {
        /** The caller closes it. */
        InputStream open() throws IOException;
    }

    /**
     * The inputs that arguments name, all of them looked at before the first is read, so that a
     * mistake in the last one costs no time.
     *
     * @throws CommandFailure if one is missing, a directory, or may not be read
     */
    static List<Input> all(List<String> names) throws CommandFailure {
        List<Input> inputs = new ArrayList<>();
        for (String name : names) {
            inputs.add(name.equals("-") ? standardInput() : file(name));
        }
        return inputs;
    }

    private static Input standardInput() {
        return new Input("standard input", -1, () -> new FileInputStream(FileDescriptor.in));
    }

    private static Input file(String name) throws CommandFailure {
        Path path = path(name);
        if (!Files.exists(path)) {
            throw CommandFailure.usage(name + ": no such file");
        }
        if (Files.isDirectory(path)) {
            throw CommandFailure.usage(name + ": is a directory");
        }
        if (!Files.isReadable(path)) {
            throw CommandFailure.usage(name + ": no permission to read it");
        }
        File file = path.toFile();
        return new Input(
                name,
                Files.isRegularFile(path) ? file.length() : -1,
                () -> new FileInputStream(file));
    }

    /** The path of an argument. */
    static Path path(String name) throws CommandFailure {
        try {
            return Path.of(name);
        } catch (InvalidPathException e) {
            // For example a name outside ASCII in the locale C.
            throw CommandFailure.usage(
                    name + ": not a file name in this locale (" + e.getReason() + ")");
        }
    }

    /** Bytes of all inputs together, or -1 if one of them is not known. */
    static long size(List<Input> inputs) {
        long size = 0;
        for (Input input : inputs) {
            if (input.size < 0) {
                return -1;
            }
            size += input.size;
        }
        return size;
    }

    InputStream open() throws IOException {
        return opener.open();
    }

    /**
     * All lines of a small input.
     *
     * @throws CommandFailure if it cannot be read, or is not small
     */
    List<String> lines() throws CommandFailure {
        try (InputStream in = open()) {
            byte[] bytes = in.readNBytes(MOST_LINES_BYTES + 1);
            if (bytes.length > MOST_LINES_BYTES) {
                throw CommandFailure.usage(
                        name + ": more than the " + MOST_LINES_BYTES + " bytes that it may have");
            }
            return new String(bytes, StandardCharsets.ISO_8859_1).lines().toList();
        } catch (IOException e) {
            throw CommandFailure.usage(name + ": cannot be read (" + e.getMessage() + ")");
        }
    }
}
