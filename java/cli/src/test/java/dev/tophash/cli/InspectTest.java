package dev.tophash.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tophash.LongLongMap;

import jdk.jfr.Recording;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import javax.imageio.ImageIO;

/** {@code inspect map}, {@code inspect growth} and {@code trace}, by what they print and draw. */
class InspectTest {
    @TempDir Path temp;

    private static Printed quiet(String command, String... arguments) {
        return Printed.by(command, arguments).quiet();
    }

    @Test
    void growthShowsWhereArraysDouble() {
        Printed outcome = quiet("inspect", "growth", "--entries", "60");
        List<String> doublings =
                outcome.out().lines().filter(line -> line.contains("doubles")).toList();
        assertEquals(
                List.of("9", "14", "27", "53"),
                doublings.stream().map(line -> line.strip().split(" +")[0]).toList());
        assertTrue(outcome.line("first write").strip().startsWith("1 "), outcome.out());
        assertTrue(outcome.line("the end").strip().startsWith("60 "), outcome.out());
    }

    @Test
    void growthOfAMapThatExpectsItsEntriesIsNone() {
        Printed outcome = quiet("inspect", "growth", "--entries", "1000", "--expected", "1000");
        assertFalse(outcome.out().contains("doubles"), outcome.out());
    }

    @Test
    void tablesShowWhatMapsBeginWith() {
        Printed outcome = quiet("inspect", "growth", "--table");
        assertArrayEquals(
                new String[] {"128", "5", "32", "4,800"},
                List.of(outcome.line(" 128 ").strip().split(" +")).subList(0, 4).toArray());
        assertTrue(outcome.line(" 1,024 ").contains(" 8        256 "), outcome.out());
    }

    @Test
    void mapsHaveTheEntriesAskedFor() {
        assertTrue(
                quiet("inspect", "map", "--random", "1000")
                        .out()
                        .startsWith("entries     1,000 in 256"));
        Printed strings =
                quiet("inspect", "map", "--random", "1000", "--string", "20", "--remove", "25");
        assertTrue(strings.out().startsWith("entries     750 in 256"), strings.out());
        assertTrue(quiet("inspect", "map", "--random", "0").out().startsWith("entries     none"));
    }

    @Test
    void linesOfAFileAreKeys() throws Exception {
        Path file = temp.resolve("lines");
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 1000; i++) {
            lines.append("line ").append(i % 500).append(" \u20ac\n");
        }
        Files.writeString(file, lines);
        Printed outcome = quiet("inspect", "map", file.toString());
        assertTrue(outcome.out().startsWith("entries     500 in 128"), outcome.out());
        Printed fewer = quiet("inspect", "map", file.toString(), "--remove", "10");
        assertTrue(fewer.out().startsWith("entries     450 in 128"), fewer.out());
    }

    @Test
    void heatMapsAreDarkerWhereThereIsMore() {
        int none = HeatMap.color(0).getBlue();
        int mean = HeatMap.color(1).getBlue();
        int twice = HeatMap.color(2).getBlue();
        assertTrue(none > mean && mean > twice);
        assertEquals(HeatMap.color(2), HeatMap.color(50));
    }

    @ParameterizedTest
    @CsvSource({"map.svg", "map.png", "MAP.PNG"})
    void mapsAreDrawn(String name) throws Exception {
        Path file = temp.resolve(name);
        quiet("inspect", "map", "--random", "20000", "--picture", file.toString());
        if (name.endsWith("svg")) {
            String svg = Files.readString(file);
            assertTrue(svg.contains("20,000 entries in 4,096 buckets"), svg);
            assertTrue(svg.contains("by chance alone"), svg);
            assertTrue(svg.contains("256 cells"), svg);
        } else {
            assertTrue(ImageIO.read(file.toFile()).getWidth() > 1000);
        }
    }

    @Test
    void chanceAddsUp() {
        for (double load : new double[] {0.1, 1, 3.25, 6.5, 12}) {
            double sum = 0;
            double entries = 0;
            double[] expected = MapPicture.expectedOccupancy(load);
            for (int i = 0; i < expected.length; i++) {
                sum += expected[i];
                entries += i * expected[i];
            }
            assertEquals(1, sum, 1e-9);
            assertTrue(entries <= load + 1e-9 && entries > load * 0.5, load + ": " + entries);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "inspect map --random -1 | --random is -1, must be from 0 to 1000000000",
                "inspect map --random 1000000001 | --random is 1000000001, must be from 0 to 1000000000",
                "inspect map --random 5 --remove 101 | --remove is 101, must be from 0 to 100",
                "inspect map --random 500 --string 2 | --string is 2, there are not 500 different",
                "inspect map --random 5 --picture x.gif | must end in .svg or .png",
                "inspect map | there must be either a FILE or --random N",
                "inspect map README.md --random 5 | there must be either a FILE or --random N",
                "inspect map no-such-file | no-such-file: no such file",
                "inspect map README.md --string 5 | --string goes with --random, not with a FILE",
                "inspect map . | .: is a directory",
                "inspect growth --entries 0 | --entries is 0, must be from 1 to 100000000",
                "inspect growth --expected -1 | --expected is -1, must be from 0 to 100000000",
                "inspect nothing | Unmatched argument",
                "trace no-such-file.jfr | there is no file no-such-file.jfr",
                "trace x.jfr --maps 0 | --maps is 0, must be from 1 to 200"
            })
    void wrongArgumentsAreOneLine(String line, String message) {
        Printed.by(line).refused(message);
    }

    private Path recording(int entries) throws Exception {
        Path file = temp.resolve("maps.jfr");
        try (Recording recording = new Recording()) {
            recording.start();
            try (LongLongMap map = LongLongMap.create()) {
                for (long key = 0; key < entries; key++) {
                    map.put(key, key);
                }
            }
            recording.stop();
            recording.dump(file);
        }
        return file;
    }

    @Test
    void aTraceTellsALife() throws Exception {
        Path picture = temp.resolve("trace.svg");
        Printed outcome =
                quiet("trace", recording(5000).toString(), "--picture", picture.toString());
        List<String> rows =
                outcome.out().lines().filter(line -> line.contains("LongLongMap")).toList();
        assertTrue(rows.getFirst().contains("made"), outcome.out());
        assertTrue(rows.getLast().contains("closed"), outcome.out());
        assertTrue(rows.getLast().contains(" 5,000 "), outcome.out());
        long grown = rows.stream().filter(row -> row.contains("begins to grow")).count();
        long evacuated = rows.stream().filter(row -> row.contains("evacuated")).count();
        assertTrue(grown >= 9, outcome.out());
        assertTrue(grown - evacuated <= 1, outcome.out());
        assertTrue(Files.readString(picture).contains("LongLongMap"));
    }

    @Test
    void aTraceWithoutMapsSaysSo() throws Exception {
        assertEquals(
                "the recording has no event of a Tophash map\n",
                quiet("trace", recording(0).toString()).out());
    }

    @Test
    void nothingToDrawIsSaid() throws Exception {
        Path picture = temp.resolve("none.svg");
        Printed.by("trace", recording(0).toString(), "-o", picture.toString())
                .refused("has no event of a Tophash map to draw");
        assertFalse(Files.exists(picture));
    }

    @Test
    void aDamagedRecordingIsRefused() throws Exception {
        byte[] bytes = Files.readAllBytes(recording(100));
        Path file = temp.resolve("damaged.jfr");
        for (int length : new int[] {0, 10, 60, bytes.length / 2}) {
            Files.write(file, java.util.Arrays.copyOf(bytes, length));
            Printed.by("trace", file.toString()).refused("is not a whole recording");
        }
    }
}
