package dev.tophash.internal.jvmci;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * Gives static methods a stub as their compiled code, through JVMCI, the interface that the VM has
 * for compilers written in Java. A call from compiled code is then a direct call of the stub, and
 * one from interpreted code goes through the adapter that every compiled method has.
 *
 * <p>The bytecode of such a method makes the same call through the FFM API. The JVM may go back to
 * it whenever it likes, as with any method that it has compiled: when it makes room in the code
 * cache, when an agent redefines the class, in a thread that a debugger steps through. So there is
 * no call that depends on a stub, and {@link #restore} installs anew those that were taken away.
 *
 * <p>As with a function linked as critical, the thread remains in Java while C runs, and so cannot
 * be stopped until it has returned.
 */
public final class StubInstaller {
    private interface Encoder {
        Stub encode(long function, int arguments, Stub.Barrier barrier);
    }

    private static final String PREFIX = "th_";

    /** A method with the code it is to have, and the VM's handle of that code. */
    private record Installed(Method method, Stub stub, Object code) {}

    private final Jvmci jvmci = new Jvmci();
    private final List<Installed> stubs = new ArrayList<>();

    /**
     * Installs a stub for each method of some classes that is named like a C function: it calls
     * that function, and takes and returns ints and longs only.
     *
     * @param addresses where a method's function is
     * @throws Exception if it cannot be done here, with the reason; then some may be installed
     */
    public StubInstaller(List<Class<?>> holders, ToLongFunction<Method> addresses)
            throws Exception {
        Encoder encoder = encoder();
        Stub.Barrier barrier = jvmci.barrier();
        for (Class<?> holder : holders) {
            for (Method method : holder.getDeclaredMethods()) {
                if (method.getName().startsWith(PREFIX)) {
                    long function = addresses.applyAsLong(method);
                    install(method, encoder.encode(function, method.getParameterCount(), barrier));
                }
            }
        }
    }

    private Encoder encoder() throws ReflectiveOperationException {
        if (jvmci.signsReturnAddresses()) {
            throw new UnsupportedOperationException("this VM signs return addresses");
        }
        String architecture = jvmci.architecture();
        List<String> java = jvmci.argumentRegisters(true);
        List<String> c = jvmci.argumentRegisters(false);
        if (architecture.equals("AMD64") && java.equals(Amd64Stub.JAVA) && c.equals(Amd64Stub.C)) {
            return Amd64Stub::of;
        }
        if (architecture.equals("aarch64")
                && java.equals(Aarch64Stub.JAVA)
                && c.equals(Aarch64Stub.C)) {
            return Aarch64Stub::of;
        }
        throw new UnsupportedOperationException(
                "no stubs for calling conventions of this " + architecture);
    }

    private void install(Method method, Stub stub) throws ReflectiveOperationException {
        stubs.add(new Installed(method, stub, jvmci.install(method, stub)));
    }

    /**
     * Installs anew what the JVM took away.
     *
     * @throws Exception if it cannot be done, with the reason
     */
    public synchronized void restore() throws Exception {
        for (Installed one : List.copyOf(stubs)) {
            if (!jvmci.isInUse(one.method(), one.code())) {
                install(one.method(), one.stub());
                stubs.remove(one);
            }
        }
    }

    /** The methods that have no stub at present. */
    public synchronized List<Method> missing() throws ReflectiveOperationException {
        List<Method> missing = new ArrayList<>();
        for (Installed one : stubs) {
            if (!jvmci.isInUse(one.method(), one.code())) {
                missing.add(one.method());
            }
        }
        return missing;
    }

    /** What to say of an exception of this class. */
    public static String reason(Throwable e) {
        return Jvmci.reason(e);
    }
}
