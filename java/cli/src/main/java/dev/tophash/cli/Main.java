package dev.tophash.cli;

import dev.tophash.Tophash;

import java.util.Arrays;
import java.util.List;

/**
 * The {@code tophash} command.
 *
 * <p>Exit status: 0 when all went well (also when the reader of the output went away), 1 when
 * something failed on the way, 2 when an argument is at fault. Errors are one line on standard
 * error.
 */
public final class Main {
    /** An argument is wrong. */
    static final int USAGE = 2;

    /** Something failed on the way. */
    static final int FAILURE = 1;

    private static final String HELP =
            """
            Usage: tophash COMMAND [ARGUMENT...]
            An off-heap hash map, from the command line.

              count FILE...  count words, lines or fields
              doctor         show what Tophash runs on and what it found there
              --help         show this text; also after a command
              --version      show the version
            """;

    private Main() {}

    /** Runs the command and ends the JVM with its exit status. */
    public static void main(String[] args) {
        System.exit(run(Arrays.asList(args)));
    }

    /** Runs the command; returns its exit status. */
    static int run(List<String> arguments) {
        String command = arguments.isEmpty() ? "" : arguments.getFirst();
        String name = "tophash";
        try {
            List<String> rest =
                    arguments.isEmpty() ? arguments : arguments.subList(1, arguments.size());
            switch (command) {
                case "count":
                    name = "tophash count";
                    CountCommand.run(rest);
                    return 0;
                case "doctor":
                    name = "tophash doctor";
                    return DoctorCommand.run(rest);
                case "help", "--help", "-h":
                    System.out.print(HELP);
                    return 0;
                case "version", "--version", "-V":
                    System.out.println("tophash " + Tophash.version());
                    return 0;
                case "":
                    System.err.print(HELP);
                    return USAGE;
                default:
                    throw CommandFailure.usage(
                            command + ": no such command; there are count and doctor");
            }
        } catch (CommandFailure e) {
            System.err.println(name + ": " + e.getMessage());
            return e.status;
        } catch (LinkageError e) {
            // The native library cannot be loaded; the message says why and what to do.
            System.err.println(name + ": " + DoctorCommand.rootMessage(e));
            return FAILURE;
        }
    }
}
