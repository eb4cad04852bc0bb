package dev.tophash;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What saves that a crash has ended leave behind: the file that was to be, which is whole, or one
 * beside it with eight digits and a word behind its name, which is not.
 */
final class UnfinishedFiles {
    private UnfinishedFiles() {}

    /**
     * Removes them, those that are whole, too: this is for whoever knows that nobody saves to that
     * file.
     *
     * @param file what they were to become, absolute
     */
    static void remove(Path file) throws IOException {
        Pattern name =
                Pattern.compile(
                        Pattern.quote("" + file.getFileName()) + "(\\.[0-9a-f]{8}\\.unfinished)?");
        List<Path> found;
        try (Stream<Path> files = Files.list(file.getParent())) {
            found =
                    files.filter(f -> name.matcher(f.getFileName().toString()).matches())
                            .filter(Files::isRegularFile)
                            .toList();
        }
        for (Path one : found) {
            Files.deleteIfExists(one);
        }
    }
}
