package dev.tophash;

import java.util.AbstractSet;
import java.util.Iterator;
import java.util.Objects;
import java.util.Spliterator;
import java.util.function.Consumer;

/**
 * The contract of {@link java.util.Set} over any table without values: what {@link NativeSet} and
 * the views of the primitive sets have in common.
 */
abstract class ElementSet<E> extends AbstractSet<E> {
    /** A cursor that reads boxed elements. */
    interface Walk<E> extends WalkSpliterator.Walk {
        E boxedElement();

        @Override
        Walk<E> split();
    }

    ElementSet() {}

    abstract OffHeapTable table();

    abstract Walk<E> walk();

    /** An element to give away: a copy where its users could change it. */
    E given(E element) {
        return element;
    }

    @Override
    public abstract boolean add(E element);

    @Override
    public abstract boolean contains(Object o);

    @Override
    public abstract boolean remove(Object o);

    @Override
    public int size() {
        return (int) Math.min(table().size(), Integer.MAX_VALUE);
    }

    @Override
    public boolean isEmpty() {
        return table().size() == 0;
    }

    @Override
    public void clear() {
        table().clear();
    }

    @Override
    public Iterator<E> iterator() {
        return new WalkIterator<Walk<E>, E>(
                table(), walk(), Walk::boxedElement, this::given, this::remove);
    }

    @Override
    public void forEach(Consumer<? super E> action) {
        Objects.requireNonNull(action);
        Walk<E> walk = walk();
        while (walk.next()) {
            action.accept(walk.boxedElement());
        }
    }

    @Override
    public Spliterator<E> spliterator() {
        return new WalkSpliterator<Walk<E>, E>(
                table(), this::walk, Walk::boxedElement, Spliterator.DISTINCT);
    }

    @Override
    public boolean equals(Object o) {
        table().checkOpen();
        return super.equals(o);
    }

    @Override
    public int hashCode() {
        return super.hashCode();
    }

    /**
     * The elements as {@code [a, b, ...]}. Of a set with more than 256 it lists that many and says
     * how many there are besides.
     */
    @Override
    public String toString() {
        return EntryMap.listed(iterator(), table().size());
    }
}
