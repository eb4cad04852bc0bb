package dev.tophash.cli;

import dev.tophash.MapFile;
import dev.tophash.MapFileException;
import dev.tophash.MapFileInfo;
import dev.tophash.OffHeap;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Map files that arguments name, and what is wrong with them. */
final class MapFiles {
    private MapFiles() {}

    /** Does something with a file. */
    interface Work<T> {
        /** Does it. */
        T with(Path path) throws IOException, CommandFailure;
    }

    /**
     * Does something with the file of a name.
     *
     * @throws CommandFailure if it is no file that can be used
     */
    static <T> T with(String name, Work<T> work) throws CommandFailure {
        try {
            return work.with(Input.path(name));
        } catch (MapFileException e) {
            throw CommandFailure.usage(e.getMessage());
        } catch (IOException e) {
            throw CommandFailure.usage(name + ": " + reason(e));
        }
    }

    private static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException missing -> "no such file";
            case AccessDeniedException denied -> "no permission to read it";
            case FileSystemException other when other.getReason() != null -> other.getReason();
            default -> e.getMessage();
        };
    }

    /** What a file says of itself. */
    static MapFileInfo info(String name) throws CommandFailure {
        return with(name, MapFile::info);
    }

    /** Reads an opened map. */
    interface Reading<K, V> {
        /** Reads it. */
        void of(OpenedMap<K, V> map) throws CommandFailure;
    }

    /**
     * Opens a file of entries that this command can show, and reads it.
     *
     * @param types those of {@link EntryTypes#of}
     */
    static <K, V> void read(
            String name, MapFileInfo info, EntryTypes<K, V> types, Reading<K, V> reading)
            throws CommandFailure {
        try (OpenedMap<K, V> map = with(name, path -> OpenedMap.of(path, info, types))) {
            reading.of(map);
        } catch (IllegalStateException e) {
            // The map was closed because its file was cut off.
            throw CommandFailure.failure(name + ": " + e.getMessage());
        }
    }

    /**
     * The path of a file that is to be written, as far as one can tell before.
     *
     * @throws CommandFailure if it cannot be
     */
    static Path target(String option, String name) throws CommandFailure {
        Path path = Input.path(name);
        Path folder = path.toAbsolutePath().getParent();
        if (Files.isDirectory(path)) {
            throw CommandFailure.usage(option + " " + name + ": is a directory");
        }
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            throw CommandFailure.usage(option + " " + name + ": is not a regular file");
        }
        if (folder == null || !Files.isDirectory(folder)) {
            throw CommandFailure.usage(option + " " + name + ": no such directory");
        }
        if (!Files.isWritable(folder)) {
            throw CommandFailure.usage(
                    option + " " + name + ": no permission to write in its directory");
        }
        return path;
    }

    /** Writes a map to a file; returns how many bytes that has. */
    static long save(OffHeap map, String option, Path target) throws CommandFailure {
        try {
            map.saveTo(target);
            return Files.size(target);
        } catch (IOException e) {
            throw CommandFailure.failure(option + " " + target + ": " + ResultFile.reason(e));
        }
    }
}
