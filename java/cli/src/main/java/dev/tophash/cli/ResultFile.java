package dev.tophash.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The file that {@code --output} names. It is opened before the work, so that a bad name is an
 * error at once, and overwritten only after it, so that it may be one of the inputs.
 */
final class ResultFile implements AutoCloseable {
    private final String name;
    private final Path path;
    private final FileChannel channel;
    private final boolean created;
    private boolean written;

    private ResultFile(String name, Path path, FileChannel channel, boolean created) {
        this.name = name;
        this.path = path;
        this.channel = channel;
        this.created = created;
    }

    /** Opens or creates the file; it is left as it is for now. */
    static ResultFile open(String name) throws CommandFailure {
        Path path = Input.path(name);
        if (Files.isDirectory(path)) {
            throw CommandFailure.usage("--output " + name + ": is a directory");
        }
        try {
            try {
                return new ResultFile(
                        name,
                        path,
                        FileChannel.open(
                                path, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
                        true);
            } catch (FileAlreadyExistsException e) {
                return new ResultFile(
                        name, path, FileChannel.open(path, StandardOpenOption.WRITE), false);
            }
        } catch (IOException e) {
            throw CommandFailure.usage("--output " + name + ": " + reason(e));
        }
    }

    /** Why a file cannot be written, in a few words. */
    static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException missing -> "no such directory";
            case AccessDeniedException denied -> "no permission to write it";
            case FileSystemException other when other.getReason() != null -> other.getReason();
            default -> e.getMessage();
        };
    }

    /**
     * Replaces the file's content.
     *
     * @return false if the file is a pipe that nobody reads any more
     */
    boolean write(Content content) throws CommandFailure {
        try (OutputStream out = Channels.newOutputStream(channel)) {
            channel.truncate(0);
            content.writeTo(out);
            written = true;
            return true;
        } catch (IOException e) {
            if (ByteSink.hasReader(path)) {
                return false;
            }
            throw CommandFailure.failure("--output " + name + ": " + e.getMessage());
        }
    }

    /** Removes the file if it is new and nothing came of it. */
    @Override
    public void close() throws CommandFailure {
        try {
            channel.close();
            if (created && !written) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw CommandFailure.failure("--output " + name + ": " + e.getMessage());
        }
    }
}
