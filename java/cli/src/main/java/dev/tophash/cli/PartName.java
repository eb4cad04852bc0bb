package dev.tophash.cli;

import dev.tophash.PartSize;

import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Key and value types as arguments name them. */
final class PartName {
    /** What arguments may say, for messages and help. */
    static final String NAMES =
            "byte short int long float double char boolean uuid instant fixed:WIDTH bytes:LENGTH"
                    + " string:LENGTH";

    private static final Map<String, Class<?>> TYPES =
            Map.ofEntries(
                    Map.entry("byte", byte.class),
                    Map.entry("short", short.class),
                    Map.entry("int", int.class),
                    Map.entry("long", long.class),
                    Map.entry("float", float.class),
                    Map.entry("double", double.class),
                    Map.entry("char", char.class),
                    Map.entry("boolean", boolean.class),
                    Map.entry("uuid", UUID.class),
                    Map.entry("instant", Instant.class));

    private static final Pattern SIZED = Pattern.compile("(fixed|bytes|string):(\\d{1,18})");

    private PartName() {}

    /**
     * The size that an argument names.
     *
     * @throws CommandFailure if it names none
     */
    static PartSize parse(String option, String name) throws CommandFailure {
        Class<?> type = TYPES.get(name);
        if (type != null) {
            return PartSize.of(type);
        }
        if (name.equals("none") && option.equals("--value")) {
            return PartSize.NONE;
        }
        Matcher sized = SIZED.matcher(name);
        if (!sized.matches()) {
            String none = option.equals("--value") ? " none" : "";
            throw CommandFailure.usage(
                    option + " " + name + ": unknown type, must be one of " + NAMES + none);
        }
        long bytes = Long.parseLong(sized.group(2));
        try {
            return sized.group(1).equals("fixed") ? PartSize.fixed(bytes) : PartSize.length(bytes);
        } catch (IllegalArgumentException e) {
            throw CommandFailure.usage(option + " " + name + ": " + e.getMessage());
        }
    }
}
