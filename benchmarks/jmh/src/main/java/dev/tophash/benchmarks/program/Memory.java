package dev.tophash.benchmarks.program;

import dev.tophash.benchmarks.Keys;
import dev.tophash.benchmarks.compare.Measurement;
import dev.tophash.benchmarks.contender.Contender;
import dev.tophash.benchmarks.contender.LongMap;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How many bytes does an entry take, while a map doubles? For a map on the Java heap that is what a
 * collection leaves; for a native one, what the process has become larger by as well.
 *
 * <p>The peak while growing, as a multiple of what the map holds then: a native map's is what the
 * system has seen. A map on the heap is taken to hold its old and its new table for a moment when
 * it resizes, which are as large as the jump between two steps and twice that.
 *
 * <p>Needs a heap that was touched beforehand and is compacted whole: {@code -Xms4g -Xmx4g
 * -XX:+AlwaysPreTouch -XX:+UseSerialGC -XX:MarkSweepAlwaysCompactCount=1}. Arguments: contender,
 * entries before the doubling.
 */
public final class Memory {
    private static final int STEPS = 32;

    /** How many times smaller the map is with which it starts. */
    private static final int WARM_UP = 8;

    private final Contender contender;
    private final int entries;

    private Memory(Contender contender, int entries) {
        this.contender = contender;
        this.entries = entries;
    }

    public static void main(String[] args) {
        Memory memory = new Memory(Contender.valueOf(args[0]), Integer.parseInt(args[1]));
        // So that no class and no compiled code is new when it counts.
        memory.measure(Math.max(1, memory.entries / WARM_UP));
        memory.print(memory.measure(memory.entries));
    }

    /** What a map held at a moment, and the most that it had held until then. */
    private record Step(int size, long held, long most) {
        double each() {
            return held / (double) size;
        }

        double peak() {
            return most / (double) held;
        }
    }

    private List<Step> measure(int from) {
        List<Step> steps = new ArrayList<>();
        long heap = ProcessMemory.heap();
        long resident = ProcessMemory.resident();
        ProcessMemory.forgetPeak();
        try (LongMap map = contender.create()) {
            int size = 0;
            for (int step = 0; step <= STEPS; step++) {
                int target = (int) (from + (long) from * step / STEPS);
                for (; size < target; size++) {
                    map.put(Keys.key(size), size);
                }
                long held = ProcessMemory.heap() - heap;
                long most;
                if (map.offHeap() == null) {
                    long before = step == 0 ? held : steps.getLast().held();
                    most = held + Math.max(0, held - before);
                } else {
                    held += ProcessMemory.resident() - resident;
                    most = ProcessMemory.peak() - resident;
                }
                steps.add(new Step(size, held, Math.max(held, most)));
            }
        }
        return steps;
    }

    private void print(List<Step> steps) {
        for (Step step : steps) {
            Map<String, Double> details = Map.of("peak", step.peak());
            print("Memory.step", "entries", step.size(), "bytes/entry", step.each(), details);
        }
        double mean = steps.stream().mapToDouble(Step::each).average().orElseThrow();
        double worst = steps.stream().mapToDouble(Step::each).max().orElseThrow();
        double peak = steps.stream().mapToDouble(Step::peak).max().orElseThrow();
        print("Memory.mean", "from", entries, "bytes/entry", mean, Map.of());
        print("Memory.worst", "from", entries, "bytes/entry", worst, Map.of());
        print("Memory.peak", "from", entries, "times", peak, Map.of());
    }

    private void print(
            String benchmark,
            String param,
            int number,
            String unit,
            double value,
            Map<String, Double> details) {
        Map<String, String> params = Map.of(param, Integer.toString(number));
        new Measurement(benchmark, contender.name(), params, unit, value, details).print();
    }
}
