package dev.tophash;

import dev.tophash.internal.MapFiles;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Files that hold a map or set, whatever its type: {@link OffHeap#saveTo} writes them, and every
 * type has {@code open} and {@code load} to read them.
 */
public final class MapFile {
    private MapFile() {}

    /**
     * Reads what a file says of itself. Its header and tables are checked, and its size; not its
     * entries.
     *
     * @param file its path
     * @return what it says
     * @throws MapFileException if it is no map file, or one that cannot be read
     * @throws java.nio.file.NoSuchFileException if there is none
     * @throws java.nio.file.AccessDeniedException if it must not be read
     * @throws IOException if the system refuses it otherwise
     * @throws IllegalArgumentException if the path is not of the default file system
     */
    public static MapFileInfo info(Path file) throws IOException {
        MapFiles.Answer answer = MapFiles.info(file);
        FileErrors.check(file, answer.status(), answer.problem(), "reading");
        return MapFileInfo.of(answer.info());
    }
}
