package dev.tophash.jcstress;

import dev.tophash.ConcurrentLongLongMap;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.J_Result;

/** A key's slot goes to another key, whose value no reader of the first one gets. */
@JCStressTest
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "removed")
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "there")
@Outcome(expect = Expect.FORBIDDEN, desc = "the value of the other key")
@State
public class SlotOfAnother {
    /** Never more than two keys: they have the same bucket, and the first free slot of it. */
    private static final ConcurrentLongLongMap MAP = Maps.inOnePart();

    static {
        MAP.put(1, 1);
    }

    @Actor
    public void writer() {
        MAP.remove(1);
        MAP.put(2, 2);
        MAP.remove(2);
        MAP.put(1, 1);
    }

    @Actor
    public void reader(J_Result r) {
        r.r1 = MAP.get(1);
    }
}
