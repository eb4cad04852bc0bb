package dev.tophash.benchmarks.compare;

import dev.tophash.benchmarks.contender.Contender;
import dev.tophash.benchmarks.contender.FileStoreContender;
import dev.tophash.benchmarks.contender.NameTableContender;
import dev.tophash.benchmarks.contender.StringContender;
import dev.tophash.benchmarks.program.Chains;
import dev.tophash.benchmarks.program.ClusterTable;
import dev.tophash.benchmarks.program.FileStores;
import dev.tophash.benchmarks.program.FirstWrites;
import dev.tophash.benchmarks.program.GcLoad;
import dev.tophash.benchmarks.program.Growth;
import dev.tophash.benchmarks.program.Memory;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What each section runs, by profile. A peer without batches is measured one by one only. */
final class Plan {
    private static final List<Contender> TOPHASH = List.of(Contender.TOPHASH);
    private static final List<Contender> CONCURRENT =
            List.of(Contender.TOPHASH_CONCURRENT, Contender.CONCURRENT_HASHMAP);

    /** Entries that only a few contenders have the time for, and the heap for them. */
    private static final int HUGE = 50_000_000;

    private static final String HUGE_HEAP = "10g";

    /** What Chronicle Map and LMDB ask for, of a JVM of this age; all get it. */
    private static final List<String> FILE_STORES =
            List.of(
                    "--sun-misc-unsafe-memory-access=allow",
                    "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
                    "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
                    "--add-exports=jdk.compiler/com.sun.tools.javac.file=ALL-UNNAMED",
                    "--add-opens=java.base/java.io=ALL-UNNAMED",
                    "--add-opens=java.base/java.lang=ALL-UNNAMED",
                    "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
                    "--add-opens=java.base/java.nio=ALL-UNNAMED",
                    "--add-opens=java.base/java.util=ALL-UNNAMED",
                    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
                    "--add-opens=jdk.compiler/com.sun.tools.javac=ALL-UNNAMED");

    private final Setting setting;
    private final Profile profile;

    Plan(Setting setting) {
        this.setting = setting;
        this.profile = setting.profile();
    }

    List<Task> tasks(Section section) {
        return switch (section) {
            case LOOKUP -> lookup();
            case WRITE -> write();
            case GROWTH -> growth();
            case MEMORY -> memory();
            case PATTERNS -> patterns();
            case STRINGS -> strings();
            case COLLECTIONS -> collections();
            case ITERATION -> iteration();
            case CONCURRENT -> concurrent();
            case FILES -> files();
            case NATIVE -> nativeBenchmarks();
            case GO -> go();
            case OTHERS -> others();
        };
    }

    /** Tophash and the peers; in a quick look, those that are the fastest and the best known. */
    private List<Contender> contenders() {
        if (profile == Profile.QUICK) {
            return List.of(
                    Contender.TOPHASH, Contender.FASTUTIL, Contender.ECLIPSE, Contender.HASHMAP);
        }
        return Stream.of(TOPHASH, Profile.PRIMITIVE, List.of(Contender.HASHMAP))
                .flatMap(List::stream)
                .toList();
    }

    private JmhTask jmh(String include) {
        return new JmhTask(setting, include);
    }

    private List<Task> lookup() {
        List<Integer> sizes = profile.sizes;
        List<Task> tasks = new ArrayList<>();
        tasks.add(jmh("CacheLineBenchmark").with("entries", sizes).forked());
        tasks.add(jmh("LookupBenchmark.getAll").with("contender", TOPHASH).with("entries", sizes));
        tasks.add(
                jmh("LookupBenchmark.get(Hit|Miss)")
                        .with("contender", contenders())
                        .with("entries", sizes));
        List<String> jvmci = setting.jvmciArgs();
        if (!jvmci.isEmpty() && profile.forks > 0) {
            tasks.add(
                    jmh("LookupBenchmark.get(Hit|Miss)")
                            .with("contender", Contender.TOPHASH_JVMCI)
                            .with("entries", sizes)
                            .heap(profile.heap, jvmci.toArray(String[]::new)));
        }
        if (profile == Profile.FULL) {
            tasks.add(jmh("CacheLineBenchmark").with("entries", HUGE));
            tasks.add(
                    jmh("LookupBenchmark.getAll").with("contender", TOPHASH).with("entries", HUGE));
            tasks.add(
                    jmh("LookupBenchmark.get(Hit|Miss)")
                            .with(
                                    "contender",
                                    Contender.TOPHASH,
                                    Contender.FASTUTIL,
                                    Contender.ECLIPSE,
                                    Contender.HASHMAP)
                            .with("entries", HUGE)
                            .heap(HUGE_HEAP));
        }
        return tasks;
    }

    private List<Task> write() {
        List<Integer> sizes =
                profile.pick(List.of(1_000), List.of(1_000_000), List.of(1_000_000, 10_000_000));
        return List.of(
                filling("InsertBenchmark.put$")
                        .with("contender", contenders())
                        .with("entries", sizes),
                filling("InsertBenchmark.putAll").with("contender", TOPHASH).with("entries", sizes),
                jmh("(UpdateBenchmark.put|RemoveBenchmark.remove)$")
                        .with("contender", contenders())
                        .with("entries", sizes),
                jmh("(UpdateBenchmark.putAll|RemoveBenchmark.removeAll)")
                        .with("contender", TOPHASH)
                        .with("entries", sizes));
    }

    /** One call fills a map, which takes seconds when it is large. */
    private JmhTask filling(String include) {
        JmhTask task = jmh(include).perEntry();
        return profile == Profile.FULL ? task.iterations("-wi 2 -i 3 -w 200ms -r 200ms") : task;
    }

    private List<Task> growth() {
        int entries = profile.pick(100_000, 2_000_000, 20_000_000);
        int runs = profile.pick(1, 3, 5);
        List<String> names = new ArrayList<>(List.of("NONE", "PAGES"));
        contenders().forEach(contender -> names.add(contender.name()));
        CONCURRENT.forEach(contender -> names.add(contender.name()));
        List<String> heap = setting.jvmArgs(profile.pick("512m", "4g", "8g"));
        return names.stream()
                .map(name -> program(Growth.class, heap, name, entries, runs))
                .toList();
    }

    private List<Task> memory() {
        List<String> heap =
                setting.jvmArgs(
                        profile.pick("256m", "1g", "2g"),
                        "-XX:TieredStopAtLevel=1", // the optimizing compiler needs memory itself
                        "-XX:+UseSerialGC",
                        "-XX:MarkSweepAlwaysCompactCount=1");
        int entries = profile.pick(10_000, 1_000_000, 2_000_000);
        return contenders().stream()
                .map(contender -> program(Memory.class, heap, contender, entries))
                .toList();
    }

    private List<Task> patterns() {
        int entries = profile.pick(1_000, 1_000_000, 1_000_000);
        String include = profile == Profile.QUICK ? "PatternBenchmark.get" : "PatternBenchmark";
        List<Task> tasks = new ArrayList<>();
        tasks.add(program(Chains.class, setting.jvmArgs("1g"), entries));
        tasks.add(jmh(include).with("contender", TOPHASH).with("entries", entries));
        if (profile != Profile.QUICK) {
            List<Contender> peers = List.of(Contender.FASTUTIL, Contender.HASHMAP);
            tasks.add(
                    jmh("PatternBenchmark.get$").with("contender", peers).with("entries", entries));
        }
        return tasks;
    }

    private List<Task> strings() {
        List<Integer> sizes =
                profile.pick(List.of(1_000), List.of(100_000), List.of(100_000, 10_000_000));
        String heap = profile.pick(profile.heap, profile.heap, "6g");
        return List.of(
                jmh("StringBenchmark.getAll")
                        .with("contender", StringContender.TOPHASH)
                        .with("hash", "FRESH")
                        .with("entries", sizes)
                        .heap(heap),
                jmh("StringBenchmark.get$")
                        .with("contender", StringContender.TOPHASH)
                        .with("hash", "FRESH")
                        .with("entries", sizes)
                        .heap(heap),
                jmh("StringBenchmark.get$")
                        .with("contender", StringContender.HASHMAP)
                        .with("entries", sizes)
                        .heap(heap));
    }

    private List<Task> collections() {
        int entries = profile.pick(10_000, 2_000_000, HUGE);
        int megabytes = profile.pick(100, 2_000, 2_000);
        List<String> heap = setting.jvmArgs(profile.pick("1g", "2g", "12g"));
        return Stream.of(Contender.TOPHASH, Contender.HASHMAP)
                .map(contender -> program(GcLoad.class, heap, contender, entries, megabytes))
                .toList();
    }

    private List<Task> iteration() {
        List<Integer> sizes =
                profile.pick(List.of(1_000), List.of(1_000_000), List.of(1_000, 10_000_000));
        int large = profile.largest();
        return List.of(
                jmh("IterationBenchmark")
                        .with("contender", contenders())
                        .with("entries", sizes)
                        .perEntry(),
                jmh("ParallelSumBenchmark")
                        .with("contender", Contender.TOPHASH, Contender.FASTUTIL, Contender.HASHMAP)
                        .with("entries", large)
                        .perEntry());
    }

    private List<Task> concurrent() {
        List<Integer> sizes =
                profile.pick(List.of(1_000), List.of(1_000, 1_000_000), List.of(1_000, 10_000_000));
        List<Task> tasks = new ArrayList<>();
        for (int threads = 1; threads <= 2; threads++) {
            tasks.add(
                    jmh("ConcurrentBenchmark.(get|put..Percent)$")
                            .with("contender", CONCURRENT)
                            .with("entries", sizes)
                            .threads(threads));
            tasks.add(
                    jmh("ConcurrentBenchmark.getAll")
                            .with("contender", Contender.TOPHASH_CONCURRENT)
                            .with("entries", sizes)
                            .threads(threads));
        }
        tasks.add(
                jmh("ConcurrentBenchmark.get")
                        .with("contender", TOPHASH)
                        .with("entries", sizes)
                        .threads(1));
        tasks.addAll(firstWrites());
        tasks.addAll(clusterTable());
        return tasks;
    }

    private List<Task> firstWrites() {
        int keys = 500;
        List<String> heap = setting.jvmArgs(profile.pick("256m", "1g", "1g"));
        List<Task> tasks = new ArrayList<>();
        for (int writers : List.of(4, 16)) {
            Stream.of(TOPHASH, CONCURRENT, List.of(Contender.HASHMAP))
                    .flatMap(List::stream)
                    .map(
                            contender ->
                                    program(
                                            FirstWrites.class,
                                            heap,
                                            contender,
                                            writers,
                                            keys,
                                            profile.pick(20, 1_000, 5_000)))
                    .forEach(tasks::add);
            int processes = profile.pick(5, 50, 200);
            tasks.addAll(GoProgram.tasks(setting, "first_writes.go", writers, keys, processes));
        }
        return tasks;
    }

    private List<Task> clusterTable() {
        int names = profile.pick(1_000, 10_000, 10_000);
        int millis = profile.pick(20, 500, 2_000);
        String readers = "1,2";
        List<String> heap = setting.jvmArgs(profile.pick("256m", "1g", "1g"));
        List<Task> tasks = new ArrayList<>();
        for (String value : List.of("CLUSTER", "ID")) {
            for (NameTableContender contender : NameTableContender.values()) {
                tasks.add(
                        program(
                                ClusterTable.class,
                                heap,
                                contender,
                                value,
                                names,
                                readers,
                                millis));
            }
        }
        tasks.addAll(GoProgram.tasks(setting, "cluster_table.go", names, readers, millis));
        return tasks;
    }

    private List<Task> files() {
        int entries = profile.pick(1_000, 1_000_000, 10_000_000);
        int millis = profile.pick(1, 200, 1_000);
        List<String> heap =
                setting.jvmArgs(
                        profile.pick("256m", "2g", "6g"), FILE_STORES.toArray(String[]::new));
        Path folder = setting.root().resolve("benchmarks/target/file-stores");
        List<Task> tasks = new ArrayList<>();
        for (String keys : List.of("LONG", "STRING")) {
            for (FileStoreContender contender : FileStoreContender.values()) {
                tasks.add(
                        program(FileStores.class, heap, contender, keys, entries, millis, folder));
            }
        }
        return tasks;
    }

    private List<Task> nativeBenchmarks() {
        Path program = setting.nativeBench().resolve("tophash_bench");
        if (!Files.exists(program)) {
            setting.log().println("no " + program + ": is google-benchmark installed?");
            return List.of();
        }
        String sizes = profile.pick("1000", "1000,1000000", "1000,1000000,10000000");
        String time = profile.pick("0.001", "0.02", "0.1");
        return List.of(
                GoogleBenchmark.task(
                        setting,
                        program.toString(),
                        "--sizes=" + sizes,
                        "--benchmark_min_time=" + time));
    }

    private List<Task> go() {
        String sizes = profile.pick("1000", "1000,1000000", "1000,100000,1000000,10000000");
        return GoProgram.tasks(setting, "map_bench.go", sizes);
    }

    private List<Task> others() {
        if (profile != Profile.SMOKE) {
            return List.of();
        }
        List<Task> tasks = new ArrayList<>();
        tasks.add(jmh("(Boxing|Clearing|Protection|ShortKey)Benchmark").with("entries", 1_000));
        for (String name : List.of("tophash_protection_bench", "tophash_pool_bench")) {
            Path program = setting.nativeBench().resolve(name);
            if (Files.exists(program)) {
                List<String> command = List.of(program.toString(), "--benchmark_min_time=0.001");
                tasks.add(new ProcessTask(setting, command, output -> List.of()));
            }
        }
        return tasks;
    }

    private Task program(Class<?> program, List<String> jvmArgs, Object... arguments) {
        return ProcessTask.program(setting, program, jvmArgs, arguments);
    }
}
