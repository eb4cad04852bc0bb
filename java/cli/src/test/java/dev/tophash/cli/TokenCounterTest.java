package dev.tophash.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tophash.StringLongMap;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Reading into a buffer that is too small, in pieces of any size, loses and invents nothing. */
class TokenCounterTest {
    /** Gives a few bytes at a time, as a pipe does. */
    private static InputStream inPieces(byte[] bytes, Random random) {
        return new ByteArrayInputStream(bytes) {
            @Override
            public synchronized int read(byte[] to, int offset, int length) {
                return super.read(to, offset, Math.min(length, random.nextInt(1, 50)));
            }
        };
    }

    private static Map<String, Long> contents(StringLongMap map) {
        Map<String, Long> counts = new TreeMap<>();
        var cursor = map.cursor();
        while (cursor.next()) {
            counts.put(Naive.text(cursor.keyBytes()), cursor.value());
        }
        return counts;
    }

    @Test
    void severalInputsThroughOneSmallBuffer() throws Exception {
        Random random = new Random(42);
        for (int round = 0; round < 200; round++) {
            try (StringLongMap map = StringLongMap.create()) {
                TokenCounter counter =
                        new TokenCounter(
                                map, new Tokenizer.Words(), random.nextInt(1, 40), Integer.MAX_VALUE - 8);
                List<String> expected = new ArrayList<>();
                long bytes = 0;
                for (int i = random.nextInt(1, 4); i > 0; i--) {
                    byte[] input = Naive.randomText(random, random.nextInt(2000));
                    counter.count(inPieces(input, random), "input", done -> {});
                    expected.addAll(Naive.words(Naive.text(input)));
                    bytes += input.length;
                }
                assertEquals(Naive.count(expected), contents(map));
                assertEquals(expected.size(), counter.tokens());
                assertEquals(bytes, counter.bytes());
            }
        }
    }

    @Test
    void keyAsLongAsTheInput() throws Exception {
        byte[] input = new byte[3_000_000];
        try (StringLongMap map = StringLongMap.create()) {
            TokenCounter counter = new TokenCounter(map, new Tokenizer.Lines());
            counter.count(new ByteArrayInputStream(input), "zeros", done -> {});
            counter.count(new ByteArrayInputStream(input), "zeros", done -> {});
            assertEquals(Map.of("\0".repeat(input.length), 2L), contents(map));
        }
    }

    @Test
    void keyThatNoArrayCanHold() throws Exception {
        byte[] input = ("short " + "x".repeat(100)).getBytes(ISO_8859_1);
        try (StringLongMap map = StringLongMap.create()) {
            TokenCounter fits = new TokenCounter(map, new Tokenizer.Words(), 10, 101);
            fits.count(new ByteArrayInputStream(input), "input", done -> {});
            TokenCounter small = new TokenCounter(map, new Tokenizer.Words(), 10, 100);
            CommandFailure e =
                    assertThrows(
                            CommandFailure.class,
                            () -> small.count(new ByteArrayInputStream(input), "input", done -> {}));
            assertEquals(Main.FAILURE, e.status);
            assertTrue(e.getMessage().startsWith("input: "), e.getMessage());
        }
    }

    @Test
    void progressIsToldAndFailuresPassThrough() throws Exception {
        List<Long> told = new ArrayList<>();
        InputStream broken =
                new InputStream() {
                    private int reads;

                    @Override
                    public int read() {
                        throw new AssertionError("one byte at a time");
                    }

                    @Override
                    public int read(byte[] to, int offset, int length) throws IOException {
                        if (reads++ == 3) {
                            throw new IOException("torn");
                        }
                        return 7;
                    }
                };
        try (StringLongMap map = StringLongMap.create()) {
            TokenCounter counter = new TokenCounter(map, new Tokenizer.Words());
            assertThrows(IOException.class, () -> counter.count(broken, "broken", told::add));
            assertEquals(List.of(7L, 14L, 21L), told);
        }
    }
}
