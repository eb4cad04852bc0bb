package dev.tophash.cli;

import dev.tophash.Tophash;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParameterException;

import java.io.PrintWriter;

/**
 * The {@code tophash} command.
 *
 * <p>Exit status: 0 when all went well (also when the reader of the output went away), 1 when
 * something failed on the way, 2 when an argument is at fault. Errors are one line on standard
 * error.
 */
@Command(
        name = "tophash",
        description = "An off-heap hash map, from the command line.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            CountCommand.class,
            EstimateCommand.class,
            InspectCommand.class,
            IndexCommand.class,
            GetCommand.class,
            StatCommand.class,
            VerifyCommand.class,
            DumpCommand.class,
            TraceCommand.class,
            DoctorCommand.class
        },
        footerHeading = "%n",
        footer = {
            "./tophash --jvmci COMMAND starts a JVM in which single calls of the library are quicker,",
            "see \"Faster single calls\" in docs/guide.md. The row \"linkage\" of doctor says whether they are."
        })
public final class Main {
    /** An argument is wrong. */
    static final int USAGE = 2;

    /** Something failed on the way. */
    static final int FAILURE = 1;

    private Main() {}

    /** Runs the command and ends the JVM with its exit status. */
    public static void main(String[] args) {
        if (args.length > 0 && args[0].equals("count")) {
            WarmUp.start();
        }
        System.exit(run(args));
    }

    /** Runs the command; returns its exit status. */
    static int run(String... args) {
        CommandLine command = new CommandLine(new Main());
        command.setExpandAtFiles(false); // a file named @words is a file, not a list of arguments
        command.setParameterExceptionHandler((e, line) -> wrongArgument(e));
        command.setExecutionExceptionHandler((e, failed, parsed) -> failed(e, failed));
        if (args.length == 0) {
            command.usage(System.err);
            return USAGE;
        }
        try {
            return command.execute(args);
        } catch (OutOfMemoryError e) {
            return say(command, "out of memory: " + e.getMessage(), FAILURE);
        } catch (LinkageError e) {
            // --version asks the native library, which cannot be loaded: the message says why.
            return say(command, DoctorCommand.rootMessage(e), FAILURE);
        }
    }

    private static int wrongArgument(ParameterException e) {
        CommandLine command = e.getCommandLine();
        String message = e.getMessage().lines().findFirst().orElse("wrong arguments");
        String help = " (see " + command.getCommandSpec().qualifiedName() + " --help)";
        return say(command, message + help, USAGE);
    }

    private static int failed(Exception e, CommandLine command) throws Exception {
        if (e instanceof CommandFailure failure) {
            return say(command, failure.getMessage(), failure.status);
        }
        throw e; // a bug: its stack trace is wanted
    }

    private static int say(CommandLine command, String message, int status) {
        PrintWriter err = command.getErr();
        err.println(command.getCommandSpec().qualifiedName() + ": " + message);
        err.flush();
        return status;
    }

    /** Prints the version of the library. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"tophash " + Tophash.version()};
        }
    }
}
