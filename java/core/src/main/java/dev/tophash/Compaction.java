package dev.tophash;

import dev.tophash.internal.log.Base;
import dev.tophash.internal.log.Disk;
import dev.tophash.internal.log.Log;
import dev.tophash.internal.log.LogFolder;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Writes a durable map's file anew and drops the log before it, in steps. After each of them the
 * files mean the same: a crash between any two loses nothing. One thread at a time does it, while
 * others write to the map.
 */
final class Compaction {
    private final ConcurrentCodecTable<?, ?> table;
    private final LogFolder folder;
    private final Log log;
    private final Path next;

    /** First segment that may have what the new file does not. */
    private long first;

    private Base base;

    Compaction(ConcurrentCodecTable<?, ?> table, LogFolder folder, Log log) {
        this.table = table;
        this.folder = folder;
        this.log = log;
        this.next = folder.next();
    }

    /**
     * All steps. If one of them fails, the file that there was is there and the log goes with it.
     */
    void run() throws IOException {
        try {
            begin();
            save();
            announce();
            replace();
        } finally {
            Disk.remove(next);
        }
        removeOld();
    }

    /**
     * Begins a segment. What is logged from here on may be in the file too, which changes nothing:
     * records say what a value is. What was logged before is in the map, as a change comes to the
     * map before it comes to the log.
     */
    void begin() throws IOException {
        first = log.rotate();
    }

    /** Writes the file, beside the one that there is. */
    void save() throws IOException {
        table.saveTo(next);
        base = new Base(MapFile.info(next).identity(), first);
    }

    /** Has the log go with that one as well. */
    void announce() throws IOException {
        log.announce(base);
    }

    /** Puts it in the place of the one that there is. */
    void replace() throws IOException {
        Disk.replace(folder.base(), next);
        folder.sync();
        log.follow(base);
    }

    /** Removes the segments that are in the file as a whole. */
    void removeOld() throws IOException {
        folder.removeBefore(first);
    }
}
