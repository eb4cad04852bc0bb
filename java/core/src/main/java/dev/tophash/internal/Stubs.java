package dev.tophash.internal;

import dev.tophash.internal.jvmci.StubInstaller;

import java.lang.foreign.SymbolLookup;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Whether quick calls go through stubs that JVMCI installed, which is quicker than a method handle
 * of the FFM API. They do only where the JVM was started with the arguments of {@code
 * tophash-jvmci.args}; anything that is missing or fails leaves all calls with the FFM API. Without
 * those arguments no other class for this is loaded, and {@link #INSTALLED} is a constant that
 * compiled code does not even test.
 */
public final class Stubs {
    private static final String MODULE = "jdk.internal.vm.ci";

    private static final long PAUSE = TimeUnit.SECONDS.toNanos(1);

    /** Why there are no stubs; null when they are there. */
    private static volatile String unavailable;

    private static final StubInstaller INSTALLER = install();

    /** Whether calls are to be made through stubs. */
    static final boolean INSTALLED = INSTALLER != null;

    /** So many calls without a stub are made before the clock is asked, which takes longer. */
    private static final int PATIENCE = 64;

    /** Calls without a stub; threads that count at the same time may lose some. */
    private static int misses;

    private static final AtomicLong RESTORED = new AtomicLong(System.nanoTime());

    private Stubs() {}

    /** What {@code Tophash.linkage()} returns. */
    public static String linkage() {
        String reason = unavailable;
        return reason == null ? "jvmci" : "ffm (jvmci: " + reason + ")";
    }

    private static StubInstaller install() {
        Module jvmci = ModuleLayer.boot().findModule(MODULE).orElse(null);
        if (jvmci == null) {
            unavailable = "not enabled";
            return null;
        }
        if (!jvmci.isExported("jdk.vm.ci.hotspot", Stubs.class.getModule())) {
            unavailable = MODULE + " is not exported to Tophash";
            return null;
        }
        Linkage.ensureLoaded();
        try {
            Map<Class<?>, Long> types = typedHolders();
            List<Class<?>> all = new ArrayList<>(holders());
            all.addAll(types.keySet());
            return new StubInstaller(all, m -> address(m, types.get(m.getDeclaringClass())));
        } catch (Exception | LinkageError e) {
            unavailable = StubInstaller.reason(e);
            return null;
        }
    }

    /** Classes whose methods with the name of a C function, if they have any, get stubs. */
    private static List<Class<?>> holders() {
        return List.of(
                AddressCalls.class,
                BytesCalls.class,
                EntryCalls.class,
                MapCalls.class,
                WordCalls.class);
    }

    /** The same for classes whose functions are those for maps of one type. */
    private static Map<Class<?>, Long> typedHolders() {
        return Map.of(
                ConcurrentLongLongCalls.class, ConcurrentLongLongCalls.TYPE,
                LongLongCalls.class, LongLongCalls.TYPE,
                LongIntCalls.class, LongIntCalls.TYPE,
                LongDoubleCalls.class, LongDoubleCalls.TYPE,
                IntLongCalls.class, IntLongCalls.TYPE,
                IntIntCalls.class, IntIntCalls.TYPE,
                LongSetCalls.class, LongSetCalls.TYPE,
                IntSetCalls.class, IntSetCalls.TYPE);
    }

    /** The C function that a method stands for: of its name, for maps of a type if one is given. */
    private static long address(Method method, Long type) {
        return type == null
                ? SymbolLookup.loaderLookup().findOrThrow(method.getName()).address()
                : Linkage.forType(
                                method.getName(),
                                type,
                                method.getDeclaringClass() == ConcurrentLongLongCalls.class)
                        .address();
    }

    /**
     * A call has found no stub and is about to be made through the FFM API. When that happens
     * often, all stubs are looked after, but not more than once a second. Some calls never find
     * one: those of a thread that a debugger steps through, those from code that was compiled while
     * a redefined class had none, and all while there is no room for code.
     */
    static void missed() {
        if (++misses % PATIENCE != 0) {
            return;
        }
        long last = RESTORED.get();
        long now = System.nanoTime();
        if (now - last < PAUSE || !RESTORED.compareAndSet(last, now)) {
            return;
        }
        try {
            INSTALLER.restore();
            unavailable = null;
        } catch (Exception | LinkageError e) {
            unavailable = StubInstaller.reason(e);
        }
    }
}
