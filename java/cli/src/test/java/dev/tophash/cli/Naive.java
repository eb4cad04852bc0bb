package dev.tophash.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** What the tokenizers should find, said in the plainest way; each byte is one char of a string. */
final class Naive {
    private Naive() {}

    static String text(byte[] bytes) {
        return new String(bytes, ISO_8859_1);
    }

    static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        for (String word : text.split("[ \t\n\u000b\f\r]+")) {
            if (!word.isEmpty()) {
                words.add(word);
            }
        }
        return words;
    }

    static List<String> lines(String text) {
        List<String> lines = new ArrayList<>(List.of(text.split("\n", -1)));
        if (lines.getLast().isEmpty()) {
            lines.removeLast();
        }
        return lines;
    }

    static List<String> fields(String text, int wanted, char delimiter) {
        List<String> found = new ArrayList<>();
        for (String line : lines(text)) {
            List<String> fields = new ArrayList<>();
            int start = 0;
            for (int i = 0; i <= line.length(); i++) {
                if (i == line.length() || line.charAt(i) == delimiter) {
                    fields.add(line.substring(start, i));
                    start = i + 1;
                }
            }
            if (wanted <= fields.size()) {
                found.add(fields.get(wanted - 1));
            }
        }
        return found;
    }

    static Map<String, Long> count(List<String> tokens) {
        Map<String, Long> counts = new TreeMap<>();
        tokens.forEach(token -> counts.merge(token, 1L, Long::sum));
        return counts;
    }

    /**
     * Bytes in which white space, delimiters and repeated keys are frequent, and every byte occurs.
     */
    static byte[] randomText(Random random, int length) {
        byte[] text = new byte[length];
        byte[] frequent = " \t\n\u000b\f\r\n\n,,;;;aabbc\0".getBytes(ISO_8859_1);
        int wild = random.nextInt(1, 100);
        for (int i = 0; i < length; i++) {
            boolean any = random.nextInt(100) < wild;
            text[i] = any ? (byte) random.nextInt() : frequent[random.nextInt(frequent.length)];
        }
        return text;
    }
}
