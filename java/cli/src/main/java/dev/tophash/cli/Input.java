package dev.tophash.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Something to read: a file, or standard input if {@code path} is null. */
record Input(String name, Path path) {
    /**
     * The inputs that arguments name, all of them looked at before the first is read, so that a mistake in
     * the last one costs no time.
     *
     * @throws CommandFailure if one is missing, a directory, or may not be read
     */
    static List<Input> all(List<String> names) throws CommandFailure {
        List<Input> inputs = new ArrayList<>();
        for (String name : names) {
            inputs.add(name.equals("-") ? new Input("standard input", null) : new Input(name, readable(name)));
        }
        return inputs;
    }

    private static Path readable(String name) throws CommandFailure {
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
        return path;
    }

    /** The path of an argument. */
    static Path path(String name) throws CommandFailure {
        try {
            return Path.of(name);
        } catch (InvalidPathException e) {
            // For example a name outside ASCII in the locale C.
            throw CommandFailure.usage(name + ": not a file name in this locale (" + e.getReason() + ")");
        }
    }

    /** Bytes of all inputs together, or -1 if one of them is not a plain file. */
    static long size(List<Input> inputs) {
        long size = 0;
        for (Input input : inputs) {
            if (input.path == null || !Files.isRegularFile(input.path)) {
                return -1;
            }
            size += input.path.toFile().length();
        }
        return size;
    }

    /** Opens it; the caller closes it. */
    InputStream open() throws IOException {
        return path == null ? new FileInputStream(FileDescriptor.in) : new FileInputStream(path.toFile());
    }
}
