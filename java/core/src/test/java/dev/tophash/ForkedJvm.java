package dev.tophash;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Runs a test program in a JVM of its own, so that its crash is a result and not the end of the
 * tests.
 */
final class ForkedJvm {
    /** What became of it; {@code crash} is the first part of the JVM's error file, or empty. */
    record Result(int status, String output, String crash) {}

    private ForkedJvm() {}

    /**
     * Runs a class of the test class path.
     *
     * @param directory for what it leaves
     * @throws AssertionError if it does not end in time
     */
    static Result run(Path directory, Class<?> program, List<String> arguments, long seconds)
            throws IOException, InterruptedException {
        return run(directory, List.of(), program, arguments, seconds);
    }

    /** The same with options for the JVM. */
    static Result run(
            Path directory,
            List<String> options,
            Class<?> program,
            List<String> arguments,
            long seconds)
            throws IOException, InterruptedException {
        return await(start(directory, options, program, arguments), directory, seconds);
    }

    /** The same by way of a command that is followed by it. */
    static Result runInside(
            List<String> prefix,
            Path directory,
            Class<?> program,
            List<String> arguments,
            long seconds)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(command(directory, List.of(), program, arguments));
        return await(start(directory, command), directory, seconds);
    }

    private static Result await(Process process, Path directory, long seconds)
            throws IOException, InterruptedException {
        if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
            throw new AssertionError(
                    "not done after "
                            + seconds
                            + " s: "
                            + Files.readString(output(directory).toPath()));
        }
        return new Result(
                process.exitValue(),
                Files.readString(output(directory).toPath()),
                crash(directory));
    }

    /** Starts one, whose output goes to {@link #output}. */
    static Process start(
            Path directory, List<String> options, Class<?> program, List<String> arguments)
            throws IOException {
        return start(directory, command(directory, options, program, arguments));
    }

    private static Process start(Path directory, List<String> command) throws IOException {
        return new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output(directory))
                .start();
    }

    private static List<String> command(
            Path directory, List<String> options, Class<?> program, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(
                System.getProperty("tophash.java", System.getProperty("java.home") + "/bin/java"));
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("-XX:ErrorFile=" + directory.resolve("hs_err.log"));
        command.add("-XX:-CreateCoredumpOnCrash");
        command.add("-Xmx512m");
        for (String name :
                List.of(
                        "tophash.library",
                        "tophash.tmpdir",
                        "tophash.emulated",
                        "java.io.tmpdir")) {
            if (System.getProperty(name) != null) {
                command.add("-D" + name + "=" + System.getProperty(name));
            }
        }
        command.addAll(options);
        command.add("-cp");
        command.add(classPath());
        command.add(program.getName());
        command.addAll(arguments);
        return command;
    }

    /** Where its output goes. */
    static File output(Path directory) {
        return directory.resolve("output.txt").toFile();
    }

    /** Surefire starts its JVM with the class path in a property of its own. */
    private static String classPath() {
        return System.getProperty(
                "surefire.test.class.path", System.getProperty("java.class.path"));
    }

    private static String crash(Path directory) throws IOException {
        Path file = directory.resolve("hs_err.log");
        if (!Files.exists(file)) {
            return "";
        }
        try (Stream<String> lines = Files.lines(file)) {
            return String.join("\n", lines.limit(120).toList());
        }
    }
}
