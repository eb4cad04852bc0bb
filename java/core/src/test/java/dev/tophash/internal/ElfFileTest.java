package dev.tophash.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

/** A library's symbols are found in its file, and damaged files are refused in one way only. */
class ElfFileTest {
    private static final int SECTIONS = 40;
    private static final int SECTION_COUNT = 60;
    private static final int DYNAMIC_SYMBOLS = 11;

    private final byte[] library;
    private final ByteBuffer numbers;

    ElfFileTest() throws IOException {
        library = Libraries.own();
        numbers = Libraries.numbers(library);
    }

    private ByteBuffer symbol(byte[] bytes) throws DamagedLibraryException {
        return ElfFile.of(bytes, "it").symbol("th_description");
    }

    private void assertRefused(String reason) {
        String message =
                assertThrows(DamagedLibraryException.class, () -> symbol(library)).getMessage();
        assertTrue(message.startsWith("it ") && message.contains(reason), message);
    }

    /** Where the header of the section of dynamic symbols lies. */
    private int symbolSection() {
        int at = (int) numbers.getLong(SECTIONS);
        while (numbers.getInt(at + 4) != DYNAMIC_SYMBOLS) {
            at += 64;
        }
        return at;
    }

    /** Where the symbol of the record lies: it is the only one with that size. */
    private int recordSymbol() throws DamagedLibraryException {
        long size = symbol(library).limit();
        int at = (int) numbers.getLong(symbolSection() + 24);
        while (numbers.getLong(at + 16) != size) {
            at += 24;
        }
        return at;
    }

    private int sectionOfRecord() throws DamagedLibraryException {
        int index = numbers.getShort(recordSymbol() + 6);
        return (int) numbers.getLong(SECTIONS) + index * 64;
    }

    @Test
    void findsTheBytesOfASymbol() throws DamagedLibraryException {
        ByteBuffer bytes = symbol(library);
        assertEquals(ByteBuffer.wrap(library, Libraries.record(library), bytes.limit()), bytes);
    }

    @Test
    void saysWhichSymbolIsMissing() throws DamagedLibraryException {
        ElfFile elf = ElfFile.of(library, "it");
        for (String name : new String[] {"th_descriptio", "th_descriptions", "x".repeat(1 << 20)}) {
            String message =
                    assertThrows(DamagedLibraryException.class, () -> elf.symbol(name))
                            .getMessage();
            assertTrue(message.contains("has no symbol " + name), message);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void refusesWhatIsNoElfFileOf64Bits(int at) {
        library[at]++;
        assertRefused("is not a 64-bit little-endian ELF file");
    }

    @Test
    void refusesEveryTruncation() {
        for (int length = 0; length < library.length; length += length < 100 ? 1 : 997) {
            byte[] cut = Arrays.copyOf(library, length);
            assertThrows(DamagedLibraryException.class, () -> symbol(cut), "length " + length);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, Integer.MAX_VALUE, 1L << 32})
    void refusesSectionsOutsideOfTheFile(long offset) {
        numbers.putLong(SECTIONS, offset);
        assertRefused("section headers lie outside of the file");
    }

    @Test
    void refusesMoreSectionsThanThereAre() {
        numbers.putShort(SECTION_COUNT, (short) 0xffff);
        assertRefused("section headers lie outside of the file");
    }

    @Test
    void refusesSectionHeadersOfAnotherSize() {
        numbers.putShort(58, (short) 40);
        assertRefused("section headers of an unknown size");
    }

    @Test
    void refusesAFileWithoutSymbols() {
        numbers.putShort(SECTION_COUNT, (short) 0);
        assertRefused("has no symbol th_description");
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 31, 1L << 32})
    void refusesSymbolsOutsideOfTheFile(long offset) {
        numbers.putLong(symbolSection() + 24, offset);
        assertRefused("table of symbols lie outside of the file");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, Integer.MIN_VALUE, 0xffff})
    void refusesNamesInASectionThatIsNotThere(int section) {
        numbers.putInt(symbolSection() + 40, section);
        assertRefused("refers to section " + Integer.toUnsignedString(section));
    }

    @Test
    void refusesNamesInASectionOfOtherThings() {
        numbers.putInt(symbolSection() + 40, 0);
        assertRefused("symbols without names");
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, 0, 1L << 32})
    void refusesASymbolOutsideOfItsSection(long address) throws DamagedLibraryException {
        numbers.putLong(recordSymbol() + 8, address);
        assertRefused("outside of its section");
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 32})
    void refusesASymbolLargerThanItsSection(long size) throws DamagedLibraryException {
        numbers.putLong(recordSymbol() + 16, size);
        assertRefused("outside of its section");
    }

    @Test
    void refusesASymbolWithoutBytesInTheFile() throws DamagedLibraryException {
        numbers.putInt(sectionOfRecord() + 4, 8);
        assertRefused("outside of its section");
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MAX_VALUE, 1L << 31})
    void refusesASectionOutsideOfTheFile(long offset) throws DamagedLibraryException {
        numbers.putLong(sectionOfRecord() + 24, offset);
        assertRefused("section of th_description lie outside of the file");
    }

    /** Whatever bytes change: the symbol, or the one exception. */
    @Test
    void neverThrowsAnythingElse() throws DamagedLibraryException {
        Random random = new Random(7);
        int[][] places = {
            {0, 64},
            {(int) numbers.getLong(SECTIONS), library.length},
            {(int) numbers.getLong(symbolSection() + 24), recordSymbol() + 24},
        };
        int refused = 0;
        for (int round = 0; round < 20_000; round++) {
            int[] place = places[round % places.length];
            int at = place[0] + random.nextInt(place[1] - place[0]);
            byte before = library[at];
            library[at] = (byte) random.nextInt();
            try {
                symbol(library);
            } catch (DamagedLibraryException e) {
                refused++;
            } finally {
                library[at] = before;
            }
        }
        assertTrue(refused > 100, "refused only " + refused);
    }
}
