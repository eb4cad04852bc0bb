package dev.tophash;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;

/** A disk that gets full when the test wants it, and has room again. */
enum FullDisk {
    /** Files of this process may only have so many bytes. */
    LIMIT("File too large", "error 27") {
        @Override
        void leave(Path growing, long bytes) throws IOException {
            setLimit(sizeOf(growing) + bytes);
        }

        @Override
        void lift(Path folder) {
            setLimit(INFINITE);
        }
    },
    /** A small file system of its own is filled but for so many bytes, rounded up to pages. */
    SMALL("No space left on device", "error 28") {
        @Override
        void leave(Path growing, long bytes) throws IOException {
            byte[] zeros = new byte[(int) PAGE];
            try (RandomAccessFile file = new RandomAccessFile(filler(growing).toFile(), "rw")) {
                long end = 0;
                try {
                    for (; ; end += PAGE) {
                        file.write(zeros);
                    }
                } catch (IOException e) { // it is full
                    file.setLength(Math.max(0, end - (bytes + PAGE - 1) / PAGE * PAGE));
                }
            }
        }

        @Override
        void lift(Path growing) throws IOException {
            Files.deleteIfExists(filler(growing));
        }

        private static Path filler(Path growing) {
            return growing.resolveSibling("filler");
        }
    };

    private static final long PAGE = 4096;
    private static final int FSIZE = 1; // RLIMIT_FSIZE of Linux
    private static final long INFINITE = -1;

    /** What Java says when there is no room, and what the engine does. */
    final String reason;

    final String engineReason;

    FullDisk(String reason, String engineReason) {
        this.reason = reason;
        this.engineReason = engineReason;
    }

    /** Leaves room for so many bytes more at the end of a file. */
    abstract void leave(Path growing, long bytes) throws IOException;

    /** There is room again. */
    abstract void lift(Path growing) throws IOException;

    private static long sizeOf(Path file) throws IOException {
        return Files.exists(file) ? Files.size(file) : 0;
    }

    private static void setLimit(long bytes) {
        Linker linker = Linker.nativeLinker();
        MethodHandle setrlimit =
                linker.downcallHandle(
                        linker.defaultLookup().findOrThrow("setrlimit"),
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment limit = arena.allocateFrom(ValueLayout.JAVA_LONG, bytes, INFINITE);
            int status = (int) setrlimit.invokeExact(FSIZE, limit);
            if (status != 0) {
                throw new AssertionError("setrlimit: " + status);
            }
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }
}
