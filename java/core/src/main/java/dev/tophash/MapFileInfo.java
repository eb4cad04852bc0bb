package dev.tophash;

import dev.tophash.internal.MapFiles;
import dev.tophash.internal.TableType;

import java.time.Instant;

/**
 * What a map file says of itself.
 *
 * @param version of the file format, from 1 on
 * @param shards parts of the concurrent map that was saved; 0: an ordinary map
 * @param keyName what keys are to the program that saved them: the {@linkplain Codec#name name} of
 *     their codec, such as {@code long}
 * @param valueName the same of values; empty for a set
 * @param keySlot what a key takes in memory: its bytes, or {@link Codec#VARIABLE}, and its
 *     alignment
 * @param valueSlot the same of a value; 0 bytes for a set
 * @param entries how many there are
 * @param bytes size of the file
 * @param created when it was saved, to the second
 * @param tool program and version that saved it
 * @param identity a checksum of all that is in the file, which it holds: files with the same one
 *     are the same
 */
public record MapFileInfo(
        int version,
        int shards,
        String keyName,
        String valueName,
        Layout.Slot keySlot,
        Layout.Slot valueSlot,
        long entries,
        long bytes,
        Instant created,
        String tool,
        long identity) {

    static MapFileInfo of(MapFiles.Info info) {
        return new MapFileInfo(
                info.version(),
                info.shards(),
                info.keyName(),
                info.valueName(),
                keySlot(info.type()),
                valueSlot(info.type()),
                info.entries(),
                info.bytes(),
                Instant.ofEpochSecond(Math.clamp(info.created(), 0, Instant.MAX.getEpochSecond())),
                info.tool(),
                info.identity());
    }

    /** What a key of a native type takes, see {@link TableType}. */
    static Layout.Slot keySlot(long type) {
        return slot(TableType.keySize(type), TableType.keyAlign(type));
    }

    /** What a value of a native type takes. */
    static Layout.Slot valueSlot(long type) {
        return slot(TableType.valueSize(type), TableType.valueAlign(type));
    }

    private static Layout.Slot slot(int size, int alignment) {
        return size == TableType.BYTES
                ? new Layout.Slot((int) Codec.VARIABLE, 1)
                : new Layout.Slot(size, alignment);
    }

    /**
     * Whether there are no values.
     *
     * @return true for a file of a set
     */
    public boolean isSet() {
        return valueName.isEmpty();
    }

    /**
     * What a key is in memory, in words.
     *
     * @return such as {@code 8 bytes, aligned to 8} or, if the length varies, {@code bytes}
     */
    public String keyType() {
        return words(keySlot);
    }

    /**
     * What a value is in memory, in words.
     *
     * @return as of a key; {@code nothing} if it has 0 bytes, as in a set
     */
    public String valueType() {
        return words(valueSlot);
    }

    /** What a slot is, in words. */
    static String words(Layout.Slot slot) {
        if (slot.varies()) {
            return "bytes";
        }
        if (slot.size() == 0) {
            return "nothing";
        }
        String bytes = slot.size() == 1 ? "1 byte" : slot.size() + " bytes";
        return slot.align() == 1 ? bytes : bytes + ", aligned to " + slot.align();
    }
}
