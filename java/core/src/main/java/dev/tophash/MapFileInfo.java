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
 * @param keyType what a key is in memory, such as {@code 8 bytes, aligned to 8} or, if the length
 *     varies, {@code bytes}
 * @param valueType the same of a value; {@code nothing} for a set
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
        String keyType,
        String valueType,
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
                type(TableType.keySize(info.type()), TableType.keyAlign(info.type())),
                type(TableType.valueSize(info.type()), TableType.valueAlign(info.type())),
                info.entries(),
                info.bytes(),
                Instant.ofEpochSecond(Math.clamp(info.created(), 0, Instant.MAX.getEpochSecond())),
                info.tool(),
                info.identity());
    }

    /** Bytes and alignment in words. */
    static String type(int size, int alignment) {
        if (size == TableType.BYTES) {
            return "bytes";
        }
        if (size == 0) {
            return "nothing";
        }
        String bytes = size == 1 ? "1 byte" : size + " bytes";
        return alignment == 1 ? bytes : bytes + ", aligned to " + alignment;
    }
}
