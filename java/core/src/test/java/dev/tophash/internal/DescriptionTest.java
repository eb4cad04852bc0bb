package dev.tophash.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.util.List;
import java.util.Random;

/** The record of layouts is read out of a library's file, and a damaged one is refused. */
class DescriptionTest {
    private final byte[] library;
    private final int record;

    DescriptionTest() throws IOException {
        library = Libraries.own();
        record = Libraries.record(library);
    }

    private Description read() throws DamagedLibraryException {
        return Description.of(library, Platform.running(), "it");
    }

    @Test
    void tellsWhatTheEngineIsKnownToHave() throws DamagedLibraryException {
        Description description = read();
        assertEquals(48, description.constant(Description.HEADER_SIZE));
        assertEquals(64, description.constant(Description.MAP_SIZE));
        assertEquals(8, description.constant(Description.SLOTS));
        assertEquals(16, description.constants().size());
        List<String> names = description.fields().stream().map(Description.Field::name).toList();
        assertEquals(
                List.of(
                        "count",
                        "flags",
                        "B",
                        "noverflow",
                        "hash0",
                        "buckets",
                        "oldbuckets",
                        "nevacuate",
                        "extra",
                        "stamp",
                        "previous",
                        "tophash",
                        "overflow",
                        "version"),
                names);
        assertEquals(
                new Description.Field(Description.Part.HEADER, "hash0", 12, 4, 4),
                description.fields().get(4));
        assertEquals(7, description.shapes().size());
        assertEquals(
                new Description.Shape(2, false, 8, 8, 16, 24, 16, 144),
                description.shapes().getFirst());
    }

    @Test
    void refusesALibraryForAnotherMachine() throws IOException {
        byte[] other = Libraries.other();
        String message =
                assertThrows(
                                DamagedLibraryException.class,
                                () -> Description.of(other, Platform.running(), "it"))
                        .getMessage();
        assertEquals("it is not a library for " + Platform.running().folder, message);
        Description same = Description.of(other, Libraries.otherPlatform(), "it");
        assertEquals(read(), same);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "0, 88, does not begin with THLAYOUT",
                "8, 2, has version 2 instead of 1",
                "12, 100, says another size than the symbol",
                "16, 88, is for 'X'",
                "36, 0, has 0 for header bytes",
                "36, -1, has -1 for header bytes",
                "36, 1048577, has 1048577 for header bytes",
                "96, 2147483647, has a table outside of itself",
                "96, -1, has a table outside of itself",
                "96, 0, has a table outside of itself",
                "100, 1000, has a table outside of itself",
                "100, -1, has a table outside of itself",
                "104, 800, has a table outside of itself",
                "108, 2147483647, has a table outside of itself",
                "128, 0, has a field that is none",
                "132, 8, has a field that is none",
                "132, 65536, has a field that is none",
                "448, -5, has a shape that is none",
            })
    void refusesADamagedRecord(int offset, int value, String reason) {
        Libraries.numbers(library).putInt(record + offset, value);
        String message = assertThrows(DamagedLibraryException.class, this::read).getMessage();
        assertTrue(message.startsWith("it is damaged: its record of layouts " + reason), message);
    }

    @Test
    void neverThrowsAnythingElse() throws DamagedLibraryException {
        Random random = new Random(11);
        int size = Libraries.numbers(library).getInt(record + 12);
        int refused = 0;
        for (int round = 0; round < 20_000; round++) {
            int at = record + random.nextInt(size);
            byte before = library[at];
            library[at] = (byte) random.nextInt();
            try {
                read();
            } catch (DamagedLibraryException e) {
                refused++;
            } finally {
                library[at] = before;
            }
        }
        assertTrue(refused > 100, "refused only " + refused);
    }
}
