package dev.tophash.internal;

import dev.tophash.internal.ffi.th_file_error;
import dev.tophash.internal.ffi.th_file_info;
import dev.tophash.internal.ffi.th_map_options;
import dev.tophash.internal.ffi.tophash_h;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Path;

/**
 * Native calls for map files. They answer with a status; what is wrong with a file is in a {@link
 * Problem} beside it.
 */
public final class MapFiles {
    /** Bytes of a name, without the final NUL. */
    public static final int MOST_NAME_BYTES = tophash_h.TH_FILE_NAME() - 1;

    private MapFiles() {}

    /** Why a file was refused: {@code th_file_error}. */
    public record Problem(
            int reason, int what, int osError, long offset, long expected, long found) {
        static Problem of(MemorySegment error) {
            return new Problem(
                    th_file_error.reason(error),
                    th_file_error.what(error),
                    th_file_error.os_error(error),
                    th_file_error.offset(error),
                    th_file_error.expected(error),
                    th_file_error.found(error));
        }
    }

    /**
     * What a file says of itself: {@code th_file_info}.
     *
     * @param shards 0: of an ordinary map
     * @param type see {@link TableType}
     * @param created seconds since 1970
     */
    public record Info(
            int version,
            int shards,
            long type,
            long entries,
            long bytes,
            long created,
            long identity,
            String keyName,
            String valueName,
            String tool) {
        static Info of(MemorySegment info) {
            return new Info(
                    th_file_info.version(info),
                    th_file_info.shards(info),
                    TableType.ofSegment(th_file_info.type(info)),
                    th_file_info.entries(info),
                    th_file_info.bytes(info),
                    th_file_info.created(info),
                    th_file_info.identity(info),
                    text(th_file_info.key_name(info)),
                    text(th_file_info.value_name(info)),
                    text(th_file_info.tool(info)));
        }

        /** A field of characters, which somebody else may have written: any bytes are a string. */
        private static String text(MemorySegment field) {
            byte[] bytes = field.toArray(ValueLayout.JAVA_BYTE);
            int length = 0;
            while (length < bytes.length && bytes[length] != 0) {
                length++;
            }
            return new String(bytes, 0, length, StandardCharsets.UTF_8);
        }
    }

    /**
     * An answer.
     *
     * @param status negative: {@code problem} tells why, if it is {@link Status#BAD_FILE}
     * @param map of those calls that make one
     * @param info null after a failure
     */
    public record Answer(int status, Problem problem, NativeHeap.Handle map, Info info) {}

    /** Room for what a call about files takes and gives. */
    private static final class Room {
        final MemorySegment path;
        final MemorySegment map;
        final MemorySegment stamp;
        final MemorySegment info;
        final MemorySegment error;

        Room(Path file, Arena arena) {
            path = path(file, arena);
            map = arena.allocate(ValueLayout.JAVA_LONG);
            stamp = arena.allocate(ValueLayout.JAVA_LONG);
            info = arena.allocate(th_file_info.layout());
            error = arena.allocate(th_file_error.layout());
        }

        Answer answer(int status, boolean makesMap) {
            if (status < 0) {
                return new Answer(status, Problem.of(error), null, null);
            }
            long address = map.get(ValueLayout.JAVA_LONG, 0);
            long name = stamp.get(ValueLayout.JAVA_LONG, 0);
            NativeHeap.Handle handle = makesMap ? handle(status, address, name) : null;
            try {
                return new Answer(status, null, handle, Info.of(info));
            } catch (OutOfMemoryError e) { // of the Java heap: nobody else knows the map
                if (makesMap) {
                    NativeHeap.closeMap(handle);
                }
                throw e;
            }
        }
    }

    /**
     * A path as C takes it, absolute and with the very bytes that the file system knows: the URI
     * has them whatever the locale is.
     *
     * @throws IllegalArgumentException if it is not of the default file system
     */
    private static MemorySegment path(Path file, Arena arena) {
        if (file.getFileSystem() != FileSystems.getDefault()) {
            throw new IllegalArgumentException(
                    file + " is not on the default file system, where map files have to be");
        }
        String uri = file.toUri().getRawPath();
        byte[] bytes = new byte[uri.length() + 1];
        int n = 0;
        for (int i = 0; i < uri.length(); i++) {
            if (uri.charAt(i) == '%') {
                bytes[n++] = (byte) Integer.parseInt(uri, i + 1, i + 3, 16);
                i += 2;
            } else {
                bytes[n++] = (byte) uri.charAt(i);
            }
        }
        while (n > 1 && bytes[n - 1] == '/') { // Java appends it to the name of a folder
            n--;
        }
        bytes[n] = 0;
        return arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
    }

    private static NativeHeap.Handle handle(int status, long map, long stamp) {
        try {
            return new NativeHeap.Handle(status, map, stamp);
        } catch (OutOfMemoryError e) { // of the Java heap: nobody else knows the map
            if (map != 0) {
                tophash_h.th_map_close(MemorySegment.ofAddress(map), stamp);
            }
            throw e;
        }
    }

    /** What a file says of itself. */
    public static Answer info(Path file) {
        Linkage.ensureLoaded();
        try (Arena arena = Arena.ofConfined()) {
            Room room = new Room(file, arena);
            return room.answer(
                    tophash_h.th_file_read_info(room.path, room.info, room.error), false);
        }
    }

    /** Opens a file of any type. */
    public static Answer open(Path file) {
        NativeHeap.reclaimIfDue();
        try (Arena arena = Arena.ofConfined()) {
            Room room = new Room(file, arena);
            int status =
                    tophash_h.th_map_open(
                            NativeHeap.heap(),
                            room.path,
                            MemorySegment.NULL,
                            room.map,
                            room.stamp,
                            room.info,
                            room.error);
            return room.answer(status, true);
        }
    }

    /**
     * Makes a map from a file.
     *
     * @param type that its entries must have
     */
    public static Answer load(Path file, long type, TableOptions chosen) {
        NativeHeap.reclaimIfDue();
        try (Arena arena = Arena.ofConfined()) {
            Room room = new Room(file, arena);
            MemorySegment options = arena.allocate(th_map_options.layout());
            chosen.write(options, arena);
            int status =
                    tophash_h.th_map_load(
                            NativeHeap.heap(),
                            room.path,
                            TableType.segment(type, arena),
                            options,
                            room.map,
                            room.stamp,
                            room.info,
                            room.error);
            return room.answer(status, true);
        }
    }

    /** Compares an opened file with its checksums. */
    public static Answer verify(long map, long stamp) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment error = arena.allocate(th_file_error.layout());
            int status = tophash_h.th_map_verify(MemorySegment.ofAddress(map), stamp, error);
            return new Answer(status, Problem.of(error), null, null);
        }
    }

    /** Has an opened file read ahead. */
    public static int warm(long map, long stamp) {
        return tophash_h.th_map_warm(MemorySegment.ofAddress(map), stamp);
    }

    /** Whether all of an opened file is still there: a status. */
    public static int state(long map, long stamp) {
        return tophash_h.th_map_file_state(MemorySegment.ofAddress(map), stamp);
    }

    /**
     * A copy of a shard, an ordinary map; its address is 0 if there is no such shard. For whoever
     * has the shard's lock.
     */
    public static NativeHeap.Handle copyShard(long map, long stamp, int index) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment copy = arena.allocate(ValueLayout.JAVA_LONG);
            MemorySegment name = arena.allocate(ValueLayout.JAVA_LONG);
            int status =
                    tophash_h.th_shard_copy(MemorySegment.ofAddress(map), stamp, index, copy, name);
            return handle(
                    status, copy.get(ValueLayout.JAVA_LONG, 0), name.get(ValueLayout.JAVA_LONG, 0));
        }
    }

    /**
     * A file that is being written. Nothing is seen of it before {@link #commit}; {@link #close}
     * removes what was not committed. For one thread.
     */
    public static final class Save implements AutoCloseable {
        private final Arena arena = Arena.ofConfined();
        private final MemorySegment error;
        private final int status;
        private MemorySegment save = MemorySegment.NULL;

        /**
         * Begins one.
         *
         * @param shards 0: of an ordinary map
         * @param seed of a sharded map
         */
        public Save(
                Path file, long type, int shards, int seed, String key, String value, String tool) {
            Linkage.ensureLoaded();
            error = arena.allocate(th_file_error.layout());
            try {
                MemorySegment address = arena.allocate(ValueLayout.ADDRESS);
                status =
                        tophash_h.th_save_begin(
                                path(file, arena),
                                TableType.segment(type, arena),
                                shards,
                                seed,
                                arena.allocateFrom(key),
                                arena.allocateFrom(value),
                                arena.allocateFrom(tool),
                                address,
                                error);
                if (status >= 0) {
                    save = address.get(ValueLayout.ADDRESS, 0);
                }
            } catch (RuntimeException | Error e) {
                arena.close();
                throw e;
            }
        }

        /** Whether it could be begun. */
        public int status() {
            return status;
        }

        /** Adds a map. */
        public int part(long map, long stamp) {
            return tophash_h.th_save_part(save, MemorySegment.ofAddress(map), stamp, error);
        }

        /** Has the file appear under its name. */
        public int commit() {
            return tophash_h.th_save_commit(save, error);
        }

        /** Why the last call has failed. */
        public Problem problem() {
            return Problem.of(error);
        }

        @Override
        public void close() {
            try {
                if (!save.equals(MemorySegment.NULL)) {
                    tophash_h.th_save_end(save);
                }
            } finally {
                arena.close();
            }
        }
    }
}
