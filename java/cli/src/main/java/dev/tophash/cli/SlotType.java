package dev.tophash.cli;

import dev.tophash.Codec;
import dev.tophash.Codecs;
import dev.tophash.Layout;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A type of keys or values as an argument names it.
 *
 * @param name as it was given
 */
record SlotType(String name, Layout.Slot slot) {
    /** What the arguments may be, for help texts and messages. */
    static final String TYPES =
            "byte, short, int, long, float, double, char, uuid, bytes, string or fixed:N[:ALIGN]";

    private static final int MOST_ALIGNED = 8;
    private static final Pattern FIXED = Pattern.compile("fixed:(\\d{1,9})(?::(\\d{1,9}))?");
    private static final Map<String, Codec<?>> NAMED = new LinkedHashMap<>();

    static {
        NAMED.put("byte", Codecs.BYTE);
        NAMED.put("short", Codecs.SHORT);
        NAMED.put("int", Codecs.INTEGER);
        NAMED.put("long", Codecs.LONG);
        NAMED.put("float", Codecs.FLOAT);
        NAMED.put("double", Codecs.DOUBLE);
        NAMED.put("char", Codecs.CHARACTER);
        NAMED.put("uuid", Codecs.UUID);
        NAMED.put("bytes", Codecs.BYTES);
        NAMED.put("string", Codecs.STRING);
    }

    /**
     * Reads an argument.
     *
     * @param option whose argument it is, for messages
     * @throws CommandFailure if it is no type, or one that no map can have
     */
    static SlotType of(String option, String name) throws CommandFailure {
        Codec<?> codec = NAMED.get(name);
        if (codec != null) {
            return new SlotType(name, Layout.Slot.of(codec));
        }
        Matcher fixed = FIXED.matcher(name);
        if (!fixed.matches()) {
            throw CommandFailure.usage(option + " " + name + ": no such type, must be " + TYPES);
        }
        int size = Integer.parseInt(fixed.group(1));
        int align = fixed.group(2) == null ? natural(size) : Integer.parseInt(fixed.group(2));
        try {
            return new SlotType(name, new Layout.Slot(size, align));
        } catch (IllegalArgumentException e) {
            throw CommandFailure.usage(option + " " + name + ": " + e.getMessage());
        }
    }

    /** As a struct of the largest numbers that fit the size evenly would be. */
    private static int natural(int size) {
        return size == 0 ? 1 : Math.min(Integer.lowestOneBit(size), MOST_ALIGNED);
    }
}
