package dev.tophash.jcstress;

import dev.tophash.Codecs;
import dev.tophash.ConcurrentLongLongMap;
import dev.tophash.ConcurrentNativeMap;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJJ_Result;
import org.openjdk.jcstress.infra.results.J_Result;

/** Of two writers to a key each knows what the other did, or comes first. */
public final class TwoWriters {
    private TwoWriters() {}

    /** One of two that insert wins, and the other learns so. */
    @JCStressTest
    @Outcome(id = "0, 1, 1", expect = Expect.ACCEPTABLE, desc = "the first wins")
    @Outcome(id = "2, 0, 2", expect = Expect.ACCEPTABLE, desc = "the second wins")
    @Outcome(expect = Expect.FORBIDDEN, desc = "both or none")
    @State
    public static class OneInserts {
        private static final ConcurrentLongLongMap MAP = Maps.inOnePart();

        private final long key = Maps.keys(1);

        @Actor
        public void first(JJJ_Result r) {
            r.r1 = MAP.putIfAbsent(key, 1);
        }

        @Actor
        public void second(JJJ_Result r) {
            r.r2 = MAP.putIfAbsent(key, 2);
        }

        @Arbiter
        public void cleanUp(JJJ_Result r) {
            r.r3 = MAP.remove(key);
        }
    }

    /** The same of functions that compute what is inserted. */
    @JCStressTest
    @Outcome(id = "1, 1, 1", expect = Expect.ACCEPTABLE, desc = "the first wins")
    @Outcome(id = "2, 2, 2", expect = Expect.ACCEPTABLE, desc = "the second wins")
    @Outcome(expect = Expect.FORBIDDEN, desc = "two values")
    @State
    public static class OneComputes {
        private static final ConcurrentNativeMap<Long, Long> MAP =
                ConcurrentNativeMap.builder(Codecs.LONG, Codecs.LONG).shards(1).build();

        private final long key = Maps.keys(1);

        @Actor
        public void first(JJJ_Result r) {
            r.r1 = MAP.computeIfAbsent(key, k -> 1L);
        }

        @Actor
        public void second(JJJ_Result r) {
            r.r2 = MAP.computeIfAbsent(key, k -> 2L);
        }

        @Arbiter
        public void cleanUp(JJJ_Result r) {
            r.r3 = MAP.remove(key);
        }
    }

    /** No update is lost. */
    @JCStressTest
    @Outcome(id = "3", expect = Expect.ACCEPTABLE, desc = "both")
    @Outcome(expect = Expect.FORBIDDEN, desc = "one is lost")
    @State
    public static class BothCount {
        private static final ConcurrentNativeMap<Long, Long> MAP =
                ConcurrentNativeMap.builder(Codecs.LONG, Codecs.LONG).shards(1).build();

        private final long key = Maps.keys(1);

        @Actor
        public void first() {
            MAP.merge(key, 1L, Long::sum);
        }

        @Actor
        public void second() {
            MAP.merge(key, 2L, Long::sum);
        }

        @Arbiter
        public void cleanUp(J_Result r) {
            r.r1 = MAP.remove(key);
        }
    }
}
