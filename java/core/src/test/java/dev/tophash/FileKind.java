package dev.tophash;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.Supplier;

/**
 * A type of map or set, as tests of files need it: how one is made, opened and loaded, and its view
 * as {@code java.util} has it, into which number i goes as a key or element made of i.
 */
enum FileKind {
    LONG_LONG(
            LongLongMap::create,
            LongLongMap::open,
            LongLongMap::load,
            m -> ((LongLongMap) m).asMap(),
            i -> i,
            i -> ~i),
    INT_INT(
            IntIntMap::create,
            IntIntMap::open,
            IntIntMap::load,
            m -> ((IntIntMap) m).asMap(),
            i -> (int) i,
            i -> (int) ~i),
    INT_LONG(
            IntLongMap::create,
            IntLongMap::open,
            IntLongMap::load,
            m -> ((IntLongMap) m).asMap(),
            i -> (int) i,
            i -> ~i),
    LONG_INT(
            LongIntMap::create,
            LongIntMap::open,
            LongIntMap::load,
            m -> ((LongIntMap) m).asMap(),
            i -> i,
            i -> (int) ~i),
    LONG_DOUBLE(
            LongDoubleMap::create,
            LongDoubleMap::open,
            LongDoubleMap::load,
            m -> ((LongDoubleMap) m).asMap(),
            i -> i,
            i -> i + 0.5),
    LONG_SET(
            LongSet::create,
            LongSet::open,
            LongSet::load,
            m -> ((LongSet) m).asSet(),
            i -> i,
            null),
    INT_SET(
            IntSet::create,
            IntSet::open,
            IntSet::load,
            m -> ((IntSet) m).asSet(),
            i -> (int) i,
            null),
    STRING_LONG(
            StringLongMap::create,
            StringLongMap::open,
            StringLongMap::load,
            m -> ((StringLongMap) m).asMap(),
            FileKind::text,
            i -> ~i),
    BYTES_LONG(
            BytesLongMap::create,
            BytesLongMap::open,
            BytesLongMap::load,
            m -> ((BytesLongMap) m).asMap(),
            FileKind::bytes,
            i -> ~i),
    WIDE_BYTES_LONG(
            () -> BytesLongMap.builder().keyWidth(24).build(),
            BytesLongMap::open,
            BytesLongMap::load,
            m -> ((BytesLongMap) m).asMap(),
            i -> ByteBuffer.allocate(24).putLong(0, i).putLong(16, ~i),
            i -> ~i),
    BYTES_BYTES(
            BytesBytesMap::create,
            BytesBytesMap::open,
            BytesBytesMap::load,
            m -> ((BytesBytesMap) m).asMap(),
            FileKind::bytes,
            FileKind::bytes),
    WIDE_BYTES_BYTES(
            () -> BytesBytesMap.builder().keyWidth(9).valueWidth(33).build(),
            BytesBytesMap::open,
            BytesBytesMap::load,
            m -> ((BytesBytesMap) m).asMap(),
            i -> ByteBuffer.allocate(9).putLong(0, i),
            i -> ByteBuffer.allocate(33).putLong(20, i)),
    NATIVE_MAP(
            () -> NativeMap.of(String.class, String.class),
            f -> NativeMap.open(f, String.class, String.class),
            f -> NativeMap.load(f, String.class, String.class),
            m -> m,
            FileKind::text,
            i -> text(-i)),
    NATIVE_MAP_OF_WORDS(
            () -> NativeMap.of(Long.class, Integer.class),
            f -> NativeMap.open(f, Codecs.LONG, Codecs.INTEGER),
            f -> NativeMap.load(f, Codecs.LONG, Codecs.INTEGER),
            m -> m,
            i -> i,
            i -> (int) ~i),
    NATIVE_SET(
            () -> NativeSet.of(String.class),
            f -> NativeSet.open(f, String.class),
            f -> NativeSet.load(f, Codecs.STRING),
            m -> m,
            FileKind::text,
            null),
    CONCURRENT_LONG_LONG(
            ConcurrentLongLongMap::create,
            ConcurrentLongLongMap::open,
            ConcurrentLongLongMap::load,
            m -> ((ConcurrentLongLongMap) m).asMap(),
            i -> i,
            i -> ~i),
    CONCURRENT_NATIVE_MAP(
            () -> ConcurrentNativeMap.of(String.class, Long.class),
            f -> ConcurrentNativeMap.open(f, String.class, Long.class),
            f -> ConcurrentNativeMap.load(f, String.class, Long.class),
            m -> m,
            FileKind::text,
            i -> ~i),
    CONCURRENT_NATIVE_SET(
            () -> ConcurrentNativeSet.of(Long.class),
            f -> ConcurrentNativeSet.open(f, Long.class),
            f -> ConcurrentNativeSet.load(f, Codecs.LONG),
            m -> m,
            i -> i,
            null);

    /** Gets a map from a file. */
    @FunctionalInterface
    interface Reader {
        OffHeap read(Path file) throws IOException;
    }

    private final Supplier<OffHeap> maker;
    private final Reader opener;
    private final Reader loader;
    private final Function<OffHeap, Object> view;
    private final LongFunction<Object> key;
    private final LongFunction<Object> value;

    FileKind(
            Supplier<OffHeap> maker,
            Reader opener,
            Reader loader,
            Function<OffHeap, Object> view,
            LongFunction<Object> key,
            LongFunction<Object> value) {
        this.maker = maker;
        this.opener = opener;
        this.loader = loader;
        this.view = view;
        this.key = key;
        this.value = value;
    }

    /** Short for some and long for others. */
    private static String text(long i) {
        return i % 3 == 0 ? Long.toString(i) : "number \u2116 " + i + " of a longer kind";
    }

    private static ByteBuffer bytes(long i) {
        return ByteBuffer.wrap(text(i).getBytes(UTF_8));
    }

    boolean isSet() {
        return value == null;
    }

    OffHeap create() {
        return maker.get();
    }

    OffHeap open(Path file) throws IOException {
        return opener.read(file);
    }

    OffHeap load(Path file) throws IOException {
        return loader.read(file);
    }

    /** A Map or a Set. */
    Object view(OffHeap map) {
        return view.apply(map);
    }

    @SuppressWarnings("unchecked")
    void put(OffHeap map, long i) {
        if (isSet()) {
            ((Set<Object>) view(map)).add(key.apply(i));
        } else {
            ((Map<Object, Object>) view(map)).put(key.apply(i), value.apply(i));
        }
    }

    void remove(OffHeap map, long i) {
        if (isSet()) {
            ((Set<?>) view(map)).remove(key.apply(i));
        } else {
            ((Map<?, ?>) view(map)).remove(key.apply(i));
        }
    }

    boolean contains(OffHeap map, long i) {
        return isSet()
                ? ((Set<?>) view(map)).contains(key.apply(i))
                : value.apply(i).equals(((Map<?, ?>) view(map)).get(key.apply(i)));
    }

    OffHeap filled(int n) {
        OffHeap map = create();
        for (int i = 0; i < n; i++) {
            put(map, i);
        }
        return map;
    }

    int size(OffHeap map) {
        return isSet() ? ((Set<?>) view(map)).size() : ((Map<?, ?>) view(map)).size();
    }

    /** Its entries or elements, by a walk. */
    Object copy(OffHeap map) {
        return isSet()
                ? new HashSet<>((Set<?>) view(map))
                : new HashMap<Object, Object>((Map<?, ?>) view(map));
    }
}
