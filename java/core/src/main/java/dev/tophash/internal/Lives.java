package dev.tophash.internal;

import java.lang.ref.Cleaner;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * The native maps that are open, and what becomes of them when their Java object is forgotten. A
 * map keeps the number of its entry here and no reference, so that what is reachable from a map is
 * the map alone. Methods may be called from any thread.
 */
public final class Lives {
    private static final Cleaner CLEANER = Cleaner.create();

    private static Cleaner.Cleanable[] cleanables = new Cleaner.Cleanable[64];
    private static Life[] lives = new Life[64];
    private static int[] free = new int[64];
    private static int freeCount;
    private static int used;

    private Lives() {}

    /** The end of one native map, which runs once: asked for, or when the Java object is gone. */
    private static final class Life implements Runnable {
        private final NativeHeap.Handle handle;
        private final int ticket;
        private Consumer<NativeHeap.Handle> forgotten;

        Life(NativeHeap.Handle handle, int ticket, Consumer<NativeHeap.Handle> forgotten) {
            this.handle = handle;
            this.ticket = ticket;
            this.forgotten = forgotten;
        }

        @Override
        public void run() {
            try {
                if (forgotten != null) {
                    forgotten.accept(handle);
                }
            } finally {
                release(ticket);
                NativeHeap.closeMap(handle);
            }
        }
    }

    /**
     * Begins a life.
     *
     * @param owner the Java object whose loss ends it
     * @param forgotten called before the map is closed when nobody asked for that, or null; must
     *     not refer to the owner
     * @return a number to end it with
     */
    public static synchronized int begin(
            Object owner, NativeHeap.Handle handle, Consumer<NativeHeap.Handle> forgotten) {
        if (freeCount == 0 && used == lives.length) {
            int more = Math.multiplyExact(used, 2);
            Cleaner.Cleanable[] moreCleanables = Arrays.copyOf(cleanables, more);
            Life[] moreLives = Arrays.copyOf(lives, more);
            free = Arrays.copyOf(free, more);
            cleanables = moreCleanables;
            lives = moreLives;
        }
        int ticket = freeCount > 0 ? free[freeCount - 1] : used;
        Life life = new Life(handle, ticket, forgotten);
        cleanables[ticket] = CLEANER.register(owner, life);
        lives[ticket] = life;
        if (freeCount > 0) {
            freeCount--;
        } else {
            used++;
        }
        return ticket;
    }

    /** Ends a life: closes the native map. To be called once for a number. */
    public static void end(int ticket) {
        Cleaner.Cleanable cleanable;
        synchronized (Lives.class) {
            lives[ticket].forgotten = null;
            cleanable = cleanables[ticket];
        }
        cleanable.clean();
    }

    private static synchronized void release(int ticket) {
        cleanables[ticket] = null;
        lives[ticket] = null;
        free[freeCount++] = ticket;
    }
}
