package dev.tophash;

import java.lang.invoke.MethodHandles;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

/**
 * Ready-made codecs. None accepts null unless it was made {@link #nullable}. Numbers are
 * little-endian.
 *
 * <p>Floating point follows {@link Double#equals}: -0.0 and 0.0 are two keys, and every NaN is the
 * same one; a NaN comes back as {@link Double#NaN}.
 */
public final class Codecs {
    /** 8 bytes. */
    public static final Codec<Long> LONG =
            new WordCodec<>(Long.BYTES) {
                @Override
                public String name() {
                    return "long";
                }

                @Override
                public boolean accepts(Object o) {
                    return o instanceof Long;
                }

                @Override
                long toWord(Long value) {
                    return value;
                }

                @Override
                Long fromWord(long word) {
                    return word;
                }
            };

    /** 4 bytes. */
    public static final Codec<Integer> INTEGER =
            new WordCodec<>(Integer.BYTES) {
                @Override
                public String name() {
                    return "int";
                }

                @Override
                public boolean accepts(Object o) {
                    return o instanceof Integer;
                }

                @Override
                long toWord(Integer value) {
                    return value;
                }

                @Override
                Integer fromWord(long word) {
                    return (int) word;
                }
            };

    /** 2 bytes. */
    public static final Codec<Short> SHORT =
            new WordCodec<>(Short.BYTES) {
                @Override
                public String name() {
                    return "short";
                }

                @Override
                public boolean accepts(Object o) {
                    return o instanceof Short;
                }

                @Override
                long toWord(Short value) {
                    return value;
                }

                @Override
                Short fromWord(long word) {
                    return (short) word;
                }
            };

    /** 1 byte. */
    public static final Codec<Byte> BYTE =
            new WordCodec<>(Byte.BYTES) {
                @Override
                public String name() {
                    return "byte";
                }

                @Override
                public boolean accepts(Object o) {
                    return o instanceof Byte;
                }

                @Override
                long toWord(Byte value) {
                    return value;
                }

                @Override
                Byte fromWord(long word) {
                    return (byte) word;
                }
            };

    /** 2 bytes: a UTF-16 code unit. */
    public static final Codec<Character> CHARACTER =
            new WordCodec<>(Character.BYTES) {
                @Override
                public String name() {
                    return "char";
                }

                @Override
                public boolean accepts(Object o) {
                    return o instanceof Character;
                }

                @Override
                long toWord(Character value) {
                    return value;
                }

                @Override
                Character fromWord(long word) {
                    return (char) word;
                }
            };

    /** 1 byte: 0 or 1. */
    public static final Codec<Boolean> BOOLEAN =
            new WordCodec<>(Byte.BYTES) {
                @Override
                public String name() {
                    return "boolean";
                }

                @Override
                public boolean accepts(Object o) {
                    return o instanceof Boolean;
                }

                @Override
                long toWord(Boolean value) {
                    return value ? 1 : 0;
                }

                @Override
                Boolean fromWord(long word) {
                    return (word & 1) != 0;
                }
            };

    /** 8 bytes. */
    public static final Codec<Double> DOUBLE =
            new WordCodec<>(Double.BYTES) {
                @Override
                public String name() {
                    return "double";
                }

                @Override
                public boolean accepts(Object o) {
                    return o instanceof Double;
                }

                @Override
                long toWord(Double value) {
                    return Double.doubleToLongBits(value); // the same for every NaN
                }

                @Override
                Double fromWord(long word) {
                    return Double.longBitsToDouble(word);
                }
            };

    /** 4 bytes. */
    public static final Codec<Float> FLOAT =
            new WordCodec<>(Float.BYTES) {
                @Override
                public String name() {
                    return "float";
                }

                @Override
                public boolean accepts(Object o) {
                    return o instanceof Float;
                }

                @Override
                long toWord(Float value) {
                    return Float.floatToIntBits(value); // the same for every NaN
                }

                @Override
                Float fromWord(long word) {
                    return Float.intBitsToFloat((int) word);
                }
            };

    /**
     * UTF-8, of any length up to 2^31 - 1 bytes. A surrogate without its partner, which UTF-8
     * cannot express, is written as three bytes as if it were a character, and read back as it was.
     */
    public static final Codec<String> STRING = new StringCodec();

    /**
     * The bytes as they are, up to 2^31 - 1. Keys are equal when their contents are, but arrays
     * that come out of the map have the {@code equals} and {@code hashCode} of arrays, which is
     * identity. So what compares objects finds none: {@code equals} and {@code hashCode} of the map
     * and its views, {@code containsValue}, and {@code remove} and {@code replace} with an expected
     * value.
     */
    public static final Codec<byte[]> BYTES = new ArrayCodec();

    /** 16 bytes. */
    public static final Codec<UUID> UUID = new UuidCodec();

    /** 12 bytes: seconds and nanoseconds. */
    public static final Codec<Instant> INSTANT = new InstantCodec();

    private static final Map<Class<?>, Codec<?>> BY_TYPE =
            Map.ofEntries(
                    Map.entry(Long.class, LONG),
                    Map.entry(Integer.class, INTEGER),
                    Map.entry(Short.class, SHORT),
                    Map.entry(Byte.class, BYTE),
                    Map.entry(Character.class, CHARACTER),
                    Map.entry(Boolean.class, BOOLEAN),
                    Map.entry(Double.class, DOUBLE),
                    Map.entry(Float.class, FLOAT),
                    Map.entry(long.class, LONG),
                    Map.entry(int.class, INTEGER),
                    Map.entry(short.class, SHORT),
                    Map.entry(byte.class, BYTE),
                    Map.entry(char.class, CHARACTER),
                    Map.entry(boolean.class, BOOLEAN),
                    Map.entry(double.class, DOUBLE),
                    Map.entry(float.class, FLOAT),
                    Map.entry(String.class, STRING),
                    Map.entry(byte[].class, BYTES),
                    Map.entry(UUID.class, UUID),
                    Map.entry(Instant.class, INSTANT));

    private Codecs() {}

    /**
     * The codec of a class: one of the constants, {@link #ofEnum} or {@link #ofRecord}.
     *
     * @param <T> the type
     * @param type its class
     * @return a codec
     * @throws IllegalArgumentException if there is no ready-made codec for it
     */
    @SuppressWarnings("unchecked")
    public static <T> Codec<T> of(Class<T> type) {
        Codec<?> codec = BY_TYPE.get(Objects.requireNonNull(type));
        if (codec != null) {
            return (Codec<T>) codec;
        }
        if (type.isEnum()) {
            return (Codec<T>) new EnumCodec<>(type.asSubclass(Enum.class));
        }
        if (type.isRecord()) {
            return (Codec<T>) ofRecord(type.asSubclass(Record.class));
        }
        throw new IllegalArgumentException(
                "there is no ready-made codec for " + type.getName() + "; see Codec.fixed");
    }

    /**
     * Enum constants by ordinal: 1 byte, 2 if there are more than 256 constants.
     *
     * @param <E> the enum
     * @param type its class
     * @return a codec
     */
    public static <E extends Enum<E>> Codec<E> ofEnum(Class<E> type) {
        return new EnumCodec<>(type);
    }

    /**
     * Records whose components have ready-made codecs, other records included: their encodings one
     * after the other. The width is fixed if that of all components is; otherwise each component of
     * varying length has its length before it, in 4 bytes. No component may be null.
     *
     * <p>Components that are arrays are compared by content as part of a key, which the record's
     * own {@code equals} does not do.
     *
     * @param <R> the record
     * @param type its class, accessible to this module
     * @return a codec
     * @throws IllegalArgumentException if a component has no ready-made codec, or the record is not
     *     accessible
     */
    public static <R extends Record> Codec<R> ofRecord(Class<R> type) {
        return RecordCodec.of(type, null);
    }

    /**
     * The same for a record that only its own module can access.
     *
     * @param <R> the record
     * @param type its class
     * @param lookup of a class that can access it: {@link MethodHandles#lookup}
     * @return a codec
     * @throws IllegalArgumentException if a component has no ready-made codec, or the record is not
     *     accessible to the lookup class
     */
    public static <R extends Record> Codec<R> ofRecord(Class<R> type, MethodHandles.Lookup lookup) {
        return RecordCodec.of(type, Objects.requireNonNull(lookup));
    }

    /**
     * A codec that accepts null besides. One byte, or as many as the alignment, tells which it is.
     *
     * @param <T> the type
     * @param codec for what is not null
     * @return a codec
     */
    public static <T> Codec<T> nullable(Codec<T> codec) {
        return new NullableCodec<>(codec);
    }
}
