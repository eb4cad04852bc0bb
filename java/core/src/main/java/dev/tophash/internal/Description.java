package dev.tophash.internal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a library says of its layout: {@code th_description}, read out of its file. The record is
 * drawn in {@code native/src/describe.h}.
 *
 * @param constants by name, in the record's order: what the rule for buckets goes by, and sizes
 * @param fields of the header, of what follows it, and of a bucket before its slots
 * @param shapes the types that code was compiled for
 */
public record Description(Map<String, Integer> constants, List<Field> fields, List<Shape> shapes) {
    public static final String HEADER_SIZE = "header bytes";
    public static final String HEADER_ALIGN = "alignment of the header";
    public static final String MAP_SIZE = "header bytes with its cache line";
    public static final String SLOTS = "slots in a bucket";
    public static final String SLOTS_OFFSET = "offset of the first slot";
    public static final String BYTES_SLOT = "bytes of a slot for bytes";
    public static final String BYTES_ALIGN = "alignment of a slot for bytes";
    public static final String BUCKET_ALIGN = "least alignment of a bucket";

    /** Names of the numbers from {@link #CONSTANTS} on. */
    private static final List<String> NAMES =
            List.of(
                    "bytes of a pointer",
                    HEADER_SIZE,
                    HEADER_ALIGN,
                    MAP_SIZE,
                    "bytes of an array's descriptor",
                    SLOTS,
                    SLOTS_OFFSET,
                    BYTES_SLOT,
                    BYTES_ALIGN,
                    "longest bytes within a slot",
                    BUCKET_ALIGN,
                    "most bytes of a fixed key",
                    "most bytes of a fixed value",
                    "greatest alignment",
                    "load factor, entries",
                    "load factor, buckets");

    /** The constants that decide where keys and values of a type lie. */
    public static final List<String> RULE =
            List.of(SLOTS, SLOTS_OFFSET, BYTES_SLOT, BYTES_ALIGN, BUCKET_ALIGN);

    private static final String SYMBOL = "th_description";
    private static final String MAGIC = "THLAYOUT";
    private static final int VERSION = 1;
    private static final int ARCHITECTURE = 16;
    private static final int NAME = 16;
    private static final int CONSTANTS = 32;
    private static final int TABLES = 96;
    private static final int HEAD = 112;
    private static final int FIELD = 24;
    private static final int SHAPE = 32;

    /** More than a record will ever have, so that a damaged one is not believed. */
    private static final int MOST = 1 << 20;

    /** What a field is a part of. */
    public enum Part {
        HEADER,
        MAP,
        BUCKET
    }

    /** A field as the compiler placed it; all in bytes. */
    public record Field(Part part, String name, int offset, int size, int align) {}

    /** A type that code was compiled for, and how its buckets look; all in bytes. */
    public record Shape(
            int id,
            boolean bytesKey,
            int keySize,
            int valueSize,
            int keyStride,
            int valueOffset,
            int valueStride,
            int bucketSize) {}

    /**
     * Reads a library's record.
     *
     * @param library all bytes of the file
     * @param name what messages call it
     * @throws DamagedLibraryException if it is no library of this version for that platform
     */
    public static Description of(byte[] library, Platform platform, String name)
            throws DamagedLibraryException {
        ElfFile elf = ElfFile.of(library, name);
        if (!platform.accepts(library)) {
            throw new DamagedLibraryException(name, "is not a library for " + platform.folder);
        }
        ByteBuffer record = elf.symbol(SYMBOL);
        if (record.limit() < HEAD || !MAGIC.equals(text(record, 0, MAGIC.length()))) {
            throw damaged(name, "does not begin with " + MAGIC);
        }
        if (record.getInt(8) != VERSION) {
            throw damaged(name, "has version " + record.getInt(8) + " instead of " + VERSION);
        }
        if (record.getInt(12) != record.limit()) {
            throw damaged(name, "says another size than the symbol");
        }
        String architecture = text(record, ARCHITECTURE, NAME);
        if (!platform.folder.endsWith("-" + architecture)) {
            throw damaged(name, "is for '" + architecture + "', in a file for " + platform.folder);
        }
        return new Description(constants(record, name), fields(record, name), shapes(record, name));
    }

    /** The value of a constant, by one of the names above. */
    public int constant(String name) {
        return constants.get(name);
    }

    private static Map<String, Integer> constants(ByteBuffer record, String name)
            throws DamagedLibraryException {
        Map<String, Integer> constants = new LinkedHashMap<>();
        for (int i = 0; i < NAMES.size(); i++) {
            int value = record.getInt(CONSTANTS + i * Integer.BYTES);
            if (value <= 0 || value > MOST) {
                throw damaged(name, "has " + value + " for " + NAMES.get(i));
            }
            constants.put(NAMES.get(i), value);
        }
        return Collections.unmodifiableMap(constants);
    }

    private static List<Field> fields(ByteBuffer record, String name)
            throws DamagedLibraryException {
        List<Field> fields = new ArrayList<>();
        for (ByteBuffer entry : table(record, TABLES, FIELD, name)) {
            int part = Short.toUnsignedInt(entry.getShort(22));
            int size = Short.toUnsignedInt(entry.getShort(18));
            int align = Short.toUnsignedInt(entry.getShort(20));
            if (part < 1 || part > Part.values().length || size == 0 || align == 0) {
                throw damaged(name, "has a field that is none");
            }
            fields.add(
                    new Field(
                            Part.values()[part - 1],
                            text(entry, 0, NAME),
                            Short.toUnsignedInt(entry.getShort(16)),
                            size,
                            align));
        }
        return List.copyOf(fields);
    }

    private static List<Shape> shapes(ByteBuffer record, String name)
            throws DamagedLibraryException {
        List<Shape> shapes = new ArrayList<>();
        for (ByteBuffer entry : table(record, TABLES + 2 * Integer.BYTES, SHAPE, name)) {
            for (int at = 0; at < SHAPE; at += Integer.BYTES) {
                if (entry.getInt(at) < 0 || entry.getInt(at) > MOST) {
                    throw damaged(name, "has a shape that is none");
                }
            }
            shapes.add(
                    new Shape(
                            entry.getInt(0),
                            entry.getInt(4) != 0,
                            entry.getInt(8),
                            entry.getInt(12),
                            entry.getInt(16),
                            entry.getInt(20),
                            entry.getInt(24),
                            entry.getInt(28)));
        }
        return List.copyOf(shapes);
    }

    /** The entries of a table whose offset and length stand at a place in the record. */
    private static List<ByteBuffer> table(ByteBuffer record, int at, int size, String name)
            throws DamagedLibraryException {
        int offset = record.getInt(at);
        int count = record.getInt(at + Integer.BYTES);
        if (offset < HEAD || count < 0 || offset + (long) count * size > record.limit()) {
            throw damaged(name, "has a table outside of itself");
        }
        List<ByteBuffer> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            entries.add(record.slice(offset + i * size, size).order(record.order()));
        }
        return entries;
    }

    private static String text(ByteBuffer bytes, int offset, int length) {
        byte[] text = new byte[length];
        bytes.get(offset, text);
        int end = 0;
        while (end < length && text[end] != 0) {
            end++;
        }
        return new String(text, 0, end, ISO_8859_1);
    }

    private static DamagedLibraryException damaged(String file, String what) {
        return new DamagedLibraryException(file, "is damaged: its record of layouts " + what);
    }
}
