package dev.tophash.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a run of the command in this JVM returned and printed. */
record Printed(int status, String out, String err) {
    /** Runs the command with words, between blanks, and with what else there is as it is. */
    static synchronized Printed by(String words, String... more) {
        String[] arguments =
                Stream.of(words.split(" "), more).flatMap(Stream::of).toArray(String[]::new);
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
        ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
        try {
            System.setOut(new PrintStream(outBytes, true, UTF_8));
            StandardOutput.replacement = outBytes;
            System.setErr(new PrintStream(errBytes, true, UTF_8));
            int status = Main.run(arguments);
            return new Printed(status, outBytes.toString(UTF_8), errBytes.toString(UTF_8));
        } finally {
            System.setOut(out);
            StandardOutput.replacement = null;
            System.setErr(err);
        }
    }

    /** This, after a look that all went well; it may have warned. */
    Printed ok() {
        assertEquals(0, status, err);
        return this;
    }

    /** This, after a look that all went well and nothing is on standard error. */
    Printed quiet() {
        assertEquals("", err);
        return ok();
    }

    /**
     * This, after a look that an argument was at fault, which one line says that contains a text.
     */
    Printed refused(String part) {
        assertEquals(2, status, err);
        assertEquals("", out);
        assertEquals(1, err.lines().count(), err);
        assertTrue(err.contains(part), err);
        return this;
    }

    /** The first line of the output that contains a text. */
    String line(String part) {
        return out.lines().filter(line -> line.contains(part)).findFirst().orElseThrow();
    }

    /** What stands behind a name at the start of a line. */
    String row(String name) {
        Matcher line = Pattern.compile("(?m)^" + Pattern.quote(name) + " {2,}(.*)$").matcher(out);
        assertTrue(line.find(), out);
        return line.group(1);
    }
}
