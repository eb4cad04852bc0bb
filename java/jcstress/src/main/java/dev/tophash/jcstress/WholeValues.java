package dev.tophash.jcstress;

import dev.tophash.Codecs;
import dev.tophash.ConcurrentNativeMap;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJJ_Result;

import java.lang.invoke.MethodHandles;
import java.util.Arrays;

/** A value of several words is never seen half replaced. */
public final class WholeValues {
    private WholeValues() {}

    record Words(long first, long second, long third) {}

    private static Words words(long each) {
        return new Words(each, each, each);
    }

    /** 24 bytes in the bucket. */
    @JCStressTest
    @Outcome(id = "1, 1, 1", expect = Expect.ACCEPTABLE, desc = "one value")
    @Outcome(id = "2, 2, 2", expect = Expect.ACCEPTABLE, desc = "the other")
    @Outcome(expect = Expect.FORBIDDEN, desc = "a mixture")
    @State
    public static class InBucket {
        private static final ConcurrentNativeMap<Long, Words> MAP =
                ConcurrentNativeMap.builder(
                                Codecs.LONG, Codecs.ofRecord(Words.class, MethodHandles.lookup()))
                        .shards(1)
                        .build();

        static {
            MAP.put(1L, words(1));
        }

        @Actor
        public void writer() {
            MAP.put(1L, words(2));
            MAP.put(1L, words(1));
        }

        @Actor
        public void reader(JJJ_Result r) {
            Words words = MAP.get(1L);
            r.r1 = words.first;
            r.r2 = words.second;
            r.r3 = words.third;
        }
    }

    /** Bytes in a block, of two lengths: another block each time, or the same one again. */
    @JCStressTest
    @Outcome(id = "40, 1, 1", expect = Expect.ACCEPTABLE, desc = "one value")
    @Outcome(id = "40, 2, 2", expect = Expect.ACCEPTABLE, desc = "one as long")
    @Outcome(id = "300, 3, 3", expect = Expect.ACCEPTABLE, desc = "a longer one")
    @Outcome(expect = Expect.FORBIDDEN, desc = "a mixture")
    @State
    public static class InBlock {
        private static final byte[] ONE = bytes(40, 1);
        private static final byte[] TWO = bytes(40, 2);
        private static final byte[] THREE = bytes(300, 3);

        private static final ConcurrentNativeMap<Long, byte[]> MAP =
                ConcurrentNativeMap.builder(Codecs.LONG, Codecs.BYTES).shards(1).build();

        static {
            MAP.put(1L, ONE);
        }

        private static byte[] bytes(int length, int each) {
            byte[] bytes = new byte[length];
            Arrays.fill(bytes, (byte) each);
            return bytes;
        }

        @Actor
        public void writer() {
            MAP.put(1L, TWO);
            MAP.put(1L, THREE);
            MAP.put(1L, ONE);
        }

        @Actor
        public void reader(JJJ_Result r) {
            byte[] bytes = MAP.get(1L);
            byte least = bytes[0];
            byte most = bytes[0];
            for (byte b : bytes) {
                least = (byte) Math.min(least, b);
                most = (byte) Math.max(most, b);
            }
            r.r1 = bytes.length;
            r.r2 = least;
            r.r3 = most;
        }
    }
}
