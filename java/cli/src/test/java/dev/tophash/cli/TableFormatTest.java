package dev.tophash.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Rows of text in both formats, there and back. */
class TableFormatTest {
    private static final String MARK = "\ufeff";

    /** Each row as "line:[field, field]". */
    private static List<String> rows(RowReader reader) throws IOException, BadRow {
        List<String> rows = new ArrayList<>();
        try (reader) {
            for (Row row = reader.next(); row != null; row = reader.next()) {
                List<String> fields = new ArrayList<>();
                for (int i = 0; i < row.count(); i++) {
                    fields.add(row.text(i));
                }
                rows.add(row.line() + ":" + fields);
            }
        }
        return rows;
    }

    private static ByteArrayInputStream bytes(String text) {
        return new ByteArrayInputStream(text.getBytes(UTF_8));
    }

    private static List<String> tsv(String text) throws Exception {
        return rows(TableFormat.TSV.reader(bytes(text), false));
    }

    private static List<String> escaped(String text) throws Exception {
        return rows(TableFormat.TSV.reader(bytes(text), true));
    }

    private static List<String> csv(String text) throws Exception {
        return rows(TableFormat.CSV.reader(bytes(text), false));
    }

    // ---- tab-separated values ----

    @Test
    void linesAndTabs() throws Exception {
        assertEquals(List.of(), tsv(""));
        assertEquals(List.of("1:[a]"), tsv("a"));
        assertEquals(List.of("1:[a, b]", "2:[c, , d]"), tsv("a\tb\nc\t\td\n"));
        assertEquals(List.of("1:[, ]", "2:[x, ]"), tsv("\t\nx\t"));
    }

    @Test
    void carriageReturnsAtTheEndOnly() throws Exception {
        assertEquals(List.of("1:[a, b]", "2:[c\rd, e\r]"), tsv("a\tb\r\nc\rd\te\r\r\n"));
        assertEquals(List.of("1:[a, b\r]"), tsv("a\tb\r"));
    }

    @Test
    void emptyLinesCountAsLines() throws Exception {
        assertEquals(List.of("3:[a, b]", "6:[c, d]"), tsv("\n\r\na\tb\n\n\nc\td\n\n"));
    }

    @Test
    void nothingIsQuotedInTsv() throws Exception {
        assertEquals(List.of("1:[\"a, b\", \\t]"), tsv("\"a\tb\"\t\\t\n"));
    }

    @Test
    void escapes() throws Exception {
        assertEquals(List.of("1:[a\tb\nc\rd\\e, \\\\]"), escaped("a\\tb\\nc\\rd\\\\e\t\\\\\\\\\n"));
        for (String bad : List.of("\\x", "x\\", "\\\\\\", "\\N")) {
            BadRow row = assertThrows(BadRow.class, () -> escaped("a\n" + bad + "\tb\n"), bad);
            String shown = BadRow.quoted(bad);
            assertEquals("\\ without t, n, r or \\ after it: " + shown, row.getMessage());
        }
        // the end of one field does not escape the beginning of the next
        assertThrows(BadRow.class, () -> escaped("a\\\tt\n"));
    }

    @Test
    void linesLongerThanTheBuffer() throws Exception {
        for (int buffer = 1; buffer < 40; buffer++) {
            String text = "a\tb\r\n\n" + "long".repeat(9) + "\tlonger\n\r\nc\td";
            assertEquals(
                    List.of("1:[a, b]", "3:[" + "long".repeat(9) + ", longer]", "5:[c, d]"),
                    rows(TsvReader.fields(bytes(text), false, buffer)),
                    "buffer " + buffer);
        }
    }

    @Test
    void wholeLines() throws Exception {
        assertEquals(
                List.of("1:[a\tb]", "2:[]", "3:[c]"),
                rows(TsvReader.lines(bytes("a\tb\n\nc\r\n"), false)));
        assertEquals(List.of("1:[a\tb]"), rows(TsvReader.lines(bytes("a\\tb"), true)));
    }

    // ---- comma-separated values ----

    @Test
    void quotes() throws Exception {
        assertEquals(List.of("1:[a,b, c\"d, ]"), csv("\"a,b\",\"c\"\"d\",\"\"\n"));
        assertEquals(List.of("1:[ a , b]"), csv(" a ,b"));
    }

    @Test
    void lineEndsInQuotes() throws Exception {
        assertEquals(
                List.of("1:[a\nb, c\r\nd]", "4:[e, f]"),
                csv("\"a\nb\",\"c\r\nd\"\r\n" + "e,f\r\n"));
    }

    @Test
    void emptyLinesCountInCsvToo() throws Exception {
        assertEquals(List.of("2:[a, b]", "4:[c, d]"), csv("\na,b\r\n\r\nc,d"));
    }

    @Test
    void rowsOfDifferentLength() throws Exception {
        assertEquals(List.of("1:[a]", "2:[b, c, d]", "3:[, ]"), csv("a\nb,c,d\n,\n"));
    }

    @Test
    void manyLongFields() throws Exception {
        String field = "0123456789".repeat(1000);
        String row = (field + ",").repeat(40) + field;
        List<String> rows = csv(row + "\nx,y\n");
        assertEquals(2, rows.size());
        assertEquals("1:[" + row.replace(",", ", ") + "]", rows.get(0));
        assertEquals("2:[x, y]", rows.get(1));
    }

    @Test
    void whatIsNoCsv() {
        IOException unclosed = assertThrows(IOException.class, () -> csv("a,b\nc,\"d\ne,f\n"));
        assertEquals(true, unclosed.getMessage().contains("line 2"), unclosed.getMessage());
        IOException after = assertThrows(IOException.class, () -> csv("a,b\n\"c\"d,e\n"));
        assertEquals(true, after.getMessage().contains("line 2"), after.getMessage());
    }

    // ---- both ----

    @Test
    void utf8WithAndWithoutMark() throws Exception {
        String text = "\u00e9\u20ac\ud83d\ude00" + MARK;
        for (String mark : List.of("", MARK)) {
            assertEquals(List.of("1:[" + text + ", 1]"), tsv(mark + text + "\t1\n"));
            assertEquals(List.of("1:[" + text + ", 1]"), csv(mark + text + ",1\n"));
            assertEquals(List.of("1:[" + text + ", 1]"), csv(mark + "\"" + text + "\",1\n"));
            assertEquals(List.of(), tsv(mark));
        }
        assertEquals(List.of("1:[" + MARK + "a]"), tsv(MARK + MARK + "a"));
    }

    @Test
    void utf16IsRefused() {
        for (TableFormat format : TableFormat.values()) {
            for (String mark : List.of("\u00fe\u00ff", "\u00ff\u00fe")) {
                var in = new ByteArrayInputStream((mark + "a").getBytes(ISO_8859_1));
                assertThrows(IOException.class, () -> format.reader(in, false));
            }
        }
    }

    @Test
    void formatByOptionOrName() throws Exception {
        assertEquals(TableFormat.TSV, TableFormat.of(null, "a.csv.tsv"));
        assertEquals(TableFormat.CSV, TableFormat.of(null, "A.CSV"));
        assertEquals(TableFormat.CSV, TableFormat.of("csv", "a.tsv"));
        assertThrows(CommandFailure.class, () -> TableFormat.of("xls", "a.tsv"));
        assertThrows(CommandFailure.class, () -> TableFormat.of(null, "-"));
        assertThrows(CommandFailure.class, () -> TableFormat.of(null, "tsv"));
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.strings()
                .withChars('a', ',', '"', '\t', '\n', '\r', '\\', 't', ' ', '\0')
                .withCharRange('\u00e0', '\u00ff')
                .ofMaxLength(6);
    }

    private static List<String> thereAndBack(
            TableFormat format, boolean escapes, List<String> texts) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (RowWriter writer = format.writer(out, escapes)) {
            for (String text : texts) {
                String bytes = ColumnType.STRING.parse(text);
                writer.write(bytes, bytes);
            }
        }
        List<String> read = new ArrayList<>();
        var in = new ByteArrayInputStream(out.toByteArray());
        try (RowReader reader = format.reader(in, escapes)) {
            for (Row row = reader.next(); row != null; row = reader.next()) {
                assertEquals(2, row.count());
                assertEquals(row.text(0), row.text(1));
                read.add(row.text(0));
            }
        }
        return read;
    }

    @Property
    void csvComesBack(@ForAll List<@From("texts") String> texts) throws Exception {
        assertEquals(texts, thereAndBack(TableFormat.CSV, false, texts));
    }

    @Property
    void escapedTsvComesBack(@ForAll List<@From("texts") String> texts) throws Exception {
        assertEquals(texts, thereAndBack(TableFormat.TSV, true, texts));
    }

    @Property
    void plainTsvComesBackOrIsRefused(@ForAll List<@From("texts") String> texts) throws Exception {
        boolean possible = texts.stream().noneMatch(text -> text.matches("(?s).*[\t\n\r].*"));
        if (possible) {
            assertEquals(texts, thereAndBack(TableFormat.TSV, false, texts));
        } else {
            assertThrows(BadRow.class, () -> thereAndBack(TableFormat.TSV, false, texts));
        }
    }

    @Test
    void writtenAsOneWouldExpect() throws Exception {
        assertEquals("a\tb\\c\n", written(TableFormat.TSV, false, "a", "b\\c"));
        assertEquals("a\tb\\\\c\n", written(TableFormat.TSV, true, "a", "b\\c"));
        assertEquals("a,\"b,\"\"c\"\n", written(TableFormat.CSV, false, "a", "b,\"c"));
    }

    /** An empty line is no row, so in tab-separated values there is no row with one empty field. */
    @Test
    void oneField() throws Exception {
        assertEquals("a\n", written(TableFormat.TSV, false, "a"));
        assertEquals("\"a,b\"\n", written(TableFormat.CSV, false, "a,b"));
        BadRow bad = assertThrows(BadRow.class, () -> written(TableFormat.TSV, true, ""));
        assertTrue(bad.getMessage().contains("--format csv has it"), bad.getMessage());
        String csv = written(TableFormat.CSV, false, "");
        var in = new ByteArrayInputStream(csv.getBytes(UTF_8));
        try (RowReader reader = TableFormat.CSV.reader(in, false)) {
            assertEquals("", reader.next().text(0));
            assertNull(reader.next());
        }
    }

    private static String written(TableFormat format, boolean escapes, String... fields)
            throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (RowWriter writer = format.writer(out, escapes)) {
            writer.write(fields);
        }
        return out.toString(UTF_8);
    }
}
