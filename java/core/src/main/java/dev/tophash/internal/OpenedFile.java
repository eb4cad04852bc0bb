package dev.tophash.internal;

import java.nio.file.Path;

/** The file that a map was opened from. */
public final class OpenedFile {
    private final Path path;
    private final MapFiles.Info info;
    private volatile boolean cut;

    /**
     * A file.
     *
     * @param path as the caller gave it
     * @param info what it said of itself then
     */
    public OpenedFile(Path path, MapFiles.Info info) {
        this.path = path;
        this.info = info;
    }

    public Path path() {
        return path;
    }

    public MapFiles.Info info() {
        return info;
    }

    /** Whether pages of it were found missing. */
    public boolean isCut() {
        return cut;
    }

    public void setCut() {
        cut = true;
    }
}
