package dev.tophash;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What threads did to one key and what came of it, and whether that could have come of the same
 * operations one after the other, each at some moment between its call and its return.
 *
 * <p>Wing and Gong's search ("Testing and verifying concurrent objects", 1993), which goes through
 * calls and returns in order of time and keeps the states that the key can be in. At a return the
 * operation must have happened, after some of those that are running: there are at most as many of
 * these as threads, so a history may be long.
 */
final class History {
    /** In place of a value: none. */
    static final long ABSENT = Long.MIN_VALUE;

    /** Operations on a key. Values are {@code long}; false and true are 0 and 1. */
    enum Kind {
        GET,
        GET_MANY,
        CONTAINS,
        PUT,
        PUT_IF_ABSENT,
        COMPUTE_IF_ABSENT,
        ADD,
        MERGE,
        REMOVE,
        REMOVE_IF,
        REPLACE_IF;

        /** What it returns for a key with this value. */
        long result(long value, long a) {
            boolean there = value != ABSENT;
            return switch (this) {
                case GET, GET_MANY, PUT, PUT_IF_ABSENT, ADD, REMOVE -> value;
                case CONTAINS -> there ? 1 : 0;
                case COMPUTE_IF_ABSENT -> there ? value : a;
                case MERGE -> there ? value + a : a;
                case REMOVE_IF, REPLACE_IF -> there && value == a ? 1 : 0;
            };
        }

        /** The key's value afterwards. */
        long after(long value, long a, long b) {
            boolean there = value != ABSENT;
            return switch (this) {
                case GET, GET_MANY, CONTAINS -> value;
                case PUT -> a;
                case PUT_IF_ABSENT, COMPUTE_IF_ABSENT -> there ? value : a;
                case ADD -> value + a; // ABSENT is what an absent key starts from
                case MERGE -> there ? value + a : a;
                case REMOVE -> ABSENT;
                case REMOVE_IF -> there && value == a ? ABSENT : value;
                case REPLACE_IF -> there && value == a ? b : value;
            };
        }
    }

    /**
     * One operation.
     *
     * @param thread who did it, from 0
     * @param from a {@link System#nanoTime} before
     * @param to and one afterwards
     */
    record Operation(
            int thread, Kind kind, int key, long a, long b, long result, long from, long to) {
        @Override
        public String toString() {
            String returned = result == ABSENT ? "absent" : Long.toString(result);
            return "thread %d, %d..%d: %s %d %d -> %s"
                    .formatted(thread, from, to, kind, a, b, returned);
        }
    }

    /** The value that the key can have, and whose running operations have then happened. */
    private record State(long value, long happened) {}

    private record Event(Operation operation, boolean isReturn) {
        long time() {
            return isReturn ? operation.to : operation.from;
        }
    }

    private final Operation[] running = new Operation[Long.SIZE];

    private History() {}

    /**
     * Looks for an order of operations on a key that is absent before.
     *
     * @return null, or the operation with whose return there is none, after those before it
     */
    static String problem(List<Operation> operations) {
        List<Event> events = new ArrayList<>();
        for (Operation o : operations) {
            events.add(new Event(o, false));
            events.add(new Event(o, true));
        }
        // Of what the clock cannot tell apart, calls come first: the two may have overlapped.
        events.sort(Comparator.comparingLong(Event::time).thenComparing(Event::isReturn));
        int at = new History().unexplained(events);
        if (at < 0) {
            return null;
        }
        StringBuilder text = new StringBuilder("no order explains the last of these:\n");
        events.subList(Math.max(0, at - 40), at + 1).stream()
                .filter(Event::isReturn)
                .forEach(e -> text.append(e.operation).append('\n'));
        return text.toString();
    }

    private int unexplained(List<Event> events) {
        Set<State> states = Set.of(new State(ABSENT, 0));
        for (int i = 0; i < events.size(); i++) {
            Operation operation = events.get(i).operation;
            if (!events.get(i).isReturn) {
                running[operation.thread] = operation;
                continue;
            }
            Set<State> after = new HashSet<>();
            Set<State> seen = new HashSet<>();
            for (State state : states) {
                collect(state, 1L << operation.thread, after, seen);
            }
            if (after.isEmpty()) {
                return i;
            }
            running[operation.thread] = null;
            states = after;
        }
        return -1;
    }

    /** Has running operations happen in every order until a certain one has. */
    private void collect(State state, long wanted, Set<State> after, Set<State> seen) {
        if (!seen.add(state)) {
            return;
        }
        if ((state.happened & wanted) != 0) {
            after.add(new State(state.value, state.happened & ~wanted));
            return;
        }
        for (Operation o : running) {
            if (o != null
                    && (state.happened & 1L << o.thread) == 0
                    && o.kind.result(state.value, o.a) == o.result) {
                long value = o.kind.after(state.value, o.a, o.b);
                collect(new State(value, state.happened | 1L << o.thread), wanted, after, seen);
            }
        }
    }

    /** The operations of several threads, by key. */
    static List<List<Operation>> byKey(List<Operation[]> threads, int keys) {
        List<List<Operation>> all = new ArrayList<>();
        for (int key = 0; key < keys; key++) {
            int wanted = key;
            all.add(threads.stream().flatMap(Arrays::stream).filter(o -> o.key == wanted).toList());
        }
        return all;
    }
}
