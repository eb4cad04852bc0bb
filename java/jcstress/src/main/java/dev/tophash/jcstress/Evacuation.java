package dev.tophash.jcstress;

import dev.tophash.ConcurrentLongLongMap;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

/** Keys that are always there are found while others make the map grow and move its entries. */
@JCStressTest
@Outcome(id = "7, 7", expect = Expect.ACCEPTABLE, desc = "found")
@Outcome(id = ".*0.*", expect = Expect.FORBIDDEN, desc = "not found")
@Outcome(expect = Expect.FORBIDDEN, desc = "found with another value")
@State
public class Evacuation {
    private static final int STAYING = 64;
    private static final int COMING = 16;

    /** Of this many states one makes the map small again, for the next ones to grow. */
    private static final int EACH = 64;

    private static final ConcurrentLongLongMap MAP = Maps.inOnePart();

    static {
        for (int i = 0; i < STAYING; i++) {
            MAP.put(i, 7);
        }
    }

    private final long first = Maps.keys(COMING);

    @Actor
    public void writer() {
        for (int i = 0; i < COMING; i++) {
            MAP.put(first + i, ~first);
        }
        for (int i = 0; i < COMING; i++) {
            MAP.remove(first + i);
        }
        if (first / COMING % EACH == 0) {
            MAP.shrinkToFit();
        }
    }

    /** Reads two that are far from each other: one may have moved, and the other not. */
    @Actor
    public void reader(JJ_Result r) {
        long key = first / COMING % STAYING;
        r.r1 = MAP.get(key);
        r.r2 = MAP.get(STAYING - 1 - key);
    }
}
