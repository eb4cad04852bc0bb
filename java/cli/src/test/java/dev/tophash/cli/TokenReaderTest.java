package dev.tophash.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.tophash.StringLongMap;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Reading ahead in small pieces through small buffers loses and invents nothing. */
class TokenReaderTest {
    private static final int LONGEST = 1 << 20;

    /** Gives a few bytes at a time, as a pipe does. */
    private static InputStream inPieces(byte[] bytes, Random random) {
        return new ByteArrayInputStream(bytes) {
            @Override
            public synchronized int read(byte[] to, int offset, int length) {
                return super.read(to, offset, Math.min(length, random.nextInt(1, 50)));
            }
        };
    }

    private static Input input(byte[] bytes) {
        return new Input("input", bytes.length, () -> new ByteArrayInputStream(bytes));
    }

    private static Map<String, Long> contents(StringLongMap map) {
        Map<String, Long> counts = new TreeMap<>();
        var cursor = map.cursor();
        while (cursor.next()) {
            counts.put(Naive.text(cursor.keyBytes()), cursor.value());
        }
        return counts;
    }

    private static Map<String, Long> count(TokenReader reader) throws CommandFailure {
        try (StringLongMap map = StringLongMap.create()) {
            new TokenCounter(map).count(reader, done -> {});
            return contents(map);
        }
    }

    @Test
    void severalInputsThroughSmallBuffers() throws Exception {
        Random random = new Random(42);
        for (int round = 0; round < 300; round++) {
            List<Input> inputs = new ArrayList<>();
            List<String> words = new ArrayList<>();
            List<String> lines = new ArrayList<>();
            long bytes = 0;
            for (int i = random.nextInt(4); i > 0; i--) {
                byte[] text = Naive.randomText(random, random.nextInt(2000));
                inputs.add(
                        new Input(
                                "input",
                                text.length,
                                () -> inPieces(text, new Random(text.length))));
                words.addAll(Naive.words(Naive.text(text)));
                lines.addAll(Naive.lines(Naive.text(text)));
                bytes += text.length;
            }
            int slice = random.nextInt(1, 60);
            try (StringLongMap map = StringLongMap.create()) {
                TokenCounter counter = new TokenCounter(map);
                counter.count(
                        new TokenReader(inputs, new Tokenizer.Words(), slice, LONGEST), done -> {});
                assertEquals(Naive.count(words), contents(map), "round " + round);
                assertEquals(words.size(), counter.tokens());
                assertEquals(bytes, counter.bytes());
            }
            TokenReader reader = new TokenReader(inputs, new Tokenizer.Lines(), slice, LONGEST);
            assertEquals(Naive.count(lines), count(reader), "round " + round);
        }
    }

    @Test
    void tokensStayInOrder() throws Exception {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 20_000; i++) {
            text.append(i).append(' ');
        }
        Input input = input(text.toString().getBytes(ISO_8859_1));
        TokenReader reader = new TokenReader(List.of(input), new Tokenizer.Words(), 64, LONGEST);
        reader.start();
        int next = 0;
        boolean last;
        do {
            Chunk chunk = reader.take();
            for (int i = 0; i < chunk.count; i++, next++) {
                int start = (int) chunk.starts[i];
                int length = (int) chunk.ends[i] - start;
                assertEquals(
                        String.valueOf(next), new String(chunk.buffer, start, length, ISO_8859_1));
            }
            last = chunk.last;
            reader.giveBack(chunk);
        } while (!last);
        assertEquals(20_000, next);
    }

    @Test
    void keyAsLongAsTheInput() throws Exception {
        byte[] zeros = new byte[3_000_000];
        TokenReader reader =
                new TokenReader(List.of(input(zeros), input(zeros)), new Tokenizer.Lines());
        assertEquals(Map.of("\0".repeat(zeros.length), 2L), count(reader));
    }

    @Test
    void longKeysAmongShortOnes() throws Exception {
        String text = "a " + "b".repeat(1000) + " a " + "c".repeat(5000) + " " + "b".repeat(1000);
        for (int slice = 1; slice < 40; slice++) {
            List<Input> inputs = List.of(input(text.getBytes(ISO_8859_1)));
            TokenReader reader = new TokenReader(inputs, new Tokenizer.Words(), slice, LONGEST);
            assertEquals(Naive.count(Naive.words(text)), count(reader));
        }
    }

    @Test
    void keyThatNoArrayCanHold() throws Exception {
        List<Input> inputs = List.of(input(("short " + "x".repeat(100)).getBytes(ISO_8859_1)));
        count(new TokenReader(inputs, new Tokenizer.Words(), 10, 101));
        TokenReader small = new TokenReader(inputs, new Tokenizer.Words(), 10, 100);
        CommandFailure e = assertThrows(CommandFailure.class, () -> count(small));
        assertEquals(Main.FAILURE, e.status);
        assertTrue(e.getMessage().startsWith("input: "), e.getMessage());
    }

    @Test
    void failureComesAfterWhatWasRead() throws Exception {
        AtomicInteger reads = new AtomicInteger();
        InputStream broken =
                new InputStream() {
                    @Override
                    public int read() {
                        throw new AssertionError("one byte at a time");
                    }

                    @Override
                    public int read(byte[] to, int offset, int length) throws IOException {
                        if (reads.incrementAndGet() == 4) {
                            throw new IOException("torn");
                        }
                        to[offset] = ' ';
                        to[offset + 1] = 'x';
                        return 2;
                    }
                };
        List<Long> told = new ArrayList<>();
        try (StringLongMap map = StringLongMap.create()) {
            TokenCounter counter = new TokenCounter(map);
            List<Input> inputs = List.of(new Input("broken", -1, () -> broken));
            TokenReader reader = new TokenReader(inputs, new Tokenizer.Words());
            CommandFailure e =
                    assertThrows(CommandFailure.class, () -> counter.count(reader, told::add));
            assertEquals("broken: torn", e.getMessage());
            assertEquals(Main.USAGE, e.status);
            assertEquals(Map.of("x", 2L), contents(map));
            assertEquals(List.of(4L, 6L), told);
        }
    }

    @Test
    void bugInTheReaderIsNotSwallowed() {
        Input input =
                new Input(
                        "input",
                        1,
                        () -> {
                            throw new IllegalStateException("bug");
                        });
        TokenReader reader = new TokenReader(List.of(input), new Tokenizer.Words());
        Exception e = assertThrows(Exception.class, () -> count(reader));
        assertInstanceOf(IllegalStateException.class, e);
    }
}
