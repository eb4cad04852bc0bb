package dev.tophash.internal.log;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A segment that is being written. Not a {@link java.nio.channels.FileChannel}: that one is closed,
 * for all threads, when the thread that writes is interrupted.
 */
final class SegmentFile implements Closeable {
    private static final int PIECE = 1 << 16;

    private final Path path;
    private final RandomAccessFile file;
    private final byte[] piece = new byte[PIECE];

    /** Makes a file that there is none of. */
    SegmentFile(Path path) throws IOException {
        Files.createFile(path);
        this.path = path;
        this.file = new RandomAccessFile(path.toFile(), "rw");
        Disk.did(Disk.Act.CREATE, path);
    }

    Path path() {
        return path;
    }

    void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            int length = Math.min(bytes.remaining(), PIECE);
            bytes.get(piece, 0, length);
            file.write(piece, 0, length);
            if (Disk.isWatched()) {
                long at = file.getFilePointer() - length;
                Disk.did(Disk.Act.WRITE, path, null, at, Arrays.copyOf(piece, length));
            }
        }
    }

    void sync() throws IOException {
        file.getFD().sync();
        Disk.did(Disk.Act.SYNC, path);
    }

    /** Cuts a file off, and makes the rest of it safe. */
    static void cut(Path path, long size) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(size);
            Disk.did(Disk.Act.CUT, path, null, size, null);
            file.getFD().sync();
            Disk.did(Disk.Act.SYNC, path);
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
