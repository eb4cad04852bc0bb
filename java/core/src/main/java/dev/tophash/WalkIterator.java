package dev.tophash;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * A cursor as an iterator, which looks one entry ahead as hasNext must.
 *
 * @param <W> the kind of walk
 * @param <T> what is made of each entry
 */
final class WalkIterator<W extends WalkSpliterator.Walk, T> implements Iterator<T> {
    private final OffHeapTable table;
    private final W walk;
    private final Function<? super W, ? extends T> element;
    private final UnaryOperator<T> given;
    private final Consumer<? super T> removal;
    private T next;
    private T last;
    private boolean ahead;
    private boolean removable;

    /** Whether the walk is still at the entry that next has returned. */
    private boolean atLast;

    WalkIterator(
            OffHeapTable table,
            W walk,
            Function<? super W, ? extends T> element,
            UnaryOperator<T> given,
            Consumer<? super T> removal) {
        this.table = table;
        this.walk = walk;
        this.element = element;
        this.given = given;
        this.removal = removal;
    }

    @Override
    public boolean hasNext() {
        table.checkOpen();
        if (!ahead) {
            atLast = false;
            if (walk.next()) {
                next = element.apply(walk); // before `ahead`: a codec may throw
                ahead = true;
            }
        }
        return ahead;
    }

    @Override
    public T next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        last = next;
        next = null;
        ahead = false;
        removable = true;
        atLast = true;
        return given.apply(last);
    }

    @Override
    public void remove() {
        if (!removable) {
            throw new IllegalStateException("there is nothing to remove");
        }
        table.checkWritable();
        removable = false;
        if (atLast && walk instanceof MapCursor) {
            walk.remove(); // the cheaper way: the walk knows of this change
        } else {
            removal.accept(last);
        }
        last = null;
    }
}
