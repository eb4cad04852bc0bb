package dev.tophash;

import dev.tophash.internal.Description;
import dev.tophash.internal.Linkage;
import dev.tophash.internal.Platform;
import dev.tophash.internal.ffi.tophash_h;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Where the parts of a map lie in memory: its header, and a bucket of its type. All in bytes.
 *
 * <p>The header and the constants are read from the file of a library, which says of itself how it
 * was compiled; so those of another architecture can be read too. {@link #source} tells where the
 * bucket comes from.
 *
 * {@snippet :
 * Layout layout = Layout.of(Layout.Slot.of(Codecs.LONG), Layout.Slot.of(Codecs.LONG));
 * layout.bucketSize(); // 144
 * }
 *
 * @param architecture whose library this is
 * @param source where the bucket comes from
 * @param headerSize of the header's fields that are Go's; what follows is this library's
 * @param headerAlign alignment of these
 * @param header fields of the header and of the rest of its cache line, with padding, in order
 * @param bucketSize a bucket, with padding
 * @param bucketAlign alignment of a bucket
 * @param interleaved whether each value follows its key, instead of eight values after eight keys
 * @param bucket fields, keys and values of a bucket, with padding, in order
 * @param constants what the rule for buckets goes by, and the limits, by name
 */
public record Layout(
        Architecture architecture,
        Source source,
        int headerSize,
        int headerAlign,
        List<Field> header,
        int bucketSize,
        int bucketAlign,
        boolean interleaved,
        List<Field> bucket,
        Map<String, Integer> constants) {

    /** An architecture that there is a library for. */
    public enum Architecture {
        /** x86_64. */
        AMD64(Platform.LINUX_X86_64),
        /** aarch64. */
        ARM64(Platform.LINUX_AARCH64);

        final Platform platform;

        Architecture(Platform platform) {
            this.platform = platform;
        }

        /**
         * The one that this JVM runs on.
         *
         * @return never null
         * @throws UnsatisfiedLinkError if there is no library for it
         */
        public static Architecture running() {
            return Platform.running() == AMD64.platform ? AMD64 : ARM64;
        }

        /**
         * Whether {@link Layout#of(Architecture, Slot, Slot)} has a library to read.
         *
         * @return true for the one that runs, otherwise whether this copy of Tophash was built with
         *     its library
         */
        public boolean isAvailable() {
            return this == running() || Platform.class.getResource(platform.resource()) != null;
        }

        /**
         * The name in small letters.
         *
         * @return {@code amd64} or {@code arm64}
         */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Where the layout of a bucket comes from. */
    public enum Source {
        /** The running library was asked. */
        ASKED,
        /** The library has code for this type, and its file says what that goes by. */
        RECORDED,
        /**
         * Every constant of the rule is the same in the file as in the running library, which was
         * asked.
         */
        SAME_RULE
    }

    /**
     * A part of a header or bucket.
     *
     * @param name as in the engine's source, {@code key 0}, {@code value 0}, or {@code padding}
     * @param offset from the start of the header or bucket
     * @param size its bytes
     * @param align its alignment; 0 for padding
     */
    public record Field(String name, int offset, int size, int align) {
        static Field padding(int offset, int size) {
            return new Field("padding", offset, size, 0);
        }

        /**
         * Whether it holds nothing.
         *
         * @return true for padding
         */
        public boolean isPadding() {
            return align == 0;
        }
    }

    /**
     * What a key or value takes in a bucket.
     *
     * @param size bytes from 0 to 1024, or {@link Codec#VARIABLE}
     * @param align 1, 2, 4, 8 or 16, of which the size is a multiple; 1 for those that vary
     */
    public record Slot(int size, int align) {
        /**
         * Checks the figures.
         *
         * @throws IllegalArgumentException if no key and no value can be so
         */
        public Slot {
            if (size < Codec.VARIABLE || size > tophash_h.TH_MAX_FIXED_VALUE()) {
                throw new IllegalArgumentException(
                        size + " bytes, must be from 0 to " + tophash_h.TH_MAX_FIXED_VALUE());
            }
            boolean power = align > 0 && Integer.bitCount(align) == 1;
            if (!power || align > tophash_h.TH_MAX_ALIGN()) {
                throw new IllegalArgumentException(
                        "aligned to " + align + " bytes, must be to 1, 2, 4, 8 or 16");
            }
            if (size > 0 && size % align != 0) {
                throw new IllegalArgumentException(
                        size + " bytes aligned to " + align + ", must be a multiple of it");
            }
        }

        /**
         * The encodings of a codec.
         *
         * @param codec such as {@link Codecs#LONG}
         * @return its width and alignment
         */
        public static Slot of(Codec<?> codec) {
            return codec.width() == Codec.VARIABLE
                    ? new Slot((int) Codec.VARIABLE, 1)
                    : new Slot(Math.toIntExact(codec.width()), (int) codec.alignment());
        }

        boolean varies() {
            return size == Codec.VARIABLE;
        }
    }

    /**
     * The layout in the library that is running.
     *
     * @param key what a key takes, 1 to 128 bytes if that is fixed
     * @param value what a value takes
     * @return never null
     * @throws IllegalArgumentException if a key cannot be so
     * @throws IOException if the library's file cannot be read, or is not what it should be
     */
    public static Layout of(Slot key, Slot value) throws IOException {
        return of(Architecture.running(), key, value);
    }

    /**
     * The layout in the library of an architecture. Its file is read; no code in it is run, unless
     * it is the one that is running.
     *
     * @param architecture {@linkplain Architecture#isAvailable available} here
     * @param key what a key takes, 1 to 128 bytes if that is fixed
     * @param value what a value takes
     * @return never null
     * @throws IllegalArgumentException if a key cannot be so
     * @throws IOException if there is no such library, or it cannot be read, or is not what it
     *     should be
     */
    public static Layout of(Architecture architecture, Slot key, Slot value) throws IOException {
        Objects.requireNonNull(architecture);
        Layouts.Bucket asked = Layouts.Bucket.asked(key(key), value);
        Description own = running();
        if (architecture == Architecture.running()) {
            return Layouts.of(architecture, Source.ASKED, asked, own);
        }
        Platform platform = architecture.platform;
        try (InputStream in = platform.open()) {
            if (in == null) {
                throw new IOException(
                        "this copy of Tophash was built without the library for " + architecture);
            }
            Description theirs =
                    Description.of(in.readAllBytes(), platform, "the library for " + architecture);
            return Layouts.of(architecture, asked, own, theirs);
        }
    }

    private static Slot key(Slot key) {
        if (key.size == 0 || key.size > tophash_h.TH_MAX_FIXED_KEY()) {
            throw new IllegalArgumentException(
                    "a key of "
                            + key.size
                            + " bytes, must have from 1 to "
                            + tophash_h.TH_MAX_FIXED_KEY());
        }
        return key;
    }

    private static Description running() throws IOException {
        return Description.of(
                Files.readAllBytes(Linkage.LIBRARY),
                Platform.running(),
                Linkage.LIBRARY.toString());
    }

    /**
     * Bytes of a bucket that hold nothing.
     *
     * @return 0 or more
     */
    public int padding() {
        return bucket.stream().filter(Field::isPadding).mapToInt(Field::size).sum();
    }

    /**
     * What is not as in another layout, of another architecture or type.
     *
     * @param other to compare with
     * @return a sentence for each difference; none if header, bucket and constants are the same
     */
    public List<String> differences(Layout other) {
        return Layouts.differences(this, other);
    }
}
