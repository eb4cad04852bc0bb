package dev.tophash.benchmarks.compare;

import dev.tophash.Tophash;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** What the benchmarks run on and with. */
final class Machine {
    private Machine() {}

    static Map<String, String> describe(Path root) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("CPU", field("/proc/cpuinfo", "model name"));
        facts.put("Cores", Integer.toString(Runtime.getRuntime().availableProcessors()));
        facts.put("Cache", line("/sys/devices/system/cpu/cpu0/cache/index3/size"));
        facts.put("Memory", field("/proc/meminfo", "MemTotal"));
        facts.put("System", field("/etc/os-release", "PRETTY_NAME").replace("\"", ""));
        facts.put("Linux", System.getProperty("os.version"));
        facts.put("Huge pages", line("/sys/kernel/mm/transparent_hugepage/enabled"));
        facts.put("Java", System.getProperty("java.vendor.version"));
        facts.put("Tophash", Tophash.version() + commit(root));
        facts.put("Kernel of the engine", Tophash.kernel());
        facts.putAll(versions());
        return facts;
    }

    /** Load average of the last minute. */
    static String load() {
        return line("/proc/loadavg").split(" ")[0];
    }

    /** Peers by name, as the build knows them. */
    private static Map<String, String> versions() {
        Properties properties = new Properties();
        try (InputStream file = Machine.class.getResourceAsStream("versions.properties")) {
            properties.load(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, String> versions = new TreeMap<>();
        properties.forEach((name, version) -> versions.put((String) name, (String) version));
        return versions;
    }

    private static String commit(Path root) {
        try {
            Process git =
                    new ProcessBuilder("git", "describe", "--always", "--dirty")
                            .directory(root.toFile())
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            String commit = new String(git.getInputStream().readAllBytes()).strip();
            return commit.isEmpty() ? "" : ", commit " + commit;
        } catch (IOException e) {
            return ""; // a copy of the sources without their history
        }
    }

    private static String line(String file) {
        try {
            return Files.readAllLines(Path.of(file)).getFirst();
        } catch (IOException e) {
            return "unknown";
        }
    }

    private static String field(String file, String name) {
        try (var lines = Files.lines(Path.of(file))) {
            return lines.filter(line -> line.startsWith(name))
                    .map(line -> line.substring(name.length()).replaceFirst("[\\s:=]+", ""))
                    .findFirst()
                    .orElse("unknown");
        } catch (IOException e) {
            return "unknown";
        }
    }
}
