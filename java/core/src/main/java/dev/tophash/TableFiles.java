package dev.tophash;

import dev.tophash.internal.MapFiles;
import dev.tophash.internal.NativeHeap;
import dev.tophash.internal.OpenedFile;
import dev.tophash.internal.Status;
import dev.tophash.internal.TableOptions;
import dev.tophash.internal.TableType;

import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.util.Objects;

/** Tables to files and back, whatever their type. */
final class TableFiles {
    private static final String TOOL = "Tophash " + Tophash.version() + " for Java";

    private TableFiles() {}

    /** Makes a table of a type that is to hold what is in a file. */
    @FunctionalInterface
    interface Maker<T extends OffHeapTable> {
        /**
         * Makes it.
         *
         * @param type of the file, see {@link TableType}: for tables that have more than one
         */
        T make(TableOptions options, long type);
    }

    /** A table whose native map is a file. */
    static <T extends OffHeapTable> T open(Path file, Maker<T> maker) throws IOException {
        MapFiles.Answer opened = MapFiles.open(file);
        FileErrors.check(file, opened.status(), opened.problem(), "opening");
        T table = null;
        try {
            MapFiles.Info info = opened.info();
            OpenedFile source = new OpenedFile(file, info);
            table = maker.make(TableOptions.DEFAULT.withFile(source), info.type());
            checkMatch(table, file, info);
            if (table.shards() != null != info.shards() > 0) {
                throw new MapFileException(
                        file,
                        MapFileException.Reason.TYPE,
                        (info.shards() > 0 ? "is of a concurrent map, " : "is of an ordinary map, ")
                                + table.typeName()
                                + " is another kind: open it as what it is, or load it");
            }
            adopt(table, opened.map());
            FileWatch.add(table);
            return table;
        } catch (Throwable t) {
            abandon(table, opened.map());
            throw t;
        }
    }

    /** A table of its own with what is in a file. */
    static <T extends OffHeapTable> T load(Path file, TableOptions options, Maker<T> maker)
            throws IOException {
        MapFiles.Answer known = MapFiles.info(file);
        FileErrors.check(file, known.status(), known.problem(), "reading");
        T table = maker.make(options, known.info().type());
        checkMatch(table, file, known.info());
        MemoryPolicy policy = table.policyInForce();
        MapFiles.Answer loaded = MapFiles.load(file, table.type(), table.options());
        policy.check(loaded.status());
        FileErrors.check(file, loaded.status(), loaded.problem(), "loading");
        try {
            checkMatch(table, file, loaded.info()); // there may be another file by now
            adopt(table, loaded.map());
            return table;
        } catch (Throwable t) {
            abandon(table, loaded.map());
            throw t;
        }
    }

    private static void adopt(OffHeapTable table, NativeHeap.Handle map) {
        table.adopt(map);
        if (table.shards() != null) {
            table.shards().adopt();
        }
    }

    private static void abandon(OffHeapTable table, NativeHeap.Handle map) {
        try {
            if (table != null) {
                table.close();
            }
        } finally {
            NativeHeap.closeMap(map); // which does nothing if the table has done it
        }
    }

    private static void checkMatch(OffHeapTable table, Path file, MapFiles.Info info)
            throws MapFileException {
        String key = CodecNames.fit(table.keyName());
        String value = CodecNames.fit(table.valueName());
        if (!info.keyName().equals(key) || !info.valueName().equals(value)) {
            throw new MapFileException(
                    file,
                    MapFileException.Reason.TYPE,
                    mismatch(info.keyName(), info.valueName(), key, value));
        }
        long type = table.type();
        long found = info.type();
        checkPart(file, "keys", MapFileInfo.keySlot(found), MapFileInfo.keySlot(type));
        checkPart(file, "values", MapFileInfo.valueSlot(found), MapFileInfo.valueSlot(type));
    }

    private static void checkPart(Path file, String what, Layout.Slot found, Layout.Slot wanted)
            throws MapFileException {
        if (!found.equals(wanted)) {
            throw new MapFileException(
                    file,
                    MapFileException.Reason.TYPE,
                    "has %s of %s, not of %s"
                            .formatted(what, MapFileInfo.words(found), MapFileInfo.words(wanted)));
        }
    }

    private static String mismatch(
            String fileKey, String fileValue, String tableKey, String tableValue) {
        if (fileValue.isEmpty() != tableValue.isEmpty()) {
            return fileValue.isEmpty()
                    ? "is a set of " + fileKey + ", no map of " + tableKey + " to " + tableValue
                    : "maps " + fileKey + " to " + fileValue + ", and is no set of " + tableKey;
        }
        return fileValue.isEmpty()
                ? "is a set of " + fileKey + ", not of " + tableKey
                : "maps %s to %s, not %s to %s".formatted(fileKey, fileValue, tableKey, tableValue);
    }

    /** The file of an opened table. */
    static OpenedFile opened(OffHeapTable table) {
        table.checkOpen();
        if (table.file() == null) {
            throw new IllegalStateException(
                    "this " + table.typeName() + " was not opened from a file");
        }
        return table.file();
    }

    static void verify(OffHeapTable table) throws IOException {
        Path file = opened(table).path();
        MapFiles.Answer answer = MapFiles.verify(table.map, table.stamp);
        Reference.reachabilityFence(table);
        table.checkOpen();
        FileErrors.check(file, answer.status(), answer.problem(), "verifying");
    }

    static void warm(OffHeapTable table) {
        Path file = opened(table).path();
        int status = MapFiles.warm(table.map, table.stamp);
        Reference.reachabilityFence(table);
        table.checkOpen();
        Status.check(status, "reading ahead " + file);
    }

    static void save(OffHeapTable table, Path file) throws IOException {
        Objects.requireNonNull(file);
        table.checkFile();
        table.checkOpen();
        if (table.shards() != null) {
            table.shards().save(file);
            return;
        }
        if (table.isReadOnly()) {
            synchronized (
                    table.file()) { // saving reads for its users, to whom any number may do it
                saveOrdinary(table, file);
            }
        } else {
            saveOrdinary(table, file);
        }
    }

    private static void saveOrdinary(OffHeapTable table, Path file) throws IOException {
        try (MapFiles.Save save = begin(table, file, 0, 0)) {
            if (table.neverWritten()) {
                addEmpty(table, file, save, 0, 1);
            } else {
                add(table, file, save, table.map, table.stamp);
            }
            commit(table, file, save);
        }
    }

    /**
     * Begins to save.
     *
     * @param shards of a concurrent map; else 0
     */
    static MapFiles.Save begin(OffHeapTable table, Path file, int shards, int seed)
            throws IOException {
        MapFiles.Save save =
                new MapFiles.Save(
                        file,
                        table.type(),
                        shards,
                        seed,
                        CodecNames.fit(table.keyName()),
                        CodecNames.fit(table.valueName()),
                        TOOL);
        try {
            FileErrors.check(file, save.status(), save.problem(), "saving to");
            return save;
        } catch (Throwable t) {
            save.close();
            throw t;
        }
    }

    /** Adds a native map to a file. */
    static void add(OffHeapTable table, Path file, MapFiles.Save save, long map, long stamp)
            throws IOException {
        int status = save.part(map, stamp);
        Reference.reachabilityFence(table);
        if (status == Status.CLOSED) {
            table.checkOpen();
        }
        FileErrors.check(file, status, save.problem(), "saving to");
    }

    /** Adds a number of empty maps. */
    static void addEmpty(OffHeapTable table, Path file, MapFiles.Save save, int seed, int count)
            throws IOException {
        NativeHeap.Handle empty =
                NativeHeap.createMap(table.type(), TableOptions.DEFAULT.withSeed(seed));
        FileErrors.check(file, empty.status(), null, "saving to");
        try {
            for (int i = 0; i < count; i++) {
                add(table, file, save, empty.map(), empty.stamp());
            }
        } finally {
            NativeHeap.closeMap(empty);
        }
    }

    static void commit(OffHeapTable table, Path file, MapFiles.Save save) throws IOException {
        table.checkFile(); // zeros that were read from a file that was cut off must not be saved
        FileErrors.check(file, save.commit(), save.problem(), "saving to");
    }
}
