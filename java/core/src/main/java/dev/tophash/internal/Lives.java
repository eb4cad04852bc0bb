package dev.tophash.internal;

import java.lang.ref.Cleaner;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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

    /**
     * An open map.
     *
     * @param type what users know its class as
     * @param name that they gave it, or null
     */
    public record Open(String type, String name, NativeHeap.Handle handle) {}

    /** The end of one native map, which runs once: asked for, or when the Java object is gone. */
    private static final class Life implements Runnable {
        private final Open map;
        private final int ticket;
        private Consumer<NativeHeap.Handle> forgotten;

        Life(Open map, int ticket, Consumer<NativeHeap.Handle> forgotten) {
            this.map = map;
            this.ticket = ticket;
            this.forgotten = forgotten;
        }

        @Override
        public void run() {
            try {
                if (forgotten != null) {
                    forgotten.accept(map.handle);
                }
            } finally {
                release(ticket);
                NativeHeap.closeMap(map.handle);
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
            Object owner, Open map, Consumer<NativeHeap.Handle> forgotten) {
        if (freeCount == 0 && used == lives.length) {
            int more = Math.multiplyExact(used, 2);
            Cleaner.Cleanable[] moreCleanables = Arrays.copyOf(cleanables, more);
            Life[] moreLives = Arrays.copyOf(lives, more);
            free = Arrays.copyOf(free, more);
            cleanables = moreCleanables;
            lives = moreLives;
        }
        int ticket = freeCount > 0 ? free[freeCount - 1] : used;
        Life life = new Life(map, ticket, forgotten);
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

    /** The maps that are open now, in no order. */
    public static synchronized List<Open> open() {
        List<Open> open = new ArrayList<>();
        for (int ticket = 0; ticket < used; ticket++) {
            if (lives[ticket] != null) {
                open.add(lives[ticket].map);
            }
        }
        return open;
    }

    private static synchronized void release(int ticket) {
        cleanables[ticket] = null;
        lives[ticket] = null;
        free[freeCount++] = ticket;
    }
}
