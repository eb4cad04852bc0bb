package dev.tophash.benchmarks.program;

import dev.tophash.benchmarks.compare.Measurement;
import dev.tophash.benchmarks.contender.Contender;
import dev.tophash.benchmarks.contender.LongMap;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * What happens when several threads write to an empty map at once? Each inserts keys of its own,
 * and a few that all of them have, over and over with another map. A map for one writer may notice
 * (an exception, {@code detected}) or lose entries without a word ({@code lostSilently}); a
 * concurrent one must do neither, or this program fails.
 *
 * <p>An entry is lost if its put came back and it is not there afterwards with a value that
 * somebody gave it. Reading the clock is part of the time of a put, and so is whatever made its
 * thread wait: with more writers than CPUs the longest put of a round is mostly the scheduler's.
 *
 * <p>A {@code HashMap} that was damaged may hold a thread for ever; its figures are those of the
 * {@code rounds} before. For the others it is a failure.
 *
 * <p>Arguments: contender, writers, keys of each writer, rounds.
 */
public final class FirstWrites {
    private final Contender contender;
    private final int writers;
    private final int keys;
    private final int rounds;
    private final List<Round> seen = new ArrayList<>();

    private FirstWrites(Contender contender, int writers, int keys, int rounds) {
        this.contender = contender;
        this.writers = writers;
        this.keys = keys;
        this.rounds = rounds;
    }

    public static void main(String[] args) throws InterruptedException {
        Contender contender = Contender.valueOf(args[0]);
        int writers = Integer.parseInt(args[1]);
        int keys = Integer.parseInt(args[2]);
        int rounds = Integer.parseInt(args[3]);
        new FirstWrites(contender, writers, keys, rounds).run();
    }

    /** What became of one map. */
    record Round(boolean detected, int lost, double meanNanos, long longestNanos) {
        boolean lostSilently() {
            return !detected && lost > 0;
        }
    }

    private boolean isConcurrent() {
        return contender == Contender.TOPHASH_CONCURRENT
                || contender == Contender.CONCURRENT_HASHMAP;
    }

    private void run() throws InterruptedException {
        Thread main = new Thread(this::repeat, "rounds");
        main.setDaemon(true); // so that this program ends even if a round does not
        main.start();
        // A round takes a millisecond. Where there is nothing to wait for, we do not wait long.
        long patience = contender == Contender.HASHMAP ? 3_000 : 60_000;
        int before;
        do {
            before = finished();
            main.join(patience);
        } while (main.isAlive() && finished() > before);
        if (main.isAlive() && contender != Contender.HASHMAP) {
            throw new IllegalStateException(contender + ": a round does not end");
        }
        if (!main.isAlive() && finished() < rounds) {
            System.exit(1); // the thread has said why
        }
        print();
    }

    private void repeat() {
        try (Team team = new Team(writers, keys, contender::create, Math.min(rounds, 500))) {
            for (int i = 0; i < rounds; i++) {
                Round round = round(team);
                synchronized (seen) {
                    seen.add(round);
                }
            }
        }
    }

    private Round round(Team team) {
        try (LongMap map = contender.create()) {
            Round round = team.race(map);
            if (isConcurrent() && (round.detected() || round.lost() > 0)) {
                throw new IllegalStateException(contender + " is concurrent, and yet: " + round);
            }
            return round;
        }
    }

    private int finished() {
        synchronized (seen) {
            return seen.size();
        }
    }

    private void print() {
        List<Round> all;
        synchronized (seen) {
            all = List.copyOf(seen);
        }
        double of = Math.max(1, all.size());
        print("rounds", "rounds", all.size());
        print("detected", "%", 100 * count(all, Round::detected) / of);
        print("lostSilently", "%", 100 * count(all, Round::lostSilently) / of);
        print("lost", "entries", all.stream().mapToInt(Round::lost).sum());
        double mean = all.stream().mapToDouble(Round::meanNanos).average().orElse(0);
        double longest = all.stream().mapToLong(Round::longestNanos).average().orElse(0);
        print("put", "µs", mean / 1e3);
        print("longestPut", "µs", longest / 1e3);
    }

    private static long count(List<Round> all, Predicate<Round> which) {
        return all.stream().filter(which).count();
    }

    private void print(String what, String unit, double value) {
        Map<String, String> params = Map.of("writers", "" + writers, "keys", "" + keys);
        Map<String, Double> details = Map.of("rounds", (double) finished());
        new Measurement("FirstWrites." + what, contender.name(), params, unit, value, details)
                .print();
    }
}
