package dev.tophash.cli;

import dev.tophash.Tophash;
import dev.tophash.Topology;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Tells what Tophash runs on and what it found there. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description =
                "Shows architecture, JDK, huge pages, page size, library, version, kernel and linkage;"
                        + " with --numa, where this machine's memory is.",
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:the native library works",
            "1:it cannot be loaded; the last line says why",
            "2:an argument is wrong"
        })
final class DoctorCommand implements Callable<Integer> {
    private static final Path HUGE_PAGES = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");
    private static final Path AUXILIARY_VECTOR = Path.of("/proc/self/auxv");
    private static final long AT_PAGESZ = 6;
    private static final String UNKNOWN = "unknown";

    @Option(
            names = "--numa",
            description =
                    "Draw the machine instead: nodes with their CPUs, memory, huge pages and L3"
                            + " caches, and how far they are from each other.")
    private boolean numa;

    @Option(
            names = "--sysfs",
            paramLabel = "FOLDER",
            defaultValue = "/sys",
            description =
                    "With --numa: read the machine from here (default: ${DEFAULT-VALUE}); a copy of"
                            + " another machine's shows that one.")
    private Path sysfs;

    @Override
    public Integer call() {
        return numa ? drawMachine() : showRows();
    }

    private int drawMachine() {
        try {
            System.out.print(MachineDrawing.of(Topology.read(sysfs)));
            return 0;
        } catch (LinkageError e) {
            row("library", rootMessage(e));
            return Main.FAILURE;
        }
    }

    private static int showRows() {
        row("architecture", property("os.name") + " " + property("os.arch"));
        row("jdk", property("java.vm.name") + " " + property("java.vm.version"));
        row("java home", property("java.home"));
        row("huge pages", hugePages(HUGE_PAGES));
        row("page size", pageSize(AUXILIARY_VECTOR));
        String forced = System.getenv("TOPHASH_KERNEL");
        if (forced != null) {
            row("TOPHASH_KERNEL", forced);
        }
        try {
            row("library", Tophash.libraryPath());
            row("version", Tophash.version());
            row(
                    "kernel",
                    Tophash.kernel()
                            + " (this CPU can run: "
                            + String.join(", ", Tophash.kernels())
                            + ")");
            row("linkage", Tophash.linkage());
            return 0;
        } catch (LinkageError e) {
            row("library", rootMessage(e));
            return Main.FAILURE;
        }
    }

    private static void row(String name, Object value) {
        System.out.printf("%-14s  %s%n", name, value);
    }

    private static String property(String name) {
        return System.getProperty(name, UNKNOWN);
    }

    /**
     * The setting for transparent huge pages: always, madvise or never; the file has it in
     * brackets.
     */
    static String hugePages(Path setting) {
        try {
            Matcher chosen = Pattern.compile("\\[(\\w+)]").matcher(Files.readString(setting));
            return chosen.find() ? chosen.group(1) : UNKNOWN;
        } catch (IOException e) {
            return "not available";
        }
    }

    /**
     * The page size as the kernel tells it to each process, in pairs of words: a number and a
     * value.
     */
    static String pageSize(Path vector) {
        try {
            ByteBuffer words =
                    ByteBuffer.wrap(Files.readAllBytes(vector)).order(ByteOrder.nativeOrder());
            while (words.remaining() >= 2 * Long.BYTES) {
                long number = words.getLong();
                long value = words.getLong();
                if (number == AT_PAGESZ) {
                    return value + " bytes";
                }
            }
            return UNKNOWN;
        } catch (IOException e) {
            return UNKNOWN;
        }
    }

    /** What the first cause of an error says; class initialization wraps it several times. */
    static String rootMessage(Throwable error) {
        Throwable root = error;
        while (root.getCause() != null && !(root instanceof UnsatisfiedLinkError)) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.toString() : root.getMessage();
    }
}
