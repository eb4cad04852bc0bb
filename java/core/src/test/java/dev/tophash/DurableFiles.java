package dev.tophash;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The files of a durable map, looked at from outside. */
final class DurableFiles {
    private DurableFiles() {}

    /**
     * A copy of the files beside a map's as they are at this moment: what a crash of the process
     * leaves.
     *
     * @param name of the folder that they are copied to, in the same one
     * @return the map file there, whether there is one or not
     */
    static Path crashed(Path file, String name) throws IOException {
        Path copy = Files.createDirectories(file.resolveSibling(name));
        try (Stream<Path> files = Files.list(file.getParent())) {
            for (Path one : files.filter(Files::isRegularFile).toList()) {
                Files.copy(one, copy.resolve(one.getFileName()));
            }
        }
        return copy.resolve(file.getFileName());
    }

    /** Names and contents of all files in a map's folder but its lock, which opening makes. */
    static Map<String, ByteBuffer> contents(Path file) throws IOException {
        Map<String, ByteBuffer> contents = new TreeMap<>();
        try (Stream<Path> files = Files.list(file.getParent())) {
            for (Path one : files.filter(Files::isRegularFile).toList()) {
                if (!one.toString().endsWith(".lock")) {
                    contents.put(
                            one.getFileName().toString(), ByteBuffer.wrap(Files.readAllBytes(one)));
                }
            }
        }
        return contents;
    }

    /** A map of texts that is safe when it is closed. */
    static DurableMap<String, String> open(Path file) throws IOException {
        return DurableMap.builder(Codecs.STRING, Codecs.STRING)
                .durability(Durability.ON_CLOSE)
                .open(file);
    }
}
