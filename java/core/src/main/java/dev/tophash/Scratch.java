package dev.tophash;

import dev.tophash.internal.ffi.tophash_h;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;

/**
 * Native memory of a thread in which one key, one value and one previous value pass between codecs
 * and the engine, so that an operation allocates nothing. Codecs may use other maps: a nested
 * operation gets a scratch of its own.
 */
final class Scratch {
    private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

    /** Enough for everything of fixed width. */
    private static final long FIRST = tophash_h.TH_MAX_FIXED_VALUE();

    /** What a thread keeps from one operation to the next. */
    private static final long KEPT = 1 << 20;

    private static final long ALIGNMENT = 16;

    /** A piece of native memory that grows. */
    static final class Area {
        private final MemorySegment first;
        private MemorySegment segment;
        private long address;

        private Area(MemorySegment first) {
            this.first = first;
            use(first);
        }

        private void use(MemorySegment chosen) {
            segment = chosen;
            address = chosen.address();
        }

        /** Goes back to the size it had at first. */
        private void shrink() {
            use(first);
        }

        /** Where it is, as long as it is not made to grow. */
        long address() {
            return address;
        }

        long size() {
            return segment.byteSize();
        }

        /** Makes room for at least so many bytes; loses what is there. */
        void grow(long bytes) {
            use(Arena.ofAuto().allocate(Long.highestOneBit(bytes - 1) << 1, ALIGNMENT));
        }

        /** Writes an encoding at the start. */
        <T> long encode(Codec<T> codec, long width, T value) {
            long size = codec.encode(value, segment, 0);
            if (width != Codec.VARIABLE) {
                if (size != width) {
                    throw badSize(codec, size, "must have " + width);
                }
                return size;
            }
            if (size > segment.byteSize()) {
                checkSize(codec, size);
                grow(size);
                long again = codec.encode(value, segment, 0);
                if (again != size) {
                    throw badSize(codec, again, "had " + size + " a moment ago");
                }
            }
            checkSize(codec, size);
            return size;
        }

        /** Makes an object of the bytes at the start. */
        <T> T decode(Codec<T> codec, long size) {
            return codec.decode(segment, 0, size);
        }

        private long firstLong() {
            return segment.get(ValueLayout.JAVA_LONG, 0);
        }
    }

    private final Area key;
    private final Area value;
    private final Area before;
    private final Area length;
    private boolean taken;

    private Scratch() {
        MemorySegment memory = Arena.ofAuto().allocate(3 * FIRST + ALIGNMENT, ALIGNMENT);
        key = new Area(memory.asSlice(0, FIRST));
        value = new Area(memory.asSlice(FIRST, FIRST));
        before = new Area(memory.asSlice(2 * FIRST, FIRST));
        length = new Area(memory.asSlice(3 * FIRST));
    }

    /** The thread's scratch, or a new one inside another operation. To be given back. */
    static Scratch take() {
        Scratch scratch = OF_THREAD.get();
        if (scratch.taken) {
            scratch = new Scratch();
        }
        scratch.taken = true;
        return scratch;
    }

    void giveBack() {
        // C was given addresses: until here the memory must not be taken for garbage.
        Reference.reachabilityFence(key.segment);
        Reference.reachabilityFence(value.segment);
        Reference.reachabilityFence(before.segment);
        Reference.reachabilityFence(length.segment);
        taken = false;
        if (key.size() + value.size() + before.size() > KEPT) {
            key.shrink();
            value.shrink();
            before.shrink();
        }
    }

    Area key() {
        return key;
    }

    Area value() {
        return value;
    }

    /** Where C leaves a value. */
    Area before() {
        return before;
    }

    /** Where C leaves the length of a value. */
    long lengthAddress() {
        return length.address();
    }

    /** The length that C has left. */
    long length() {
        return length.firstLong();
    }

    static void checkSize(Codec<?> codec, long size) {
        if (size < 0 || size > tophash_h.TH_MAX_BYTES()) {
            throw badSize(codec, size, "must have from 0 to " + tophash_h.TH_MAX_BYTES());
        }
    }

    static IllegalArgumentException badSize(Codec<?> codec, long size, String rule) {
        return new IllegalArgumentException(
                "an encoding by "
                        + codec.getClass().getName()
                        + " has "
                        + size
                        + " bytes, "
                        + rule);
    }
}
