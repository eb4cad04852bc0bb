package dev.tophash.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tophash.StringLongMap;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;

/** Tables that gzip has packed, whole and damaged. */
class GzipInputTest {
    /** As many bytes at once as a slow pipe would give. */
    private static final int TRICKLE = 7;

    @TempDir Path temp;

    private static byte[] packed(byte[]... members) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            for (byte[] member : members) {
                try (GZIPOutputStream out = new GZIPOutputStream(all)) {
                    out.write(member);
                }
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return all.toByteArray();
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static byte[] noise(int size) {
        byte[] noise = new byte[size];
        new Random(size).nextBytes(noise);
        return noise;
    }

    private static CountedInput trickling(byte[] bytes) {
        return new CountedInput(
                new ByteArrayInputStream(bytes) {
                    @Override
                    public int read(byte[] buffer, int offset, int length) {
                        return super.read(buffer, offset, Math.min(length, TRICKLE));
                    }

                    @Override
                    public int available() {
                        return 0;
                    }
                });
    }

    private static byte[] unpacked(byte[] bytes) throws IOException {
        CountedInput counted = trickling(bytes);
        try (InputStream in = GzipInput.plain(counted)) {
            byte[] all = in.readAllBytes();
            assertEquals(bytes.length, counted.bytes());
            assertEquals(-1, in.read());
        }
        try (InputStream in = GzipInput.plain(new CountedInput(new ByteArrayInputStream(bytes)))) {
            return in.readAllBytes();
        }
    }

    @Test
    void membersOneAfterTheOther() throws Exception {
        byte[] small = "a\t1\n".getBytes(UTF_8);
        byte[] large = noise(200_000);
        assertArrayEquals(small, unpacked(packed(small)));
        assertArrayEquals(large, unpacked(packed(large)));
        assertArrayEquals(new byte[0], unpacked(packed(new byte[0])));
        assertArrayEquals(
                joined(small, large, small), unpacked(packed(small, large, new byte[0], small)));
    }

    /** Members that end wherever a buffer may end. */
    @Test
    void membersThatEndWithABuffer() throws Exception {
        for (int size = (64 << 10) - 80; size < (64 << 10) + 10; size++) {
            byte[] first = noise(size);
            byte[] last = {1, 2, 3};
            assertArrayEquals(joined(first, last), unpacked(packed(first, last)));
            byte[] more = joined(packed(first), new byte[] {0});
            assertThrows(IOException.class, () -> unpacked(more), "behind " + size);
        }
    }

    @Test
    void whatIsNotPacked() throws Exception {
        for (String text : new String[] {"", "a", "\u001f", "a\t1\n", "\u001fa"}) {
            assertArrayEquals(text.getBytes(UTF_8), unpacked(text.getBytes(UTF_8)));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 8, 9, 18, 19, 30, 1000})
    void cutOff(int missing) {
        byte[] whole = packed(noise(5000));
        byte[] cut = Arrays.copyOf(whole, whole.length - missing);
        IOException e = assertThrows(IOException.class, () -> unpacked(cut));
        assertEquals("ends within what gzip has packed", e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 9, 10, 18, 19, 30, 1000})
    void somethingBehind(int size) {
        byte[] more = joined(packed(noise(100)), noise(size));
        IOException e = assertThrows(IOException.class, () -> unpacked(more));
        assertTrue(e.getMessage().startsWith("something that gzip has not packed"), e.toString());
        byte[] cutMember = joined(packed(noise(100)), Arrays.copyOf(packed(noise(9)), 5));
        assertThrows(IOException.class, () -> unpacked(cutMember));
    }

    @Test
    void damaged() {
        byte[] bytes = packed(noise(5000));
        bytes[2500] ^= 1;
        assertThrows(IOException.class, () -> unpacked(bytes));
    }

    private Printed index(Path input, String options) {
        return Printed.by("index -o", (temp.resolve("map") + " " + input + options).split(" "));
    }

    @Test
    void index() throws Exception {
        byte[] bytes = packed("name\tn\n".getBytes(UTF_8), "a\t1\nb\t2\n".getBytes(UTF_8));
        for (String name : new String[] {"in.tsv.gz", "in.TSV.GZ", "in.tsv"}) {
            index(Files.write(temp.resolve(name), bytes), " --header").quiet();
            try (StringLongMap map = StringLongMap.open(temp.resolve("map"))) {
                assertEquals(2, map.size());
                assertEquals(2, map.get("b"));
            }
        }
        Path csv = Files.write(temp.resolve("x.gz"), packed("a,\"3\"\n".getBytes(UTF_8)));
        index(csv, "").refused("the name ends neither with .tsv nor with .csv");
        assertEquals("1", index(csv, " --format csv").quiet().row("entries"));
    }

    @Test
    void indexOfWhatIsCutOffMakesNoFile() throws Exception {
        byte[] whole = packed("a\t1\nb\t2\n".getBytes(UTF_8));
        Path input = Files.write(temp.resolve("in.tsv.gz"), Arrays.copyOf(whole, whole.length - 3));
        Printed printed = index(input, "");
        assertEquals(1, printed.status());
        assertEquals(
                "tophash index: " + input + ": ends within what gzip has packed\n", printed.err());
        assertTrue(Files.notExists(temp.resolve("map")));
    }
}
