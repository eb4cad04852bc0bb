package dev.tophash.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * As much of a 64-bit little-endian ELF file as it takes to find the bytes of a dynamic symbol in
 * it, without loading it: so it works for libraries of any architecture.
 *
 * <p>Every number in the file is taken for a lie until it has been compared with the file's size.
 * Whatever is wrong ends in a {@link DamagedLibraryException} and in nothing else.
 */
final class ElfFile {
    private static final int CLASS_64 = 2;
    private static final int LITTLE_ENDIAN = 1;
    private static final int SECTION_HEADER = 64;
    private static final int SYMBOL = 24;
    private static final int TYPE_DYNAMIC_SYMBOLS = 11;
    private static final int TYPE_STRINGS = 3;
    private static final int TYPE_NO_BITS = 8;

    private final ByteBuffer file;
    private final String name;
    private final long sections;
    private final int sectionCount;

    private ElfFile(ByteBuffer file, String name) {
        this.file = file;
        this.name = name;
        this.sections = file.getLong(40);
        this.sectionCount = Short.toUnsignedInt(file.getShort(60));
    }

    /** A section's place: where it would be in memory, and where it is in the file. */
    private record Section(int type, long address, long offset, long size, int link) {}

    /**
     * Reads the header of a file.
     *
     * @param bytes all of the file
     * @param name what messages call it
     */
    static ElfFile of(byte[] bytes, String name) throws DamagedLibraryException {
        if (!Platform.isElf(bytes) || bytes[4] != CLASS_64 || bytes[5] != LITTLE_ENDIAN) {
            throw new DamagedLibraryException(name, "is not a 64-bit little-endian ELF file");
        }
        ElfFile elf = new ElfFile(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN), name);
        if (Short.toUnsignedInt(elf.file.getShort(58)) != SECTION_HEADER) {
            throw elf.damaged("has section headers of an unknown size");
        }
        elf.range(elf.sections, (long) elf.sectionCount * SECTION_HEADER, "section headers");
        return elf;
    }

    /**
     * The bytes of a symbol that other files can refer to.
     *
     * @return a view, little-endian, from position 0
     */
    ByteBuffer symbol(String wanted) throws DamagedLibraryException {
        for (int i = 0; i < sectionCount; i++) {
            Section table = section(i);
            if (table.type != TYPE_DYNAMIC_SYMBOLS) {
                continue;
            }
            Section strings = section(table.link);
            if (strings.type != TYPE_STRINGS) {
                throw damaged("has symbols without names");
            }
            int end = range(table.offset, table.size, "table of symbols") + (int) table.size;
            for (int at = (int) table.offset; at <= end - SYMBOL; at += SYMBOL) {
                if (isNamed(strings, Integer.toUnsignedLong(file.getInt(at)), wanted)) {
                    return bytes(at, wanted);
                }
            }
        }
        throw damaged("has no symbol " + wanted + ": it is not this version's library");
    }

    private ByteBuffer bytes(int symbol, String wanted) throws DamagedLibraryException {
        Section section = section(Short.toUnsignedInt(file.getShort(symbol + 6)));
        long offset = file.getLong(symbol + 8) - section.address;
        long size = file.getLong(symbol + 16);
        boolean within =
                offset >= 0
                        && size >= 0
                        && section.size >= 0
                        && offset <= section.size
                        && size <= section.size - offset;
        if (section.type == TYPE_NO_BITS || !within) {
            throw damaged("has the symbol " + wanted + " outside of its section");
        }
        range(section.offset, section.size, "section of " + wanted);
        return file.slice((int) (section.offset + offset), (int) size)
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    private Section section(int index) throws DamagedLibraryException {
        if (index < 0 || index >= sectionCount) {
            throw damaged(
                    "refers to section " + Integer.toUnsignedString(index) + ", which it has not");
        }
        int at = (int) sections + index * SECTION_HEADER;
        return new Section(
                file.getInt(at + 4),
                file.getLong(at + 16),
                file.getLong(at + 24),
                file.getLong(at + 32),
                file.getInt(at + 40));
    }

    /** Whether the name that begins at an offset of a section of strings is the one wanted. */
    private boolean isNamed(Section strings, long offset, String wanted)
            throws DamagedLibraryException {
        int from = range(strings.offset, strings.size, "names of symbols");
        if (offset > strings.size - wanted.length() - 1) {
            return false; // too near the end for a name of this length and its NUL
        }
        for (int i = 0; i < wanted.length(); i++) {
            if (file.get(from + (int) offset + i) != wanted.charAt(i)) {
                return false;
            }
        }
        return file.get(from + (int) offset + wanted.length()) == 0;
    }

    /** An offset that fits an int because all of what begins there is in the file. */
    private int range(long offset, long size, String what) throws DamagedLibraryException {
        if (offset < 0 || size < 0 || offset > file.limit() || size > file.limit() - offset) {
            throw damaged("is cut off or damaged: its " + what + " lie outside of the file");
        }
        return (int) offset;
    }

    private DamagedLibraryException damaged(String what) {
        return new DamagedLibraryException(name, what);
    }
}
