package dev.tophash;

import java.util.Objects;
import java.util.Spliterator;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A cursor as a spliterator: it splits by bucket ranges, and is bound to the map when it is first
 * used. It does not call itself sized, since what a stream does may change the map meanwhile.
 *
 * @param <W> the kind of walk
 * @param <T> what is made of each entry
 */
final class WalkSpliterator<W extends WalkSpliterator.Walk, T> implements Spliterator<T> {
    /** A cursor that can be split. */
    interface Walk {
        /** {@return whether there was another entry, to which this moved} */
        boolean next();

        /** Removes the entry that next moved to. */
        void remove();

        /** Half of what was not fetched yet, or null. */
        Walk split();
    }

    /** Entries in a part that is not worth a task of its own. */
    private static final long SMALL = 1 << 10;

    private final OffHeapTable table;
    private final Supplier<W> start;
    private final Function<? super W, ? extends T> element;
    private final int characteristics;
    private W walk;
    private long estimate;

    WalkSpliterator(
            OffHeapTable table,
            Supplier<W> start,
            Function<? super W, ? extends T> element,
            int characteristics) {
        this.table = table;
        this.start = start;
        this.element = element;
        this.characteristics = characteristics;
    }

    private WalkSpliterator(WalkSpliterator<W, T> other, W walk) {
        this(other.table, other.start, other.element, other.characteristics);
        this.walk = walk;
        this.estimate = other.estimate;
    }

    private void bind() {
        if (walk == null) {
            estimate = table.size();
            walk = start.get();
        }
    }

    @Override
    public boolean tryAdvance(Consumer<? super T> action) {
        Objects.requireNonNull(action);
        bind();
        if (!walk.next()) {
            estimate = 0;
            return false;
        }
        estimate = Math.max(estimate - 1, 0);
        action.accept(element.apply(walk));
        return true;
    }

    @Override
    public void forEachRemaining(Consumer<? super T> action) {
        Objects.requireNonNull(action);
        bind();
        while (walk.next()) {
            action.accept(element.apply(walk));
        }
        estimate = 0;
    }

    @Override
    @SuppressWarnings("unchecked")
    public Spliterator<T> trySplit() {
        bind();
        W half = estimate < SMALL ? null : (W) walk.split();
        if (half == null) {
            return null;
        }
        estimate /= 2;
        return new WalkSpliterator<>(this, half);
    }

    @Override
    public long estimateSize() {
        return walk == null ? table.size() : estimate;
    }

    @Override
    public int characteristics() {
        return characteristics;
    }
}
