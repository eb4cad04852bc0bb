package dev.tophash.cli;

import dev.tophash.StringLongMap;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.concurrent.Callable;

/** Counts how often each word, line or field occurs. */
@Command(
        name = "count",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Counts words, lines or fields.",
            "",
            "A word is a run of bytes other than ASCII white space. Bytes are taken as they are, in any"
                    + " encoding. Keys and counts go to standard output, most frequent first, equal ones in"
                    + " the order of their bytes; totals go to standard error.",
            ""
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:all inputs were counted",
            "1:writing or counting failed",
            "2:an argument is wrong: a file that cannot be read, a directory, a bad number"
        })
final class CountCommand implements Callable<Integer> {
    private static final long BYTES_PER_KEY = 256;
    private static final long MOST_EXPECTED_KEYS = 1 << 22;

    @Parameters(
            paramLabel = "FILE",
            arity = "0..*",
            description =
                    "What to read; - or no FILE is standard input. A word or line ends with its file.")
    private List<String> files = List.of("-");

    @Option(
            names = "--lines",
            description =
                    "Count lines, without their \\n; a \\r before it belongs to the line. A last line"
                            + " without \\n is a line if it is not empty.")
    private boolean lines;

    @Option(
            names = "--field",
            paramLabel = "N",
            description =
                    "Count the N-th field of each line, the first one being 1. A field may be empty; lines"
                            + " with fewer fields are skipped.")
    private Integer field;

    @Option(
            names = "--delimiter",
            paramLabel = "C",
            description =
                    "The byte between fields, by default a tab. One character, or \\t, \\0, \\\\, or \\xHH"
                            + " for any byte.")
    private String delimiter;

    @Option(
            names = "--top",
            paramLabel = "N",
            defaultValue = "20",
            description = "Print the N most frequent keys (default: ${DEFAULT-VALUE}).")
    private int top;

    @Option(
            names = "--output",
            paramLabel = "FILE",
            description =
                    "Write every key, a tab, its count, a newline to FILE, in no particular order. Nothing"
                            + " is escaped: the count is what follows the last tab of a record.")
    private String output;

    @Override
    public Integer call() throws CommandFailure {
        Tokenizer tokenizer = tokenizer();
        if (top < 0) {
            throw CommandFailure.usage("--top " + top + ": must be 0 or more");
        }
        List<Input> inputs = Input.all(files);
        try {
            WarmUp.await();
            count(inputs, tokenizer);
        } catch (OutOfMemoryError e) {
            throw CommandFailure.failure("out of memory: " + e.getMessage());
        } catch (LinkageError e) {
            throw CommandFailure.failure(DoctorCommand.rootMessage(e));
        }
        return 0;
    }

    private Tokenizer tokenizer() throws CommandFailure {
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
        if (field < 1) {
            throw CommandFailure.usage("--field " + field + ": the first field is 1");
        }
        return new Tokenizer.Fields(
                field, delimiter == null ? (byte) '\t' : delimiterByte(delimiter));
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

    /**
     * A guess that spares most of the growing: natural text and source code have a new word every
     * hundred to several hundred bytes. Too high a guess costs a tenth of the input's size in
     * memory.
     */
    private static long expectedKeys(List<Input> inputs) {
        long size = Input.size(inputs);
        return size < 0 ? 0 : Math.min(size / BYTES_PER_KEY, MOST_EXPECTED_KEYS);
    }

    private void count(List<Input> inputs, Tokenizer tokenizer) throws CommandFailure {
        try (ResultFile result = output == null ? null : ResultFile.open(output);
                StringLongMap map = StringLongMap.withExpectedSize(expectedKeys(inputs))) {
            TokenCounter counter = new TokenCounter(map);
            long begun = System.nanoTime();
            try (Progress progress =
                    new Progress("counting", Input.size(inputs), Progress.Unit.MEGABYTES)) {
                counter.count(new TokenReader(inputs, tokenizer), progress);
            }
            double seconds = (System.nanoTime() - begun) / 1e9;
            boolean read = result == null || result.write(out -> writeAll(map, out));
            if (printTop(TopEntries.of(map, top)) && read) {
                printSummary(counter, map, seconds);
            }
        }
    }

    /** Writes every entry: key, tab, count, newline. */
    private static void writeAll(StringLongMap map, OutputStream out) throws IOException {
        ByteSink sink = new ByteSink(out);
        StringLongMap.Cursor cursor = map.cursor();
        while (cursor.next()) {
            sink.put(cursor.keySegment());
            sink.put('\t');
            sink.put(cursor.value(), 1);
            sink.put('\n');
        }
        sink.flush();
    }

    /** Prints to standard output; returns false if it is a pipe that nobody reads any more. */
    private static boolean printTop(List<TopEntries.Entry> entries) throws CommandFailure {
        if (entries.isEmpty()) {
            return true;
        }
        int width = Long.toString(entries.getFirst().count()).length();
        return StandardOutput.write(
                out -> {
                    ByteSink sink = new ByteSink(out);
                    for (TopEntries.Entry entry : entries) {
                        sink.put(entry.count(), width);
                        sink.put(' ');
                        sink.put(entry.key());
                        sink.put('\n');
                    }
                    sink.flush();
                });
    }

    /** Totals. The first use of String.format in a JVM would take longer than many a count. */
    private static void printSummary(TokenCounter counter, StringLongMap map, double seconds) {
        double megabytes = counter.bytes() / 1e6;
        StringBuilder summary = new StringBuilder();
        summary.append("total         ").append(counter.tokens());
        summary.append("\ndistinct      ").append(map.size());
        summary.append("\nMB            ").append(decimal(megabytes, 1));
        summary.append("\nseconds       ").append(decimal(seconds, 3));
        summary.append("\nMB/s          ").append(decimal(megabytes / seconds, 1));
        summary.append("\nnative bytes  ").append(map.stats().usedBytes());
        System.err.println(summary);
    }

    private static String decimal(double value, int places) {
        return BigDecimal.valueOf(value).setScale(places, RoundingMode.HALF_UP).toPlainString();
    }
}
