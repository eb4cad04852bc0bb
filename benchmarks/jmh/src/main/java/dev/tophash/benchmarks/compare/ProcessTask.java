package dev.tophash.benchmarks.compare;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A program that writes figures to its standard output. */
final class ProcessTask implements Task {
    private final Setting setting;
    private final List<String> command;
    private final Reader reader;

    /** Makes figures of what a program wrote. */
    interface Reader {
        List<Measurement> read(String output);
    }

    ProcessTask(Setting setting, List<String> command, Reader reader) {
        this.setting = setting;
        this.command = command;
        this.reader = reader;
    }

    /** A class of these benchmarks, in a JVM of its own. */
    static ProcessTask program(
            Setting setting, Class<?> program, List<String> jvmArgs, Object... arguments) {
        List<String> command = new ArrayList<>(List.of(Setting.java()));
        command.addAll(jvmArgs);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        return new ProcessTask(setting, command, ProcessTask::lines);
    }

    /** One figure a line. */
    static List<Measurement> lines(String output) {
        return output.lines().map(Measurement::parse).toList();
    }

    @Override
    public String command() {
        return setting.shown(command);
    }

    @Override
    public List<Measurement> run() throws IOException, InterruptedException {
        Path errors = Files.createTempFile("tophash-compare", ".log");
        Process process =
                new ProcessBuilder(command)
                        .directory(setting.root().toFile())
                        .redirectError(errors.toFile())
                        .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int status = process.waitFor();
        String said = Files.readString(errors);
        Files.delete(errors);
        setting.log().println("$ " + command() + "\n" + output + said);
        if (status != 0) {
            throw new IOException(command() + " ended with " + status + ":\n" + said);
        }
        return reader.read(output);
    }
}
