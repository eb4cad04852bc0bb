package dev.tophash.internal.log;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/** The bytes of a log are those of {@code docs/log-format.md}, which this test writes by hand. */
class LogFormatTest {
    @TempDir Path directory;

    private final StringBuilder expected = new StringBuilder();

    private LogFormatTest hex(String hex) {
        expected.append(hex.replace(" ", ""));
        return this;
    }

    private LogFormatTest text(String text, int padded) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        expected.append(HexFormat.of().formatHex(bytes)).append("00".repeat(padded - bytes.length));
        return this;
    }

    /** CRC-32C of what is between two offsets, little-endian. */
    private String sum(int from, int to) {
        CRC32C crc = new CRC32C();
        crc.update(HexFormat.of().parseHex(expected.substring(2 * from, 2 * to)));
        return "%08x".formatted(Integer.reverseBytes((int) crc.getValue()));
    }

    /** Fills in the checksum of a frame that ends here. */
    private void endFrame(int at) {
        String sum = sum(at + 8, expected.length() / 2);
        expected.replace(2 * at + 8, 2 * at + 16, sum);
    }

    @Test
    void bytesAreThoseOfTheDocument() throws Exception {
        LogFolder folder = new LogFolder(directory.resolve("map"), "string", "bytes \u00fc");
        try (Log log = LogReader.open(folder, 0x1122334455667788L, (s, k, n, v, m) -> {}).log()) {
            log.add(part("key"), part("a longer value"));
            log.add(part("12345678"), null);
            log.sync();
            log.announce(new Base(0x0102030405060708L, 9));
        }
        hex("544f50484c4f470a 02000000 00000000"); // version 2
        hex("0100000000000000 0000000000000000"); // segment, first frame
        text("string", 64).text("bytes \u00fc", 64);
        hex("8877665544332211 0100000000000000"); // map file, first segment not in it
        hex("00".repeat(12)).hex(sum(0, 188));
        hex("5446524d 00000000 0000000000000000 c000000000000000 30000000 00000000");
        hex("03000000 0e000000").text("key", 8).text("a longer value", 16);
        hex("08000000 ffffffff").text("12345678", 8);
        endFrame(192);
        hex("5446524d 00000000 0100000000000000 1001000000000000 18000000 00000000");
        hex("ffffffff 10000000 0807060504030201 0900000000000000");
        endFrame(192 + 80);
        hex("5446524d 00000000 0200000000000000 4801000000000000 00000000 00000000"); // the end
        endFrame(192 + 80 + 56);
        byte[] found = Files.readAllBytes(directory.resolve("map.log.1"));
        assertEquals(expected.toString(), HexFormat.of().formatHex(found));
    }

    private static RecordBuffer.Part part(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return (target, at) -> {
            target.asSlice(at, bytes.length).copyFrom(MemorySegment.ofArray(bytes));
            return bytes.length;
        };
    }
}
