package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;

/**
 * A map or set of primitive types under test, called by reflection: its methods have the same names
 * in all types, and parameters of different ones. Keys and values are boxed.
 */
record Primitive(OffHeap map, Kind kind) implements AutoCloseable {
    /** The types; values of sets are none. */
    enum Kind {
        LONG_LONG(long.class, long.class, 0L) {
            @Override
            OffHeap make(Object otherwise) {
                return LongLongMap.builder().defaultValue((long) otherwise).build();
            }
        },
        INT_INT(int.class, int.class, 0) {
            @Override
            OffHeap make(Object otherwise) {
                return IntIntMap.builder().defaultValue((int) otherwise).build();
            }
        },
        INT_LONG(int.class, long.class, 0L) {
            @Override
            OffHeap make(Object otherwise) {
                return IntLongMap.builder().defaultValue((long) otherwise).build();
            }
        },
        LONG_INT(long.class, int.class, 0) {
            @Override
            OffHeap make(Object otherwise) {
                return LongIntMap.builder().defaultValue((int) otherwise).build();
            }
        },
        LONG_DOUBLE(long.class, double.class, 0.0) {
            @Override
            OffHeap make(Object otherwise) {
                return LongDoubleMap.builder().defaultValue((double) otherwise).build();
            }
        },
        LONG_SET(long.class, null, null) {
            @Override
            OffHeap make(Object otherwise) {
                return LongSet.create();
            }
        },
        INT_SET(int.class, null, null) {
            @Override
            OffHeap make(Object otherwise) {
                return IntSet.create();
            }
        };

        private static final double[] FRACTIONS = {
            -0.0, 0.0, Double.NaN, Double.NEGATIVE_INFINITY, Double.MIN_VALUE, Double.MAX_VALUE, 0.1
        };

        private final Class<?> keyType;
        private final Class<?> valueType;
        private final Object zero;

        Kind(Class<?> keyType, Class<?> valueType, Object zero) {
            this.keyType = keyType;
            this.valueType = valueType;
            this.zero = zero;
        }

        abstract OffHeap make(Object otherwise);

        Primitive create() {
            return create(zero);
        }

        Primitive create(Object otherwise) {
            return new Primitive(make(otherwise), this);
        }

        boolean isSet() {
            return valueType == null;
        }

        Object key(long number) {
            return keyType == int.class ? (Object) (int) number : (Object) number;
        }

        /** The first numbers are extreme values. */
        Object value(long number) {
            if (valueType == double.class) {
                return number >= 0 && number < FRACTIONS.length
                        ? FRACTIONS[(int) number]
                        : (Object) (number / 8.0);
            }
            if (valueType == int.class) {
                return number == 0 ? Integer.MIN_VALUE : (Object) (int) number;
            }
            return number == 0 ? Long.MIN_VALUE : (Object) number;
        }

        Object sum(Object a, Object b) {
            if (valueType == double.class) {
                return (double) a + (double) b;
            }
            return valueType == int.class ? (Object) ((int) a + (int) b) : (long) a + (long) b;
        }

        Object keys(int n) {
            return Array.newInstance(keyType, n);
        }

        Object values(int n) {
            return Array.newInstance(valueType, n);
        }

        int keyWidth() {
            return keyType == int.class ? Integer.BYTES : Long.BYTES;
        }

        int valueWidth() {
            return valueType == int.class ? Integer.BYTES : Long.BYTES;
        }
    }

    /** How the elements of a batch are handed over. */
    enum Shape {
        ARRAYS,
        PARTS,
        HEAP_SEGMENTS,
        NATIVE_SEGMENTS
    }

    /** Calls a method of the map by its name. */
    Object call(String name, Object... arguments) {
        for (Method method : map.getClass().getMethods()) {
            if (method.getName().equals(name) && fit(method.getParameterTypes(), arguments)) {
                try {
                    return method.invoke(map, arguments);
                } catch (InvocationTargetException e) {
                    if (e.getCause() instanceof RuntimeException cause) {
                        throw cause;
                    }
                    throw (Error) e.getCause();
                } catch (IllegalAccessException e) {
                    throw new AssertionError(e);
                }
            }
        }
        throw new AssertionError("no method " + name + " for " + Arrays.toString(arguments));
    }

    private static boolean fit(Class<?>[] types, Object[] arguments) {
        if (types.length != arguments.length) {
            return false;
        }
        for (int i = 0; i < types.length; i++) {
            Class<?> boxed =
                    Array.get(Array.newInstance(types[i], 1), 0) instanceof Object o
                            ? o.getClass()
                            : types[i];
            if (!boxed.isInstance(arguments[i])) {
                return false;
            }
        }
        return true;
    }

    private static final int PADDING = 3;

    /**
     * Calls a batch method in one of its forms.
     *
     * @param keys array of the keys
     * @param others array of what belongs to them, read or written; null if there is none
     * @return what the method returned
     */
    long batch(Shape shape, String name, Object keys, Object others) {
        int n = Array.getLength(keys);
        return switch (shape) {
            case ARRAYS -> (long) (others == null ? call(name, keys) : call(name, keys, others));
            case PARTS -> {
                Object paddedKeys = padded(keys);
                if (others == null) {
                    yield (long) call(name, paddedKeys, PADDING, n);
                }
                Object padded = padded(others);
                Object outside = Array.get(padded, 0);
                long result = (long) call(name, paddedKeys, padded, PADDING, n);
                System.arraycopy(padded, PADDING, others, 0, n);
                for (int i = 0; i < PADDING; i++) {
                    assertEquals(outside, Array.get(padded, i));
                    assertEquals(outside, Array.get(padded, PADDING + n + i));
                }
                yield result;
            }
            case HEAP_SEGMENTS -> {
                Object array = others instanceof boolean[] ? new byte[n] : others;
                MemorySegment segment = array == null ? null : heap(array);
                long result = inSegments(name, heap(keys), segment);
                copyBack(segment, others);
                yield result;
            }
            case NATIVE_SEGMENTS -> {
                try (Arena arena = Arena.ofConfined()) {
                    Object array = others instanceof boolean[] ? new byte[n] : others;
                    MemorySegment segment = array == null ? null : copy(heap(array), arena);
                    long result = inSegments(name, copy(heap(keys), arena), segment);
                    copyBack(segment, others);
                    yield result;
                }
            }
        };
    }

    private long inSegments(String name, MemorySegment keys, MemorySegment others) {
        return (long) (others == null ? call(name, keys) : call(name, keys, others));
    }

    private static Object padded(Object array) {
        int n = Array.getLength(array);
        Object padded = Array.newInstance(array.getClass().getComponentType(), n + 2 * PADDING);
        System.arraycopy(array, 0, padded, PADDING, n);
        return padded;
    }

    /** An array as a segment. */
    static MemorySegment heap(Object array) {
        return switch (array) {
            case long[] a -> MemorySegment.ofArray(a);
            case int[] a -> MemorySegment.ofArray(a);
            case double[] a -> MemorySegment.ofArray(a);
            case byte[] a -> MemorySegment.ofArray(a);
            default -> throw new AssertionError(array);
        };
    }

    private static MemorySegment copy(MemorySegment segment, Arena arena) {
        return arena.allocate(segment.byteSize(), Long.BYTES).copyFrom(segment);
    }

    private static void copyBack(MemorySegment segment, Object others) {
        if (others instanceof boolean[] found) {
            for (int i = 0; i < found.length; i++) {
                byte answer = segment.get(ValueLayout.JAVA_BYTE, i);
                assertEquals(answer & 1, answer);
                found[i] = answer != 0;
            }
        } else if (others != null) {
            heap(others).copyFrom(segment);
        }
    }

    @Override
    public void close() {
        map.close();
    }
}
