package dev.tophash;

import static java.util.stream.Collectors.joining;

import java.util.Arrays;

/** {@link Codecs#ofEnum}. */
final class EnumCodec<E extends Enum<E>> extends WordCodec<E> {
    private static final int MASK = 0xffff;

    private final Class<E> type;
    private final E[] constants;

    EnumCodec(Class<E> type) {
        super(type.getEnumConstants().length <= 1 << Byte.SIZE ? Byte.BYTES : Short.BYTES);
        this.type = type;
        this.constants = type.getEnumConstants();
    }

    @Override
    public String name() {
        return "enum:"
                + type.getName()
                + Arrays.stream(constants).map(Enum::name).collect(joining(",", "{", "}"));
    }

    @Override
    public boolean accepts(Object o) {
        return type.isInstance(o);
    }

    @Override
    long toWord(E value) {
        return value.ordinal();
    }

    @Override
    E fromWord(long word) {
        int mask = width() == Byte.BYTES ? MASK >>> Byte.SIZE : MASK;
        return constants[(int) word & mask];
    }
}
