package dev.tophash.jcstress;

import dev.tophash.ConcurrentLongLongMap;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JII_Result;

/** Who reads an entry sees what its writer did before, in plain memory. */
@JCStressTest
@Outcome(id = "0, [01], [01]", expect = Expect.ACCEPTABLE, desc = "not there yet")
@Outcome(id = "1, 1, 1", expect = Expect.ACCEPTABLE, desc = "all there")
@Outcome(expect = Expect.FORBIDDEN, desc = "the entry without what was before it")
@State
public class Publication {
    private static final ConcurrentLongLongMap MAP = Maps.inOnePart();

    private final long key = Maps.keys(1);
    private final int[] element = new int[1];
    private int field;

    @Actor
    public void writer() {
        field = 1;
        element[0] = 1;
        MAP.put(key, 1);
    }

    @Actor
    public void reader(JII_Result r) {
        r.r1 = MAP.get(key);
        r.r2 = field;
        r.r3 = element[0];
    }

    @Arbiter
    public void cleanUp(JII_Result r) {
        MAP.remove(key);
    }
}
