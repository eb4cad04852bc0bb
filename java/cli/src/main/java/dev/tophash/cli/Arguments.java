package dev.tophash.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A command's arguments: options, which may stand anywhere before {@code --}, and operands.
 *
 * <p>Options are {@code --name}, {@code --name VALUE} or {@code --name=VALUE}. The last of several
 * of the same name counts. Written by hand because it is on the way of every run: a library for
 * this took longer to start than counting a 60 MB file takes.
 */
final class Arguments {
    private final Map<String, String> options = new HashMap<>();
    private final List<String> operands = new ArrayList<>();

    private Arguments() {}

    /**
     * Sorts arguments.
     *
     * @param flags the options that take no value, with their dashes
     * @param valued the options that take one
     * @throws CommandFailure naming an option that is neither, lacks its value, or has one too many
     */
    static Arguments parse(List<String> arguments, List<String> flags, List<String> valued)
            throws CommandFailure {
        Arguments parsed = new Arguments();
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (argument.equals("--")) {
                parsed.operands.addAll(arguments.subList(i + 1, arguments.size()));
                break;
            }
            if (!argument.startsWith("-") || argument.equals("-")) {
                parsed.operands.add(argument);
                continue;
            }
            int equals = argument.indexOf('=');
            String name = equals < 0 ? argument : argument.substring(0, equals);
            if (flags.contains(name) && equals < 0) {
                parsed.options.put(name, "");
            } else if (flags.contains(name)) {
                throw CommandFailure.usage(argument + ": " + name + " takes no value");
            } else if (!valued.contains(name)) {
                throw CommandFailure.usage(argument + ": no such option (see --help)");
            } else if (equals >= 0) {
                parsed.options.put(name, argument.substring(equals + 1));
            } else if (++i < arguments.size()) {
                parsed.options.put(name, arguments.get(i));
            } else {
                throw CommandFailure.usage(argument + ": needs a value");
            }
        }
        return parsed;
    }

    /** Whether an option was given. */
    boolean has(String name) {
        return options.containsKey(name);
    }

    /** The value of an option, or null if it was not given. */
    String value(String name) {
        return options.get(name);
    }

    /**
     * The value of an option that is a whole number, or {@code otherwise} if it was not given.
     *
     * @throws CommandFailure if it is not a number from {@code least} to 2,147,483,647
     */
    int number(String name, int least, int otherwise) throws CommandFailure {
        String text = options.get(name);
        if (text == null) {
            return otherwise;
        }
        try {
            int number = Integer.parseInt(text);
            if (number >= least) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw CommandFailure.usage(
                name
                        + " "
                        + text
                        + ": not a whole number from "
                        + least
                        + " to "
                        + Integer.MAX_VALUE);
    }

    /** What is not an option, in order. */
    List<String> operands() {
        return operands;
    }
}
