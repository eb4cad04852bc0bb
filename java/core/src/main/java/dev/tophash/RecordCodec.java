package dev.tophash;

import static java.util.stream.Collectors.joining;

import dev.tophash.internal.ffi.tophash_h;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.RecordComponent;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** {@link Codecs#ofRecord}. */
final class RecordCodec<R extends Record> implements Codec<R> {
    private static final ValueLayout.OfInt LENGTH =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Class<R> type;
    private final MethodHandle constructor; // (Object[]) -> Object
    private final Component[] components;
    private final long width;

    /** One component: its name, how to read it from a record, and its encoding. */
    private record Component(String name, MethodHandle accessor, Codec<Object> codec) {
        long width() {
            return codec.width();
        }
    }

    private RecordCodec(Class<R> type, MethodHandle constructor, Component[] components) {
        this.type = type;
        this.constructor = constructor;
        this.components = components;
        boolean fixed = Arrays.stream(components).allMatch(c -> c.width() != VARIABLE);
        long sum = fixed ? Arrays.stream(components).mapToLong(Component::width).sum() : VARIABLE;
        // Too long for a fixed width: then it is one that varies, though it always is the same.
        this.width = sum <= tophash_h.TH_MAX_FIXED_KEY() && sum != 0 ? sum : VARIABLE;
    }

    static <R extends Record> RecordCodec<R> of(Class<R> type, MethodHandles.Lookup lookup) {
        return of(type, lookup, List.of());
    }

    /**
     * The codec of a record inside others.
     *
     * @param outer classes of the others
     */
    private static <R extends Record> RecordCodec<R> of(
            Class<R> type, MethodHandles.Lookup lookup, List<Class<?>> outer) {
        if (outer.contains(type)) {
            throw new IllegalArgumentException(type.getName() + " contains itself");
        }
        List<Class<?>> around = new ArrayList<>(outer);
        around.add(type);
        RecordComponent[] parts = type.getRecordComponents();
        if (parts == null) {
            throw new IllegalArgumentException(type.getName() + " is not a record class");
        }
        try {
            Class<?>[] types =
                    Arrays.stream(parts).map(RecordComponent::getType).toArray(Class<?>[]::new);
            Component[] components = new Component[parts.length];
            for (int i = 0; i < parts.length; i++) {
                components[i] = component(type, parts[i], lookup, around);
            }
            return new RecordCodec<>(type, constructor(type, types, lookup), components);
        } catch (ReflectiveOperationException | InaccessibleObjectException e) {
            throw new IllegalArgumentException(
                    type.getName()
                            + " is not accessible: give ofRecord a lookup, or open its package to"
                            + " dev.tophash",
                    e);
        }
    }

    @SuppressWarnings("unchecked")
    private static Component component(
            Class<?> type, RecordComponent part, MethodHandles.Lookup lookup, List<Class<?>> around)
            throws ReflectiveOperationException {
        Codec<?> codec;
        try {
            codec =
                    part.getType().isRecord()
                            ? of(part.getType().asSubclass(Record.class), lookup, around)
                            : Codecs.of(part.getType());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "component " + part.getName() + " of " + type.getName() + ": " + e.getMessage(),
                    e);
        }
        MethodHandles.Lookup by = lookup;
        if (by == null) {
            part.getAccessor().setAccessible(true);
            by = MethodHandles.lookup();
        }
        MethodHandle accessor =
                by.unreflect(part.getAccessor())
                        .asType(MethodType.methodType(Object.class, Object.class));
        return new Component(part.getName(), accessor, (Codec<Object>) codec);
    }

    private static MethodHandle constructor(
            Class<?> type, Class<?>[] types, MethodHandles.Lookup lookup)
            throws ReflectiveOperationException {
        var canonical = type.getDeclaredConstructor(types);
        MethodHandles.Lookup by = lookup;
        if (by == null) {
            canonical.setAccessible(true);
            by = MethodHandles.lookup();
        }
        return by.unreflectConstructor(canonical)
                .asSpreader(Object[].class, types.length)
                .asType(MethodType.methodType(Object.class, Object[].class));
    }

    @Override
    public long width() {
        return width;
    }

    @Override
    public String name() {
        return "record:"
                + type.getName()
                + Arrays.stream(components)
                        .map(c -> c.name() + ' ' + c.codec().name())
                        .collect(joining(",", "(", ")"));
    }

    @Override
    public boolean accepts(Object o) {
        return type.isInstance(o);
    }

    @Override
    public long encode(R value, MemorySegment target, long offset) {
        long at = offset;
        long end = target.byteSize();
        for (Component component : components) {
            Object part = read(component, value);
            boolean sized = component.width() == VARIABLE;
            long from = sized ? at + Integer.BYTES : at;
            // Without room the rest is only measured.
            boolean room = from <= end && (sized || component.width() <= end - from);
            long size =
                    sized || room
                            ? component
                                    .codec()
                                    .encode(
                                            part,
                                            room ? target : MemorySegment.NULL,
                                            room ? from : 0)
                            : component.width();
            if (sized && room) {
                target.set(LENGTH, at, Math.toIntExact(size));
            }
            at = Math.addExact(from, size);
        }
        return at - offset;
    }

    private Object read(Component component, R value) {
        Object part;
        try {
            part = (Object) component.accessor().invokeExact((Object) value);
        } catch (Throwable t) {
            throw rethrown(t);
        }
        if (part == null) {
            throw new NullPointerException(
                    "component " + component.name() + " of " + value + " is null");
        }
        return part;
    }

    @Override
    public R decode(MemorySegment source, long offset, long size) {
        Object[] parts = new Object[components.length];
        long at = offset;
        for (int i = 0; i < parts.length; i++) {
            long length = components[i].width();
            if (length == VARIABLE) {
                length = source.get(LENGTH, at);
                at += Integer.BYTES;
            }
            parts[i] = components[i].codec().decode(source, at, length);
            at += length;
        }
        try {
            return type.cast((Object) constructor.invokeExact(parts));
        } catch (Throwable t) {
            throw rethrown(t);
        }
    }

    /** What an accessor or constructor of the record threw. */
    private static RuntimeException rethrown(Throwable t) {
        if (t instanceof RuntimeException e) {
            return e;
        }
        if (t instanceof Error e) {
            throw e;
        }
        return new IllegalStateException(t);
    }
}
