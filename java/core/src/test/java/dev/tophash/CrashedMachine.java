package dev.tophash;

import dev.tophash.internal.log.Disk;
import dev.tophash.internal.log.Disk.Act;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Sees what is done to the files of a folder, and says what a machine may find there if it crashes
 * at any moment: of a file, what was written before it was last synced, and of what was written
 * since any sectors; of a folder, the files of when it was last synced, and any of what was made,
 * moved and removed since.
 */
final class CrashedMachine implements Disk.Witness, AutoCloseable {
    private static final int SECTOR = 512;

    /**
     * Something that was done.
     *
     * @param begun changes that had been begun by then
     * @param safe changes that had been reported as safe by then
     */
    record Event(Act act, Path file, Path target, long at, byte[] bytes, int begun, int safe) {}

    private final Path folder;
    private final List<Event> events = new ArrayList<>();
    private final Map<Path, byte[]> initial = new HashMap<>();

    /** Kept up to date by who writes to the map. */
    int begun;

    int safe;

    /** Looks on from now on. */
    CrashedMachine(Path folder, int changes) throws IOException {
        this.folder = folder;
        this.begun = changes;
        this.safe = changes;
        try (Stream<Path> files = Files.list(folder)) {
            for (Path one : files.toList()) {
                initial.put(one, Files.readAllBytes(one));
            }
        }
        Disk.watch(this);
    }

    @Override
    public void close() {
        Disk.watch(null);
    }

    @Override
    public synchronized void saw(Act act, Path file, Path target, long at, byte[] bytes) {
        try {
            // What is moved was made by the engine, which has synced it, and its folder.
            byte[] content = act == Act.MOVE ? Files.readAllBytes(target) : bytes;
            events.add(new Event(act, file, target, at, content, begun, safe));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How many moments there are to crash at: before each event, and after the last. */
    int moments() {
        return events.size() + 1;
    }

    /** Whether something was written at this moment that is not synced yet. */
    boolean isWriting(int moment) {
        return moment > 0
                && moment < events.size()
                && events.get(moment - 1).act() == Act.WRITE
                && events.get(moment).act() == Act.SYNC;
    }

    /** What had been begun, or reported as safe, when it crashed. */
    int begunAt(int moment) {
        return moment == events.size() ? begun : events.get(moment).begun();
    }

    int safeAt(int moment) {
        return moment == events.size() ? safe : events.get(moment).safe();
    }

    private static final class Inode {
        private final List<Event> writes = new ArrayList<>();
        private byte[] safe;

        Inode(byte[] safe) {
            this.safe = safe;
        }

        void sync() {
            for (Event write : writes) {
                safe = applied(safe, write, null, 1);
            }
            writes.clear();
        }

        /** The content with some of the writes, of which one part in {@code rate} is missing. */
        byte[] after(Random random, int luck, int rate) {
            byte[] content = safe;
            for (Event write : writes) {
                if (luck == 2 || luck == 1 && random.nextInt(rate) != 0) {
                    content = applied(content, write, luck == 2 ? null : random, rate);
                }
            }
            return content;
        }

        /** The content with a write, or with some of its sectors. */
        private static byte[] applied(byte[] content, Event write, Random some, int rate) {
            if (write.act() == Act.CUT) {
                return Arrays.copyOf(content, (int) write.at());
            }
            int at = (int) write.at();
            int end = at + write.bytes().length;
            byte[] result = Arrays.copyOf(content, Math.max(content.length, end));
            for (int from = at; from < end; ) {
                int to = Math.min(end, (from / SECTOR + 1) * SECTOR);
                if (some == null || some.nextInt(rate) != 0) {
                    System.arraycopy(write.bytes(), from - at, result, from, to - from);
                }
                from = to;
            }
            return result;
        }
    }

    private static boolean happens(Random random, int luck) {
        return luck == 2 || luck == 1 && random.nextBoolean();
    }

    /**
     * Writes to a new folder what a crash at a moment has left of the files.
     *
     * @param luck 0: nothing that was not synced is there; 2: all; 1: some
     */
    void leave(int moment, int luck, Random random, Path to) throws IOException {
        int rate = 4 << random.nextInt(12); // from hardly any frame being whole to nearly all
        Map<Path, Inode> names = new HashMap<>();
        initial.forEach((path, content) -> names.put(path, new Inode(content)));
        Map<Path, Inode> safeNames = new HashMap<>(names);
        List<Map.Entry<Event, Inode>> moves = new ArrayList<>();
        for (Event event : events.subList(0, moment)) {
            switch (event.act()) {
                case CREATE -> names.put(event.file(), new Inode(new byte[0]));
                case WRITE, CUT -> names.get(event.file()).writes.add(event);
                case SYNC -> names.get(event.file()).sync();
                case REMOVE -> names.remove(event.file());
                case MOVE -> {
                    Inode whole = new Inode(event.bytes());
                    safeNames.put(event.file(), whole);
                    names.put(event.target(), whole);
                }
                case SYNC_FOLDER -> {
                    moves.clear();
                    safeNames.clear();
                    safeNames.putAll(names);
                }
            }
            if (List.of(Act.CREATE, Act.REMOVE, Act.MOVE).contains(event.act())) {
                Path name = event.act() == Act.MOVE ? event.target() : event.file();
                moves.add(Map.entry(event, names.getOrDefault(name, new Inode(new byte[0]))));
            }
        }
        for (Map.Entry<Event, Inode> one : moves) {
            if (happens(random, luck)) {
                Event event = one.getKey();
                switch (event.act()) {
                    case CREATE -> safeNames.put(event.file(), one.getValue());
                    case REMOVE -> safeNames.remove(event.file());
                    default -> {
                        safeNames.remove(event.file());
                        safeNames.put(event.target(), one.getValue());
                    }
                }
            }
        }
        for (Map.Entry<Path, Inode> one : safeNames.entrySet()) {
            Files.write(
                    to.resolve(folder.relativize(one.getKey())),
                    one.getValue().after(random, luck, rate));
        }
    }
}
