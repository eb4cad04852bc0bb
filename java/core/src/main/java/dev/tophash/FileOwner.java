package dev.tophash;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * That nobody else has a durable map's files open. The lock is one of the system's on a file of its
 * own, and ends with the process, however that ends.
 */
record FileOwner(FileChannel file, FileLock lock) implements Closeable {
    /**
     * Becomes the owner.
     *
     * @throws IOException if somebody else is
     */
    static FileOwner of(Path map) throws IOException {
        Path path = map.resolveSibling(map.getFileName() + ".lock");
        FileChannel file =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock = file.tryLock();
            if (lock != null) {
                return new FileOwner(file, lock);
            }
            throw new IOException(map + " is open as a durable map in another process");
        } catch (OverlappingFileLockException e) {
            file.close();
            throw new IOException(map + " is open as a durable map in this process", e);
        } catch (Throwable t) {
            file.close();
            throw t;
        }
    }

    @Override
    public void close() throws IOException {
        file.close(); // and with it the lock; the empty file stays, as another may wait for it
    }
}
