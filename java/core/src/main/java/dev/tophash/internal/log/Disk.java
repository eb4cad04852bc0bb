package dev.tophash.internal.log;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * What durable maps do to files, where a test can look on: what a crash of the machine leaves
 * depends on the order of writes and syncs, which files do not tell.
 */
public final class Disk {
    /** Is told of everything that was done, in its order; null but in tests. */
    private static volatile Witness witness;

    private Disk() {}

    /** What can be done to a file. */
    public enum Act {
        CREATE,
        WRITE,
        CUT,
        SYNC,
        REMOVE,
        MOVE,
        /** Of a folder: which files there are. */
        SYNC_FOLDER
    }

    /** Looks on. */
    @FunctionalInterface
    public interface Witness {
        /**
         * Something was done.
         *
         * @param target of a move; else null
         * @param at of a write, its offset; of a cut, the new size
         * @param bytes what was written; else null
         */
        void saw(Act act, Path file, Path target, long at, byte[] bytes);
    }

    /** Has somebody look on; null: nobody. */
    public static void watch(Witness chosen) {
        witness = chosen;
    }

    static void did(Act act, Path file) {
        did(act, file, null, 0, null);
    }

    static void did(Act act, Path file, Path target, long at, byte[] bytes) {
        Witness told = witness;
        if (told != null) {
            told.saw(act, file, target, at, bytes);
        }
    }

    /** Whether somebody looks on, for whom bytes are to be kept. */
    static boolean isWatched() {
        return witness != null;
    }

    /** Removes a file if it is there. */
    public static void remove(Path file) throws IOException {
        if (Files.deleteIfExists(file)) {
            did(Act.REMOVE, file);
        }
    }

    /** Puts a file in the place of another, at once. */
    public static void replace(Path file, Path by) throws IOException {
        Files.move(by, file, StandardCopyOption.ATOMIC_MOVE);
        did(Act.MOVE, by, file, 0, null);
    }

    /** Makes safe which files a folder has. */
    public static void syncFolder(Path path) throws IOException {
        boolean interrupted = Thread.interrupted(); // which would close the channel
        try (FileChannel folder = FileChannel.open(path, StandardOpenOption.READ)) {
            folder.force(true);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        did(Act.SYNC_FOLDER, path);
    }
}
