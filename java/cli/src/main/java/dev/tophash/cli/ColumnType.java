package dev.tophash.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tophash.Codec;
import dev.tophash.Codecs;

import java.util.Arrays;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A type that keys and values can have in a table of text: how it is read, written, added up and
 * kept in a map.
 *
 * @param name what map files and the command line call it
 * @param codec how a map keeps it
 * @param parser reads it
 * @param printer writes it: a character for each byte
 * @param sum adds two of them, or throws {@link ArithmeticException}; null if there are no sums
 */
record ColumnType<T>(
        String name,
        Codec<T> codec,
        Parser<T> parser,
        Function<T, String> printer,
        BinaryOperator<T> sum) {
    /** Reads a value from a field. */
    interface Parser<T> {
        /**
         * The value of {@code bytes[from, to)}.
         *
         * @throws BadRow if it has none of this type
         */
        T parse(byte[] bytes, int from, int to) throws BadRow;
    }

    /** Digits that cannot go beyond a long. */
    private static final int SAFE_DIGITS = 18;

    static final ColumnType<Long> LONG =
            new ColumnType<>(
                    "long",
                    Codecs.LONG,
                    (b, from, to) -> integer("a long", Long.MIN_VALUE, Long.MAX_VALUE, b, from, to),
                    Object::toString,
                    Math::addExact);

    static final ColumnType<Integer> INT =
            new ColumnType<>(
                    "int",
                    Codecs.INTEGER,
                    (b, from, to) ->
                            (int)
                                    integer(
                                            "an int",
                                            Integer.MIN_VALUE,
                                            Integer.MAX_VALUE,
                                            b,
                                            from,
                                            to),
                    Object::toString,
                    Math::addExact);

    static final ColumnType<Double> DOUBLE =
            new ColumnType<>(
                    "double", Codecs.DOUBLE, ColumnType::real, Object::toString, Double::sum);

    /** A string of this command has a character for each byte of the UTF-8, see TextCodec. */
    static final ColumnType<String> STRING =
            new ColumnType<>(
                    "string", new TextCodec(), ColumnType::text, Function.identity(), null);

    /** What the values of a set are: its rows have no column for them. */
    static final ColumnType<Nothing> NOTHING =
            new ColumnType<>(
                    "nothing",
                    Nothing.CODEC,
                    (bytes, from, to) -> Nothing.NOTHING,
                    nothing -> "",
                    null);

    private static final List<ColumnType<?>> ALL = List.of(LONG, INT, DOUBLE, STRING);

    /** The names, for messages. */
    static final String NAMES =
            ALL.stream().map(ColumnType::name).collect(Collectors.joining(", "));

    /** The type of this name, or null. */
    static ColumnType<?> named(String name) {
        return ALL.stream().filter(type -> type.name.equals(name)).findFirst().orElse(null);
    }

    /** The value of a text that did not come from a row. */
    T parse(String text) throws BadRow {
        byte[] bytes = text.getBytes(UTF_8);
        return parser.parse(bytes, 0, bytes.length);
    }

    /** A value as text of Java. */
    String text(T value) {
        return new String(printer.apply(value).getBytes(ISO_8859_1), UTF_8);
    }

    /** A value as messages show it. */
    String shown(T value) {
        return BadRow.quoted(text(value));
    }

    private static long integer(String type, long least, long most, byte[] b, int from, int to)
            throws BadRow {
        int first = from < to && b[from] == '-' ? from + 1 : from;
        long value = 0;
        boolean digits = first < to && to - first <= SAFE_DIGITS;
        for (int i = first; digits && i < to; i++) {
            int digit = b[i] - '0';
            digits = digit >= 0 && digit <= 9;
            value = 10 * value + digit;
        }
        if (digits) {
            value = first > from ? -value : value;
        } else {
            value = longInteger(type, b, from, to);
        }
        if (value < least || value > most) {
            throw not(type, b, from, to);
        }
        return value;
    }

    /** Many digits, a plus sign, or no number at all. */
    private static long longInteger(String type, byte[] b, int from, int to) throws BadRow {
        try {
            return Long.parseLong(new String(b, from, to - from, ISO_8859_1));
        } catch (NumberFormatException e) {
            throw not(type, b, from, to);
        }
    }

    /** As Java reads it, but without blanks around it and without a letter d or f behind it. */
    private static double real(byte[] b, int from, int to) throws BadRow {
        String text = new String(b, from, to - from, ISO_8859_1);
        char last = text.isEmpty() ? ' ' : text.charAt(text.length() - 1);
        boolean word = text.endsWith("NaN") || text.endsWith("Infinity");
        if (text.strip().length() != text.length() || !word && Character.isLetter(last)) {
            throw not("a double", b, from, to);
        }
        try {
            double value = Double.parseDouble(text);
            if (Double.isInfinite(value) && !word) {
                throw not("a double", b, from, to);
            }
            return value;
        } catch (NumberFormatException e) {
            throw not("a double", b, from, to);
        }
    }

    private static String text(byte[] b, int from, int to) throws BadRow {
        for (int i = from; i < to; i++) {
            if (b[i] < 0) {
                return checkedText(b, from, to);
            }
        }
        return new String(b, from, to - from, ISO_8859_1);
    }

    private static String checkedText(byte[] b, int from, int to) throws BadRow {
        byte[] bytes = Arrays.copyOfRange(b, from, to);
        if (!Arrays.equals(new String(bytes, UTF_8).getBytes(UTF_8), bytes)) {
            throw not("UTF-8", b, from, to);
        }
        return new String(bytes, ISO_8859_1);
    }

    private static BadRow not(String type, byte[] b, int from, int to) {
        return new BadRow(
                "not " + type + ": " + BadRow.quoted(new String(b, from, to - from, UTF_8)));
    }
}
