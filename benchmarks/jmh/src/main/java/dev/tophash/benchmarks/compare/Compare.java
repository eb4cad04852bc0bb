package dev.tophash.benchmarks.compare;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/** Runs the comparison, or a part of it, and writes the report. */
@Command(
        name = "benchmarks/compare",
        description = "Compares Tophash with other maps and writes a report.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class Compare implements Callable<Integer> {
    /** What the README shows. */
    private static final List<String> IMAGES = List.of("lookup-hit", "growth");

    @Option(names = "--quick", description = "A look, in some seven minutes; the default.")
    private boolean quick;

    @Option(names = "--full", description = "The whole table, in about an hour.")
    private boolean full;

    @Option(names = "--smoke", description = "Does everything run? No figure means anything.")
    private boolean smoke;

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "SECTION",
            description = {
                "Run these sections, and add them to what is in the folder already.",
                "There are: ${COMPLETION-CANDIDATES}."
            })
    private List<Section> only = List.of();

    @Option(names = "--report", description = "Run nothing; write the report anew.")
    private boolean report;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = {
                "Folder for report.html, results.json, log.txt, and figures.md,",
                "the tables below the plots of the README; ${DEFAULT-VALUE}."
            })
    private Path out = Path.of("benchmarks/target/comparison");

    @Option(
            names = "--images",
            paramLabel = "DIR",
            description = "Also write the plots of the README there, as in docs/images.")
    private Path images;

    @Option(
            names = "--jvm-arg",
            paramLabel = "ARG",
            description = "An option for every JVM, of all contenders alike; may be repeated.")
    private List<String> jvmArgs = List.of();

    @Option(names = "--root", hidden = true, description = "The checkout.")
    private Path root = Path.of("");

    public static void main(String[] args) {
        System.setProperty("java.awt.headless", "true");
        CommandLine command = new CommandLine(new Compare());
        command.setCaseInsensitiveEnumValuesAllowed(true);
        System.exit(command.execute(args));
    }

    @Override
    public Integer call() throws IOException {
        Files.createDirectories(out);
        if (smoke) {
            // Nothing is measured, so another benchmark on this machine is no reason not to run.
            System.setProperty("jmh.ignoreLock", "true");
        }
        Path file = out.resolve("results.json");
        Results results = Results.load(file);
        boolean failed = false;
        if (!report) {
            try (PrintStream log = log()) {
                Path checkout = root.toAbsolutePath().normalize();
                Plan plan = new Plan(new Setting(checkout, profile(), jvmArgs, log));
                for (Section section : sections()) {
                    Results.Part part = run(section, plan.tasks(section), checkout);
                    failed |= !part.failures().isEmpty();
                    if (!part.measurements().isEmpty()) {
                        results.sections().put(section, part);
                    }
                    results.save(file);
                }
            }
        }
        write(results);
        return failed ? 1 : 0;
    }

    /** What earlier parts of a run wrote stays. */
    private PrintStream log() throws IOException {
        Path file = out.resolve("log.txt");
        return new PrintStream(
                Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
    }

    private Profile profile() {
        return smoke ? Profile.SMOKE : full ? Profile.FULL : Profile.QUICK;
    }

    private List<Section> sections() {
        return only.isEmpty() ? List.of(Section.values()) : only;
    }

    private Results.Part run(Section section, List<Task> tasks, Path checkout) {
        LocalDateTime started = LocalDateTime.now().truncatedTo(ChronoUnit.SECONDS);
        String load = Machine.load();
        List<Measurement> measurements = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        for (Task task : tasks) {
            try {
                measurements.addAll(task.run());
            } catch (Exception e) {
                failures.add(task.command() + ": " + e.getMessage());
                System.err.println("FAILED " + failures.getLast());
            }
        }
        long seconds = started.until(LocalDateTime.now(), ChronoUnit.SECONDS);
        System.out.printf("%-12s %4d figures %5d s%n", section, measurements.size(), seconds);
        return new Results.Part(
                profile(),
                started.toString().replace('T', ' '),
                seconds,
                load,
                Machine.describe(checkout),
                tasks.stream().map(Task::command).toList(),
                failures,
                measurements);
    }

    private void write(Results results) throws IOException {
        Map<String, String> plots = new Charts(results.figures()).all();
        Path page = out.resolve("report.html");
        Files.writeString(page, Report.html(results, plots));
        Files.writeString(out.resolve("figures.md"), Markdown.of(results));
        System.out.println(page);
        if (images != null) {
            Files.createDirectories(images);
            for (String image : IMAGES) {
                if (plots.containsKey(image)) {
                    Files.writeString(images.resolve(image + ".svg"), plots.get(image));
                }
            }
        }
    }
}
