package dev.tophash;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What saves that a crash has ended leave behind: files beside the one that they were to become.
 */
final class UnfinishedFiles {
    /** Bytes of a map file's header, which is written last. */
    private static final int HEADER = 4096;

    private UnfinishedFiles() {}

    /**
     * Removes them. Nobody saves to the file meanwhile.
     *
     * @param file what they were to become
     */
    static void remove(Path file) throws IOException {
        Pattern name = Pattern.compile(Pattern.quote(file.getFileName() + ".") + "[0-9a-f]{8}");
        List<Path> found;
        try (Stream<Path> files = Files.list(file.getParent())) {
            found =
                    files.filter(f -> name.matcher(f.getFileName().toString()).matches())
                            .filter(Files::isRegularFile)
                            .toList();
        }
        for (Path one : found) {
            if (hasNoHeader(one)) { // a copy that somebody has made for himself has one
                Files.deleteIfExists(one);
            }
        }
    }

    private static boolean hasNoHeader(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            for (byte b : in.readNBytes(HEADER)) {
                if (b != 0) {
                    return false;
                }
            }
            return true;
        }
    }
}
