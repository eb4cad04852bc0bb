package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tophash.Layout.Architecture;
import dev.tophash.Layout.Field;
import dev.tophash.Layout.Slot;
import dev.tophash.internal.Description;
import dev.tophash.internal.Libraries;
import dev.tophash.internal.Platform;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.util.List;

/** Where the parts of a map lie, in this library and in those of other architectures. */
class LayoutTest {
    private static final Slot LONG = Slot.of(Codecs.LONG);
    private static final Slot INT = Slot.of(Codecs.INTEGER);

    private static Architecture other() {
        return Architecture.running() == Architecture.AMD64
                ? Architecture.ARM64
                : Architecture.AMD64;
    }

    /** The layout in a file that says it is the other architecture's, with one number changed. */
    private static Layout changed(Slot key, Slot value, int offset, int number) throws IOException {
        byte[] library = Libraries.other();
        if (offset != 0) {
            Libraries.numbers(library).putInt(Libraries.record(library) + offset, number);
        }
        return Layouts.of(
                other(),
                Layouts.Bucket.asked(key, value),
                Description.of(Libraries.own(), Platform.running(), "own"),
                Description.of(library, Libraries.otherPlatform(), "other"));
    }

    private static Field field(List<Field> fields, String name) {
        return fields.stream().filter(f -> f.name().equals(name)).findFirst().orElseThrow();
    }

    @Test
    void longsToLongs() throws IOException {
        Layout layout = Layout.of(LONG, LONG);
        assertEquals(Architecture.running(), layout.architecture());
        assertEquals(Layout.Source.ASKED, layout.source());
        assertEquals(48, layout.headerSize());
        assertEquals(8, layout.headerAlign());
        assertEquals(11, layout.header().size());
        assertEquals(new Field("count", 0, 8, 8), layout.header().getFirst());
        assertEquals(new Field("noverflow", 10, 2, 2), field(layout.header(), "noverflow"));
        assertEquals(new Field("previous", 56, 8, 8), layout.header().getLast());
        assertEquals(144, layout.bucketSize());
        assertEquals(8, layout.bucketAlign());
        assertTrue(layout.interleaved());
        assertEquals(0, layout.padding());
        assertEquals(19, layout.bucket().size());
        assertEquals(new Field("tophash", 0, 8, 1), layout.bucket().getFirst());
        assertEquals(new Field("overflow", 8, 4, 4), layout.bucket().get(1));
        assertEquals(new Field("key 0", 16, 8, 8), layout.bucket().get(3));
        assertEquals(new Field("value 0", 24, 8, 8), layout.bucket().get(4));
        assertEquals(new Field("value 7", 136, 8, 8), layout.bucket().getLast());
    }

    @Test
    void keysBeforeValuesWherePairsWouldNeedPadding() throws IOException {
        Layout layout = Layout.of(INT, LONG);
        assertFalse(layout.interleaved());
        assertEquals(new Field("key 7", 44, 4, 4), field(layout.bucket(), "key 7"));
        assertEquals(new Field("value 0", 48, 8, 8), field(layout.bucket(), "value 0"));
        assertEquals(112, layout.bucketSize());
    }

    @Test
    void paddingIsShown() throws IOException {
        Layout layout = Layout.of(new Slot(1, 1), new Slot(16, 16));
        assertEquals(
                List.of(Field.padding(24, 8)),
                layout.bucket().stream().filter(Field::isPadding).toList());
        assertEquals(8, layout.padding());
        assertEquals(new Field("value 0", 32, 16, 16), field(layout.bucket(), "value 0"));
        assertEquals(16, layout.bucketAlign());
    }

    @Test
    void setsHaveNoValues() throws IOException {
        Layout layout = Layout.of(LONG, new Slot(0, 1));
        assertEquals(11, layout.bucket().size());
        assertEquals(80, layout.bucketSize());
    }

    @Test
    void bytesHaveSlotsOfTheirOwn() throws IOException {
        Layout layout = Layout.of(Slot.of(Codecs.STRING), Slot.of(Codecs.BYTES));
        assertEquals(new Field("key 1", 48, 16, 8), field(layout.bucket(), "key 1"));
        assertEquals(272, layout.bucketSize());
    }

    /** Every byte belongs to one field, whatever the type. */
    @Test
    void fieldsLieSideBySide() throws IOException {
        for (int key : new int[] {-1, 1, 3, 8, 12, 128}) {
            for (int value : new int[] {-1, 0, 1, 2, 24, 1024}) {
                Layout layout =
                        Layout.of(
                                new Slot(key, key == 12 ? 4 : 1),
                                new Slot(value, value == 24 ? 8 : 1));
                int end = 0;
                for (Field field : layout.bucket()) {
                    assertEquals(end, field.offset(), key + " " + value + " " + field);
                    end += field.size();
                }
                assertEquals(layout.bucketSize(), end);
            }
        }
    }

    // ---- other architectures ----

    @Test
    void aTypeThatCodeIsCompiledForIsReadFromTheFile() throws IOException {
        Layout there = changed(LONG, LONG, 0, 0);
        assertEquals(Layout.Source.RECORDED, there.source());
        assertEquals(other(), there.architecture());
        assertEquals(List.of(), Layout.of(LONG, LONG).differences(there));
    }

    @Test
    void anotherTypeFollowsFromTheRule() throws IOException {
        Slot uuid = Slot.of(Codecs.UUID);
        Layout there = changed(uuid, INT, 0, 0);
        assertEquals(Layout.Source.SAME_RULE, there.source());
        assertEquals(List.of(), Layout.of(uuid, INT).differences(there));
    }

    @Test
    void differencesAreNamed() throws IOException {
        // The third field of the header, B: at offset 9 with 1 byte; now at 10, so that 9 is
        // padding.
        Layout there = changed(LONG, LONG, 112 + 2 * 24 + 16, 1 << 16 | 12);
        String arch = Architecture.running().toString();
        assertEquals(
                List.of(
                        "header, B: offset 9, size 1, alignment 1 on %s; offset 12, size 1, alignment 1 on %s"
                                .formatted(arch, other())),
                Layout.of(LONG, LONG).differences(there));
        assertEquals(Field.padding(9, 1), there.header().get(2));
    }

    @Test
    void anotherShapeIsAnotherBucket() throws IOException {
        // The first shape's offset of values, and its bucket.
        Layout there = changed(LONG, LONG, 112 + 14 * 24 + 28, 160);
        assertEquals(160, there.bucketSize());
        assertEquals(16, there.padding());
        List<String> differences = Layout.of(LONG, LONG).differences(there);
        assertEquals(1, differences.size(), differences.toString());
        assertTrue(differences.getFirst().startsWith("bucket, size: 144 on "), differences.get(0));
    }

    @Test
    void anotherRuleIsNotGuessed() {
        String message =
                assertThrows(IOException.class, () -> changed(Slot.of(Codecs.UUID), INT, 56, 24))
                        .getMessage();
        assertTrue(message.contains("offset of the first slot, 24 there and 16 here"), message);
    }

    @Test
    void constantsAreCompared() throws IOException {
        Layout there = changed(LONG, LONG, 68, 10);
        List<String> differences = Layout.of(LONG, LONG).differences(there);
        assertEquals(1, differences.size());
        assertTrue(
                differences.getFirst().startsWith("constant, longest bytes within a slot: 12 on "),
                differences.getFirst());
    }

    @Test
    void theRealLibraryOfTheOtherArchitecture() throws IOException {
        assumeTrue(other().isAvailable(), "built with -Pcross only");
        Layout there = Layout.of(other(), LONG, LONG);
        assertEquals(other(), there.architecture());
        assertEquals(List.of(), Layout.of(LONG, LONG).differences(there));
    }

    @Test
    void aMissingLibraryIsSaid() {
        assumeFalse(other().isAvailable(), "built without -Pcross only");
        String message =
                assertThrows(IOException.class, () -> Layout.of(other(), LONG, LONG)).getMessage();
        assertTrue(message.contains("without the library for " + other()), message);
    }

    // ---- limits ----

    @ParameterizedTest
    @CsvSource({
        "-2, 1, from 0 to 1024",
        "1025, 1, from 0 to 1024",
        "8, 0, must be to 1",
        "8, 3, must be to 1",
        "32, 32, must be to 1",
        "-1, -1, must be to 1",
        "12, 8, must be a multiple",
    })
    void slotsThatNoMapCanHave(int size, int align, String reason) {
        String message =
                assertThrows(IllegalArgumentException.class, () -> new Slot(size, align))
                        .getMessage();
        assertTrue(message.contains(reason), message);
    }

    @ParameterizedTest
    @CsvSource({"0", "129", "1024"})
    void keysThatNoMapCanHave(int size) {
        String message =
                assertThrows(
                                IllegalArgumentException.class,
                                () -> Layout.of(new Slot(size, 1), LONG))
                        .getMessage();
        assertEquals("a key of " + size + " bytes, must have from 1 to 128", message);
    }
}
