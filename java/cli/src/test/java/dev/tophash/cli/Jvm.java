package dev.tophash.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command in a JVM of its own, with the options of the launcher. */
final class Jvm {
    private Jvm() {}

    /** A process that is yet to be started. */
    static ProcessBuilder command(Object... arguments) {
        List<String> line = new ArrayList<>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.addAll(
                List.of(
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xlog:disable",
                        "-Xlog:all=error:stderr"));
        line.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp"));
        line.addAll(List.of(System.getProperty("java.class.path"), Main.class.getName()));
        for (Object argument : arguments) {
            line.add(argument.toString());
        }
        return new ProcessBuilder(line);
    }
}
