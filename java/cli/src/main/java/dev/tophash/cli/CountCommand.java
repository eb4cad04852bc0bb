package dev.tophash.cli;

import dev.tophash.StringLongMap;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Path;
import java.util.List;

/** Counts how often each word, line or field occurs. */
final class CountCommand {
    private static final String HELP =
            """
            Usage: tophash count [--lines | --field=N [--delimiter=C]] [--top=N] [--output=FILE] [FILE...]
            Counts words, lines or fields of files, or of standard input if FILE is - or missing.

            A word is a run of bytes other than ASCII white space. Bytes are taken as they are, in any
            encoding, NUL included; a word or line ends with its file. Keys and counts go to standard
            output, most frequent first, equal ones in the order of their bytes; totals go to standard
            error.

              --lines        count lines, without their \\n; a \\r before it belongs to the line. A last
                             line without \\n is a line if it is not empty
              --field=N      count the N-th field of each line, the first being 1. A field may be empty;
                             lines with fewer fields are skipped
              --delimiter=C  the byte between fields, by default a tab: one character, \\t, \\0, \\\\, or
                             \\xHH for any byte
              --top=N        print the N most frequent keys; 20 by default
              --output=FILE  write every key, a tab, its count and a newline to FILE, in no order. Nothing
                             is escaped: the count is what follows the last tab
              --help         show this text

            Exit status: 0 if all was counted, 1 if writing or counting failed, 2 if an argument is wrong
            or a file cannot be read.
            """;

    private static final int DEFAULT_TOP = 20;

    private CountCommand() {}

    /** Runs the command with the arguments that follow its name. */
    static void run(List<String> arguments) throws CommandFailure {
        Arguments parsed =
                Arguments.parse(
                        arguments,
                        List.of("--lines", "--help", "-h"),
                        List.of("--field", "--delimiter", "--top", "--output"));
        if (parsed.has("--help") || parsed.has("-h")) {
            System.out.print(HELP);
            return;
        }
        Tokenizer tokenizer = tokenizer(parsed);
        int top = parsed.number("--top", 0, DEFAULT_TOP);
        String output = parsed.value("--output");
        List<String> files = parsed.operands();
        List<Input> inputs = Input.all(files.isEmpty() ? List.of("-") : files);
        try (ResultFile result = output == null ? null : ResultFile.open(output);
                StringLongMap map = StringLongMap.create()) {
            count(inputs, map, tokenizer, result, top);
        } catch (OutOfMemoryError e) {
            throw CommandFailure.failure("out of memory: " + e.getMessage());
        }
    }

    private static Tokenizer tokenizer(Arguments parsed) throws CommandFailure {
        String field = parsed.value("--field");
        String delimiter = parsed.value("--delimiter");
        boolean lines = parsed.has("--lines");
        if (field == null) {
            if (delimiter != null) {
                throw CommandFailure.usage("--delimiter '" + delimiter + "': needs --field");
            }
            return lines ? new Tokenizer.Lines() : new Tokenizer.Words();
        }
        if (lines) {
            throw CommandFailure.usage(
                    "--lines and --field " + field + ": only one of them can be given");
        }
        return new Tokenizer.Fields(
                parsed.number("--field", 1, 1),
                delimiter == null ? (byte) '\t' : delimiterByte(delimiter));
    }

    private static byte delimiterByte(String text) throws CommandFailure {
        int value = -1;
        if (text.length() == 1) {
            value = text.charAt(0) < 0x80 ? text.charAt(0) : -1;
        } else if (text.matches("\\\\[t0\\\\]")) {
            value = text.charAt(1) == 't' ? '\t' : text.charAt(1) == '0' ? 0 : '\\';
        } else if (text.matches("\\\\x[0-9a-fA-F]{2}")) {
            value = Integer.parseInt(text.substring(2), 16);
        }
        if (value < 0 || value == '\n') {
            throw CommandFailure.usage(
                    "--delimiter '" + text + "': must be one byte, not a newline; \\xHH gives any");
        }
        return (byte) value;
    }

    private static void count(
            List<Input> inputs, StringLongMap map, Tokenizer tokenizer, ResultFile result, int top)
            throws CommandFailure {
        TokenCounter counter = new TokenCounter(map);
        long begun = System.nanoTime();
        try (Progress progress = new Progress(Input.size(inputs))) {
            counter.count(new TokenReader(inputs, tokenizer), progress);
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        boolean read = result == null || result.write(map);
        if (printTop(TopEntries.of(map, top)) && read) {
            printSummary(counter, map, seconds);
        }
    }

    /** Prints to standard output; returns false if it is a pipe that nobody reads any more. */
    private static boolean printTop(List<TopEntries.Entry> entries) throws CommandFailure {
        if (entries.isEmpty()) {
            return true;
        }
        int width = Long.toString(entries.getFirst().count()).length();
        boolean hasReader = ByteSink.hasReader(Path.of("/proc/self/fd/1"));
        try (OutputStream out = new FileOutputStream(FileDescriptor.out)) {
            ByteSink sink = new ByteSink(out);
            for (TopEntries.Entry entry : entries) {
                sink.put(entry.count(), width);
                sink.put(' ');
                sink.put(entry.key());
                sink.put('\n');
            }
            sink.flush();
            return true;
        } catch (IOException e) {
            if (hasReader) {
                return false;
            }
            throw CommandFailure.failure("standard output: " + e.getMessage());
        }
    }

    /** Totals, in the C locale's notation. String.format would cost more than it is worth here. */
    private static void printSummary(TokenCounter counter, StringLongMap map, double seconds) {
        double megabytes = counter.bytes() / 1e6;
        String summary =
                "total         "
                        + counter.tokens()
                        + "\ndistinct      "
                        + map.size()
                        + "\nMB            "
                        + decimal(megabytes, 1)
                        + "\nseconds       "
                        + decimal(seconds, 3)
                        + "\nMB/s          "
                        + decimal(megabytes / seconds, 1)
                        + "\nnative bytes  "
                        + map.stats().usedBytes();
        System.err.println(summary);
    }

    private static String decimal(double value, int places) {
        return BigDecimal.valueOf(value).setScale(places, RoundingMode.HALF_UP).toPlainString();
    }
}
