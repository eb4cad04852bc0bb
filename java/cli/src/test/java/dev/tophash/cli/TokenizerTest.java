package dev.tophash.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Each tokenizer against its plain description, with the input cut into pieces of every size. */
class TokenizerTest {
    /** A tokenizer and what it should find. */
    record Kind(
            String name, Supplier<Tokenizer> tokenizer, Function<String, List<String>> expected) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Kind> kinds() {
        return Stream.concat(
                Stream.of(
                        new Kind("words", Tokenizer.Words::new, Naive::words),
                        new Kind("lines", Tokenizer.Lines::new, Naive::lines),
                        fields(1, '\t'),
                        fields(2, '\0'),
                        fields(3, '\u00e9')),
                IntStream.of(1, 2, 3, 7).mapToObj(n -> fields(n, ';')));
    }

    private static Kind fields(int n, char delimiter) {
        return new Kind(
                "field " + n + " of '" + delimiter + "'",
                () -> new Tokenizer.Fields(n, (byte) delimiter),
                text -> Naive.fields(text, n, delimiter));
    }

    /**
     * Feeds the text in pieces; after each piece, drops what is no longer needed if {@code drop}.
     */
    private static List<String> tokens(Tokenizer tokenizer, byte[] text, int piece, boolean drop) {
        List<String> found = new ArrayList<>();
        Chunk chunk = new Chunk(text.length + piece);
        for (int done = 0; done < text.length; done += piece) {
            int size = Math.min(piece, text.length - done);
            int from = chunk.limit;
            System.arraycopy(text, done, chunk.buffer, from, size);
            chunk.limit += size;
            tokenizer.scan(chunk, from);
            take(chunk, found);
            int needed = drop ? tokenizer.needed(chunk.limit) : 0;
            chunk.limit -= needed;
            System.arraycopy(chunk.buffer, needed, chunk.buffer, 0, chunk.limit);
            Arrays.fill(chunk.buffer, chunk.limit, chunk.buffer.length, (byte) '#');
            tokenizer.moved(needed);
        }
        tokenizer.finish(chunk);
        take(chunk, found);
        assertEquals(chunk.limit, tokenizer.needed(chunk.limit));
        tokenizer.moved(chunk.limit);
        return found;
    }

    private static void take(Chunk chunk, List<String> found) {
        for (int i = 0; i < chunk.count; i++) {
            int start = Math.toIntExact(chunk.starts[i]);
            int length = Math.toIntExact(chunk.ends[i]) - start;
            found.add(new String(chunk.buffer, start, length, ISO_8859_1));
        }
        chunk.count = 0;
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void everyPieceSize(Kind kind) {
        byte[] text =
                "a;b;c\n\n;\n;;\r\none  two\t\tthree;\u00e9\u00e9x\0y\0z\nlast;line;\u00ff\u0085;\u00a0;x"
                        .getBytes(ISO_8859_1);
        for (int length = 0; length <= text.length; length++) {
            byte[] input = Arrays.copyOf(text, length);
            List<String> expected = kind.expected.apply(Naive.text(input));
            for (int piece = 1; piece <= length + 1; piece++) {
                for (boolean drop : new boolean[] {true, false}) {
                    List<String> found = tokens(kind.tokenizer.get(), input, piece, drop);
                    assertEquals(expected, found, "length " + length + ", pieces of " + piece);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void randomBytes(Kind kind) {
        Random random = new Random(20250101);
        Tokenizer used =
                kind.tokenizer.get(); // the same for all: nothing is left over from earlier inputs
        for (int round = 0; round < 2000; round++) {
            byte[] input = Naive.randomText(random, random.nextInt(1 + random.nextInt(300)));
            int piece = random.nextInt(1, 80);
            assertEquals(
                    kind.expected.apply(Naive.text(input)),
                    tokens(used, input, piece, random.nextBoolean()),
                    "round " + round);
        }
    }
}
