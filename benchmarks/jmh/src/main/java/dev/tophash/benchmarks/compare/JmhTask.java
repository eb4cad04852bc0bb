package dev.tophash.benchmarks.compare;

import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.openjdk.jmh.util.Statistics;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A run of JMH: some benchmarks with some parameters. */
final class JmhTask implements Task {
    private final Setting setting;
    private final String include;
    private final Map<String, String> params = new LinkedHashMap<>();
    private List<String> jvmArgs;
    private boolean perEntry;
    private int threads;
    private int forks;
    private List<String> iterations;

    JmhTask(Setting setting, String include) {
        this.setting = setting;
        this.include = include;
        this.jvmArgs = setting.jvmArgs(setting.profile().heap);
        this.forks = setting.profile().forks;
        this.iterations = setting.profile().iterations();
    }

    JmhTask with(String param, Collection<?> values) {
        params.put(param, values.stream().map(Object::toString).collect(Collectors.joining(",")));
        return this;
    }

    JmhTask with(String param, Object... values) {
        return with(param, List.of(values));
    }

    JmhTask heap(String heap, String... more) {
        jvmArgs = setting.jvmArgs(heap, more);
        return this;
    }

    /** Another number of iterations, where one takes long. */
    JmhTask iterations(String options) {
        iterations = List.of(options.split(" "));
        return this;
    }

    /** In a JVM of its own, whatever the profile says. */
    JmhTask forked() {
        forks = Math.max(1, forks);
        return this;
    }

    /** So many threads at once, which the figures have as a parameter. */
    JmhTask threads(int count) {
        threads = count;
        return this;
    }

    /** One call works on all entries; the figure that counts is that of one. */
    JmhTask perEntry() {
        perEntry = true;
        return this;
    }

    private List<String> options() {
        List<String> options = new ArrayList<>(List.of(include));
        params.forEach((name, values) -> options.addAll(List.of("-p", name + "=" + values)));
        options.addAll(List.of("-foe", "true", "-f", Integer.toString(forks)));
        options.addAll(iterations);
        if (threads > 0) {
            options.addAll(List.of("-t", Integer.toString(threads)));
        }
        options.addAll(List.of("-jvmArgsAppend", String.join(" ", jvmArgs)));
        return options;
    }

    @Override
    public String command() {
        List<String> words = new ArrayList<>(List.of("java", "-jar", "benchmarks.jar"));
        for (String option : options()) {
            words.add(option.matches("[\\w.,=-]+") ? option : "'" + option + "'");
        }
        return setting.shown(words);
    }

    @Override
    public List<Measurement> run() throws Exception {
        var options = new CommandLineOptions(options().toArray(String[]::new));
        var output = OutputFormatFactory.createFormatInstance(setting.log(), VerboseMode.NORMAL);
        Collection<RunResult> results = new Runner(options, output).run();
        if (results.isEmpty()) {
            throw new IllegalStateException("no benchmark is called " + include);
        }
        return results.stream().map(this::measurement).toList();
    }

    private Measurement measurement(RunResult result) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String name : result.getParams().getParamsKeys()) {
            values.put(name, result.getParams().getParam(name));
        }
        if (threads > 0) {
            values.put("threads", Integer.toString(threads));
        }
        String contender = values.remove("contender");
        double scale = perEntry ? Double.parseDouble(values.get("entries")) : 1;
        Statistics times = result.getPrimaryResult().getStatistics();
        String benchmark = result.getParams().getBenchmark();
        return new Measurement(
                benchmark.substring(benchmark.lastIndexOf('.', benchmark.lastIndexOf('.') - 1) + 1),
                contender == null ? "LINE" : contender,
                values,
                "ns",
                times.getPercentile(50) / scale,
                Map.of(
                        "min", times.getMin() / scale,
                        "max", times.getMax() / scale,
                        "mean", times.getMean() / scale,
                        "iterations", (double) times.getN()));
    }
}
