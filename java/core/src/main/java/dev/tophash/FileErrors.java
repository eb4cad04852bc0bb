package dev.tophash;

import dev.tophash.internal.MapFiles;
import dev.tophash.internal.Status;
import dev.tophash.internal.ffi.tophash_h;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;

/** The exceptions for what goes wrong with map files. */
final class FileErrors {
    private static final int EPERM = 1;
    private static final int ENOENT = 2;
    private static final int EACCES = 13;

    /** Of Linux, alike on amd64 and arm64. */
    private static final Map<Integer, String> TEXTS =
            Map.ofEntries(
                    Map.entry(4, "interrupted"),
                    Map.entry(5, "the device has failed"),
                    Map.entry(12, "not enough memory for the mapping"),
                    Map.entry(16, "the file is in use"),
                    Map.entry(17, "there is such a file already"),
                    Map.entry(18, "it is on another file system"),
                    Map.entry(19, "the file system cannot map files"),
                    Map.entry(20, "a part of the path is no folder"),
                    Map.entry(21, "it is a folder"),
                    Map.entry(22, "the file system does not do that"),
                    Map.entry(23, "too many open files in the system"),
                    Map.entry(24, "too many open files"),
                    Map.entry(26, "the file is being run"),
                    Map.entry(27, "too large for the file system, or for the process's limit"),
                    Map.entry(28, "no space left on the disk"),
                    Map.entry(30, "the file system is read-only"),
                    Map.entry(36, "the name is too long"),
                    Map.entry(39, "it is a folder that is not empty"),
                    Map.entry(40, "too many symbolic links"),
                    Map.entry(122, "the disk quota is used up"));

    private FileErrors() {}

    /**
     * Throws what a status means unless it is a success.
     *
     * @param problem what the call has told
     * @param what was tried
     */
    static void check(Path file, int status, MapFiles.Problem problem, String what)
            throws IOException {
        if (status == Status.BAD_FILE) {
            throw of(file, problem);
        }
        if (status < 0) {
            throw OffHeapTable.failure(status, what + ' ' + file);
        }
    }

    private static IOException of(Path file, MapFiles.Problem p) {
        if (p.reason() != tophash_h.TH_FILE_OS()) {
            return MapFileException.of(file, p);
        }
        String call = call(p.what());
        return switch (p.osError()) {
            case ENOENT ->
                    p.what() == tophash_h.TH_FILE_OPEN()
                            ? new NoSuchFileException(file.toString())
                            : new NoSuchFileException(file.toString(), null, call);
            case EACCES, EPERM -> new AccessDeniedException(file.toString(), null, call);
            default -> {
                String text = TEXTS.get(p.osError());
                String reason = text == null ? "error " : text + ", error ";
                yield new FileSystemException(
                        file.toString(), null, call + ": " + reason + p.osError());
            }
        };
    }

    private static String call(int what) {
        if (what == tophash_h.TH_FILE_OPEN()) {
            return "opening it";
        }
        if (what == tophash_h.TH_FILE_READ()) {
            return "reading it";
        }
        if (what == tophash_h.TH_FILE_WRITE()) {
            return "writing it";
        }
        if (what == tophash_h.TH_FILE_MAP()) {
            return "mapping it into memory";
        }
        if (what == tophash_h.TH_FILE_SYNC()) {
            return "writing it to the disk";
        }
        return what == tophash_h.TH_FILE_RENAME() ? "renaming it" : "a system call";
    }
}
