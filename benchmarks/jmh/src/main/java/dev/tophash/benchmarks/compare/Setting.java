package dev.tophash.benchmarks.compare;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where the comparison runs and what its tasks have in common.
 *
 * @param root of the checkout
 * @param profile how much is measured
 * @param jvmArgs options for every JVM, of all contenders alike
 * @param log takes what the tasks have to say
 */
record Setting(Path root, Profile profile, List<String> jvmArgs, PrintStream log) {
    private static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";

    /** Options with which calls go through JVMCI; in a checkout that has that linkage. */
    private static final String JVMCI_ARGS = "java/tophash-jvmci.args";

    /** The java that runs this. */
    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** Where the programs in C and C++ were built. */
    Path nativeBench() {
        return root.resolve("native/build/release/bench");
    }

    /**
     * A JVM's options: those that every one gets, and a heap of a fixed size. It is touched before
     * anything is measured, or else those who make objects pay for the first use of its pages.
     */
    List<String> jvmArgs(String heap, String... more) {
        Stream<String> fixed =
                Stream.of(
                        NATIVE_ACCESS,
                        "-Dstdout.encoding=UTF-8",
                        "-Dtophash.bench.lines=" + nativeBench().resolve("libtophash_lines.so"),
                        "-Xms" + heap,
                        "-Xmx" + heap,
                        "-XX:+AlwaysPreTouch");
        return Stream.of(fixed, Stream.of(more), jvmArgs.stream()).flatMap(s -> s).toList();
    }

    /** JVMCI's options, one a line or several, or none if the checkout has no such file. */
    List<String> jvmciArgs() {
        Path file = root.resolve(JVMCI_ARGS);
        if (!Files.exists(file)) {
            return List.of();
        }
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> !line.startsWith("#"))
                    .flatMap(line -> Stream.of(line.trim().split("\\s+")))
                    .filter(word -> !word.isEmpty())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A command as it is written down: without the folder of this machine. */
    String shown(List<String> command) {
        return String.join(" ", command).replace(root + "/", "").replace(java(), "java");
    }
}
