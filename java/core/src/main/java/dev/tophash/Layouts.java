package dev.tophash;

import dev.tophash.internal.Description;
import dev.tophash.internal.TableType;
import dev.tophash.internal.ffi.th_layout;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** How a {@link Layout} comes from what libraries say, and what is different between two. */
final class Layouts {
    private Layouts() {}

    /** A bucket of one type: what the running library, or the record of another one, says of it. */
    record Bucket(
            Layout.Slot key,
            Layout.Slot value,
            int slotsOffset,
            int keyStride,
            int valueOffset,
            int valueStride,
            int size,
            int align) {

        /** What the running library answers. */
        static Bucket asked(Layout.Slot key, Layout.Slot value) {
            return TableType.withLayout(
                    TableType.of(key.size(), key.align(), value.size(), value.align()),
                    answer ->
                            new Bucket(
                                    key,
                                    value,
                                    th_layout.slots_offset(answer),
                                    th_layout.key_stride(answer),
                                    th_layout.value_offset(answer),
                                    th_layout.value_stride(answer),
                                    th_layout.bucket_size(answer),
                                    th_layout.bucket_align(answer)));
        }

        /** The same type by the shape that another library was compiled for. */
        Bucket as(Description.Shape shape, Description theirs) {
            return new Bucket(
                    key,
                    value,
                    theirs.constant(Description.SLOTS_OFFSET),
                    shape.keyStride(),
                    shape.valueOffset(),
                    shape.valueStride(),
                    shape.bucketSize(),
                    theirs.constant(Description.BUCKET_ALIGN));
        }

        /** Whether a shape is of this type and lies as this bucket does. */
        boolean is(Description.Shape shape, Description own) {
            return isOf(shape, own)
                    && keyStride == shape.keyStride()
                    && valueOffset == shape.valueOffset()
                    && valueStride == shape.valueStride()
                    && size == shape.bucketSize();
        }

        /** Whether a shape is of this type. */
        boolean isOf(Description.Shape shape, Description description) {
            return key.varies() == shape.bytesKey()
                    && !value.varies()
                    && sizeOf(key, description) == shape.keySize()
                    && sizeOf(value, description) == shape.valueSize();
        }

        /** Whether each value follows its key. */
        boolean isInterleaved() {
            return valueOffset <= slotsOffset + keyStride;
        }
    }

    private static int sizeOf(Layout.Slot slot, Description description) {
        return slot.varies() ? description.constant(Description.BYTES_SLOT) : slot.size();
    }

    private static int alignOf(Layout.Slot slot, Description description) {
        return slot.varies() ? description.constant(Description.BYTES_ALIGN) : slot.align();
    }

    /**
     * The layout in a library that cannot be asked.
     *
     * @param asked the bucket in the running library
     * @param own what that one says of itself
     * @throws IOException if the rules differ, and theirs has no code for this very type
     */
    static Layout of(
            Layout.Architecture architecture, Bucket asked, Description own, Description theirs)
            throws IOException {
        for (Description.Shape known : own.shapes()) {
            if (asked.is(known, own)) {
                for (Description.Shape shape : theirs.shapes()) {
                    if (shape.id() == known.id() && asked.isOf(shape, theirs)) {
                        Bucket bucket = asked.as(shape, theirs);
                        return of(architecture, Layout.Source.RECORDED, bucket, theirs);
                    }
                }
            }
        }
        for (String name : Description.RULE) {
            if (own.constant(name) != theirs.constant(name)) {
                throw new IOException(
                        "buckets of this type cannot be told for %s: %s, %d there and %d here"
                                .formatted(
                                        architecture,
                                        name,
                                        theirs.constant(name),
                                        own.constant(name)));
            }
        }
        return of(architecture, Layout.Source.SAME_RULE, asked, theirs);
    }

    static Layout of(
            Layout.Architecture architecture,
            Layout.Source source,
            Bucket bucket,
            Description description) {
        return new Layout(
                architecture,
                source,
                description.constant(Description.HEADER_SIZE),
                description.constant(Description.HEADER_ALIGN),
                padded(
                        fields(
                                description,
                                EnumSet.of(Description.Part.HEADER, Description.Part.MAP)),
                        description.constant(Description.MAP_SIZE)),
                bucket.size,
                bucket.align,
                bucket.isInterleaved(),
                padded(slots(bucket, description), bucket.size),
                description.constants());
    }

    private static List<Layout.Field> fields(Description description, Set<Description.Part> parts) {
        List<Layout.Field> fields = new ArrayList<>();
        for (Description.Field field : description.fields()) {
            if (parts.contains(field.part())) {
                fields.add(
                        new Layout.Field(
                                field.name(), field.offset(), field.size(), field.align()));
            }
        }
        return fields;
    }

    private static List<Layout.Field> slots(Bucket bucket, Description description) {
        List<Layout.Field> fields = fields(description, EnumSet.of(Description.Part.BUCKET));
        int keySize = sizeOf(bucket.key, description);
        int valueSize = sizeOf(bucket.value, description);
        for (int i = 0; i < description.constant(Description.SLOTS); i++) {
            fields.add(
                    new Layout.Field(
                            "key " + i,
                            bucket.slotsOffset + i * bucket.keyStride,
                            keySize,
                            alignOf(bucket.key, description)));
            if (valueSize > 0) {
                fields.add(
                        new Layout.Field(
                                "value " + i,
                                bucket.valueOffset + i * bucket.valueStride,
                                valueSize,
                                alignOf(bucket.value, description)));
            }
        }
        return fields;
    }

    /** The fields in order, with padding where none is. */
    private static List<Layout.Field> padded(List<Layout.Field> fields, int size) {
        List<Layout.Field> sorted = new ArrayList<>(fields);
        sorted.sort(Comparator.comparingInt(Layout.Field::offset));
        List<Layout.Field> all = new ArrayList<>();
        int end = 0;
        for (Layout.Field field : sorted) {
            if (field.offset() > end) {
                all.add(Layout.Field.padding(end, field.offset() - end));
            }
            all.add(field);
            end = field.offset() + field.size();
        }
        if (size > end) {
            all.add(Layout.Field.padding(end, size - end));
        }
        return List.copyOf(all);
    }

    // ---- differences ----

    static List<String> differences(Layout a, Layout b) {
        Differences differences = new Differences(a.architecture() + "", b.architecture() + "");
        differences.add("header", places(a.header()), places(b.header()));
        differences.add("bucket", places(a.bucket()), places(b.bucket()));
        differences.add("bucket", whole(a), whole(b));
        differences.add("constant", a.constants(), b.constants());
        return List.copyOf(differences.found);
    }

    private static Map<String, String> places(List<Layout.Field> fields) {
        Map<String, String> places = new LinkedHashMap<>();
        for (Layout.Field field : fields) {
            if (!field.isPadding()) {
                places.put(
                        field.name(),
                        "offset %d, size %d, alignment %d"
                                .formatted(field.offset(), field.size(), field.align()));
            }
        }
        return places;
    }

    private static Map<String, Object> whole(Layout layout) {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("size", layout.bucketSize());
        figures.put("alignment", layout.bucketAlign());
        figures.put(
                "order", layout.interleaved() ? "values after their keys" : "keys, then values");
        return figures;
    }

    /** Sentences about what two maps do not have in common. */
    private record Differences(String first, String second, List<String> found) {
        Differences(String first, String second) {
            this(first, second, new ArrayList<>());
        }

        void add(String what, Map<String, ?> a, Map<String, ?> b) {
            Set<String> names = new LinkedHashSet<>(a.keySet());
            names.addAll(b.keySet());
            for (String name : names) {
                Object left = a.containsKey(name) ? a.get(name) : "not there";
                Object right = b.containsKey(name) ? b.get(name) : "not there";
                if (!left.equals(right)) {
                    found.add(
                            "%s, %s: %s on %s; %s on %s"
                                    .formatted(what, name, left, first, right, second));
                }
            }
        }
    }
}
