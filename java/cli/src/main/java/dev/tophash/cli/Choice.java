package dev.tophash.cli;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Options that take one of a few words: the constants of an enum, in small letters. */
final class Choice {
    private Choice() {}

    /**
     * The constant that a word means.
     *
     * @param option its name, for messages
     * @throws CommandFailure if it means none
     */
    static <E extends Enum<E>> E of(String option, String word, Class<E> choices)
            throws CommandFailure {
        for (E choice : choices.getEnumConstants()) {
            if (word(choice).equals(word)) {
                return choice;
            }
        }
        String words =
                Arrays.stream(choices.getEnumConstants())
                        .map(Choice::word)
                        .collect(Collectors.joining(", "));
        throw CommandFailure.usage(option + " " + word + ": must be one of " + words);
    }

    private static String word(Enum<?> choice) {
        return choice.name().toLowerCase(Locale.ROOT);
    }
}
