package dev.tophash.benchmarks.compare;

import dev.tophash.benchmarks.contender.Contender;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Looks figures up. */
final class Figures {
    /** The benchmark that a map without batches does instead of one with them. */
    private static final Map<String, String> ONE_BY_ONE =
            Map.of(
                    "LookupBenchmark.getAllHit", "LookupBenchmark.getHit",
                    "LookupBenchmark.getAllMiss", "LookupBenchmark.getMiss",
                    "UpdateBenchmark.putAll", "UpdateBenchmark.put",
                    "RemoveBenchmark.removeAll", "RemoveBenchmark.remove",
                    "InsertBenchmark.putAll", "InsertBenchmark.put",
                    "StringBenchmark.getAll", "StringBenchmark.get",
                    "ConcurrentBenchmark.getAll", "ConcurrentBenchmark.get");

    /** Ours that stands beside a figure of Go. */
    private static final Map<String, String> GO =
            Map.of(
                    "Go.getHit", "LookupBenchmark.getHit",
                    "Go.getMiss", "LookupBenchmark.getMiss",
                    "Go.fill", "InsertBenchmark.put");

    private static final String STRINGS = "StringBenchmark";

    /** Writers that race on a map, whether it is for that or not. */
    private static final String RACES = "FirstWrites.";

    /** Benchmarks of maps that threads share. */
    private static final List<String> THREADS =
            List.of("ConcurrentBenchmark.", RACES, "ClusterTable.");

    private static final List<String> CONCURRENT =
            List.of(Contender.TOPHASH_CONCURRENT.name(), Contender.CONCURRENT_HASHMAP.name());

    private final List<Measurement> all;

    Figures(List<Measurement> all) {
        this.all = all;
    }

    static String oneByOne(String benchmark) {
        return ONE_BY_ONE.getOrDefault(benchmark, benchmark);
    }

    /** Figures of other benchmarks that belong in the table of this one. */
    List<Measurement> beside(String benchmark) {
        List<Measurement> others = new ArrayList<>();
        String single = oneByOne(benchmark);
        if (!single.equals(benchmark)) {
            of(single).filter(m -> !m.isOurs()).forEach(others::add);
        }
        if (benchmark.startsWith(STRINGS)) {
            of(benchmark, Contender.TOPHASH.name()).map(Figures::hashed).forEach(others::add);
        }
        if (GO.containsKey(benchmark)) {
            of(GO.get(benchmark), Contender.TOPHASH.name()).forEach(others::add);
        }
        return others;
    }

    /** Which of ours the peers are compared with. */
    static String ours(String benchmark) {
        boolean threads = THREADS.stream().anyMatch(benchmark::startsWith);
        return (threads ? Contender.TOPHASH_CONCURRENT : Contender.TOPHASH).name();
    }

    /** Whether a figure can be better than another one, and that means something. */
    static boolean counts(Measurement m) {
        if (m.benchmark().startsWith(RACES)) { // how fast a map is damaged is no merit
            return m.unit().equals("µs") && CONCURRENT.contains(m.contender());
        }
        return m.isOurs() || m.isPeers();
    }

    /** What has to be known to read the table of a benchmark, or nothing. */
    static String note(String benchmark) {
        List<String> notes = new ArrayList<>();
        if (!oneByOne(benchmark).equals(benchmark)) {
            notes.add("The peers have no such call: theirs are calls one by one.");
        }
        if (benchmark.startsWith(STRINGS)) {
            notes.add(
                    "FRESH strings were never hashed, HASHED ones keep their hash code. Tophash"
                            + " does not look at it: its one figure stands in both lines.");
        }
        if (benchmark.startsWith(RACES)) {
            notes.add(
                    "The maps for one writer are misused here, to see what comes of it; Go starts a"
                            + " process for each round, since it ends the one that it sees racing. A round of HashMap may never end: its figures are"
                            + " those of the rounds before that one.");
        }
        if (benchmark.startsWith("ClusterTable.")) {
            notes.add(
                    "CLUSTER values are records, which the native map makes anew with each lookup;"
                            + " the others hand out the object that they hold. ID values are longs."
                            + " Peers that make the ratio are those in Java.");
        }
        if (benchmark.equals("FileStores.open")) {
            notes.add("With the first lookup. All of a serialised HashMap is read at once.");
        }
        if (benchmark.equals("FileStores.getAll")) {
            notes.add("1,024 a call. Chronicle Map, LMDB and MapDB do them one by one.");
        }
        if (benchmark.startsWith("ConcurrentBenchmark.")) {
            notes.add("The time is that of one thread for one operation.");
        }
        return String.join(" ", notes);
    }

    private static Measurement hashed(Measurement m) {
        Map<String, String> params = new TreeMap<>(m.params());
        params.put("hash", "HASHED");
        return new Measurement(
                m.benchmark(), m.contender(), params, m.unit(), m.value(), m.details());
    }

    Stream<Measurement> of(String benchmark) {
        return all.stream().filter(m -> m.benchmark().equals(benchmark));
    }

    Stream<Measurement> of(String benchmark, String contender) {
        return of(benchmark).filter(m -> m.contender().equals(contender));
    }

    /** The figure of a contender with all the parameters of another figure. */
    OptionalDouble value(String benchmark, String contender, Map<String, String> params) {
        return of(benchmark, contender)
                .filter(m -> m.params().equals(params))
                .mapToDouble(Measurement::value)
                .findFirst();
    }

    /** The best of some contenders. */
    OptionalDouble best(
            String benchmark, Collection<? extends Enum<?>> of, Map<String, String> params) {
        return of.stream()
                .map(contender -> value(benchmark, contender.name(), params))
                .flatMapToDouble(OptionalDouble::stream)
                .min();
    }
}
