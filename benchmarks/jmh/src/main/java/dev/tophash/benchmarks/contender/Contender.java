package dev.tophash.benchmarks.contender;

import dev.tophash.NativeMap;
import dev.tophash.Tophash;

import java.util.HashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The maps that are compared. A benchmark's JVM meets one of them only, so that calls are inlined.
 */
public enum Contender {
    TOPHASH(TophashLongs::new),

    /** The same map in a JVM that links calls through JVMCI; its flags make the difference. */
    TOPHASH_JVMCI(Contender::throughJvmci),

    /** The same engine behind {@code java.util.Map}. */
    NATIVE_MAP(() -> new BoxedLongs(NativeMap.of(Long.class, Long.class))),

    FASTUTIL(FastutilLongs::new),

    AGRONA(AgronaLongs::new),

    HPPC(HppcLongs::new),

    ECLIPSE(EclipseLongs::new),

    HASHMAP(() -> new BoxedLongs(new HashMap<>())),

    /** The map for many threads. */
    TOPHASH_CONCURRENT(ConcurrentLongs::new),

    CONCURRENT_HASHMAP(() -> new BoxedLongs(new ConcurrentHashMap<>()));

    private final Supplier<LongMap> constructor;

    Contender(Supplier<LongMap> constructor) {
        this.constructor = constructor;
    }

    private static LongMap throughJvmci() {
        if (!Tophash.linkage().startsWith("jvmci")) {
            throw new IllegalStateException("calls do not go through JVMCI: " + Tophash.linkage());
        }
        return new TophashLongs();
    }

    /** An empty map with default settings. */
    public LongMap create() {
        return constructor.get();
    }
}
