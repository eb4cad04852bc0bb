import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.StringTokenizer;

/**
 * Counts the words of a file the way one writes it in plain Java: one thread, a HashMap, a counter
 * object per word. What the tophash command is compared with.
 *
 * <p>ISO-8859-1 gives every byte a character of its own, so no byte is lost, and it is the encoding
 * that the JVM reads and hashes fastest.
 */
public final class WordCountBaseline {
    private WordCountBaseline() {}

    /** Takes the file, and how many of the most frequent words to print. */
    public static void main(String[] args) throws IOException {
        Map<String, long[]> counts = new HashMap<>();
        try (BufferedReader in = Files.newBufferedReader(Path.of(args[0]), ISO_8859_1)) {
            String line;
            while ((line = in.readLine()) != null) {
                StringTokenizer words = new StringTokenizer(line, " \t\n\u000b\f\r");
                while (words.hasMoreTokens()) {
                    counts.computeIfAbsent(words.nextToken(), word -> new long[1])[0]++;
                }
            }
        }
        PrintStream out = new PrintStream(System.out, false, ISO_8859_1);
        counts.entrySet().stream()
                .sorted((a, b) -> Long.compare(b.getValue()[0], a.getValue()[0]))
                .limit(Long.parseLong(args[1]))
                .forEach(e -> out.println(e.getValue()[0] + " " + e.getKey()));
        out.flush();
        System.err.println(counts.size() + " different words");
    }
}
