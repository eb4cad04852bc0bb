package dev.tophash.benchmarks.compare;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Programs in Go, with every version of Go that is there. */
final class GoProgram {
    private static final String FOLDER = "benchmarks/go/";

    private GoProgram() {}

    static List<Task> tasks(Setting setting, String program, Object... arguments) {
        List<Path> compilers = compilers();
        if (compilers.isEmpty()) {
            setting.log().println("no Go here; Debian's packages are called golang-1.19-go, ...");
        }
        return compilers.stream()
                .map(go -> command(go, program, arguments))
                .map(command -> (Task) new ProcessTask(setting, command, ProcessTask::lines))
                .toList();
    }

    private static List<String> command(Path go, String program, Object... arguments) {
        List<String> command = new ArrayList<>(List.of(go.toString(), "run"));
        command.addAll(List.of(FOLDER + program, FOLDER + "measurement.go"));
        Stream.of(arguments).map(Object::toString).forEach(command::add);
        return command;
    }

    /** Where Debian has each version, and what is on the path if that is another. */
    private static List<Path> compilers() {
        Stream<Path> onPath =
                Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                        .map(folder -> Path.of(folder, "go"));
        try (Stream<Path> versions = Files.list(Path.of("/usr/lib"))) {
            Stream<Path> debian =
                    versions.filter(folder -> folder.getFileName().toString().startsWith("go-"))
                            .map(folder -> folder.resolve("bin/go"))
                            .sorted();
            return Stream.concat(debian, onPath)
                    .filter(Files::isRegularFile)
                    .filter(Files::isExecutable)
                    .map(GoProgram::real)
                    .distinct()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path real(Path link) {
        try {
            return link.toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
