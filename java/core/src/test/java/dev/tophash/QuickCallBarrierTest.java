package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import org.junit.jupiter.api.Test;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.CountDownLatch;

/**
 * What the reclaiming of native memory rests on: closing a shared arena returns only after each
 * thread has left the critical call that it was in. The JVM does so but does not promise it, so it
 * is tried here, with a critical call that takes far longer than one should.
 */
class QuickCallBarrierTest {
    private static final int MICROS = Effort.EMULATED ? 900_000 : 400_000;
    private static final int ATTEMPTS = 5;

    private static MethodHandle sleep(Linker.Option... options) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow("usleep"),
                FunctionDescriptor.of(JAVA_INT, JAVA_INT),
                options);
    }

    /** When things happened, in nanoseconds after another thread was about to start its call. */
    private record Times(long closing, long closed) {
        /** Whether closing began when the call was certainly under way. */
        boolean overlap() {
            return closing < MICROS * 500L;
        }

        boolean waited() {
            return closed >= MICROS * 1000L;
        }
    }

    private static Times closeDuring(MethodHandle sleep) throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        long[] start = new long[1];
        Thread sleeper =
                new Thread(
                        () -> {
                            try {
                                int warm = (int) sleep.invokeExact(1);
                                start[0] = System.nanoTime() + warm;
                                started.countDown();
                                int ignored = (int) sleep.invokeExact(MICROS);
                            } catch (Throwable t) {
                                throw new AssertionError(t);
                            }
                        });
        sleeper.start();
        started.await();
        Thread.sleep(50);
        Arena arena = Arena.ofShared();
        long closing = System.nanoTime();
        arena.close();
        long closed = System.nanoTime();
        sleeper.join();
        return new Times(closing - start[0], closed - start[0]);
    }

    @Test
    void closingASharedArenaWaitsForCriticalCalls() throws Exception {
        boolean overlapped = false;
        for (int i = 0; i < ATTEMPTS && !overlapped; i++) {
            Times times = closeDuring(sleep(Linker.Option.critical(false)));
            overlapped = times.overlap();
            assertTrue(
                    times.waited(), () -> "closed while a critical call was under way: " + times);
        }
        assertTrue(overlapped, "the machine is too slow to tell");
    }

    @Test
    void closingASharedArenaWaitsForCriticalCallsOnArrays() throws Exception {
        boolean overlapped = false;
        for (int i = 0; i < ATTEMPTS && !overlapped; i++) {
            Times times = closeDuring(sleep(Linker.Option.critical(true)));
            overlapped = times.overlap();
            assertTrue(
                    times.waited(), () -> "closed while a critical call was under way: " + times);
        }
        assertTrue(overlapped, "the machine is too slow to tell");
    }

    /** The control: were this to wait as well, the tests above would prove nothing. */
    @Test
    void closingASharedArenaDoesNotWaitForOrdinaryCalls() throws Exception {
        boolean waited = true;
        for (int i = 0; i < ATTEMPTS && waited; i++) {
            waited = closeDuring(sleep()).waited();
        }
        assertFalse(waited);
    }
}
