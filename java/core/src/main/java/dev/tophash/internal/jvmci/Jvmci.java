package dev.tophash.internal.jvmci;

import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;

/**
 * The few calls that are made to JVMCI. By reflection, since its module is one that a JDK need not
 * have, neither to run this library nor to build it; and what a later JDK has changed comes out as
 * an exception that the caller knows how to take.
 */
final class Jvmci {
    private final Object metaAccess;
    private final Object codeCache;
    private final Object architecture;
    private final Object config;

    /** Starts JVMCI in this VM unless somebody did already; takes some fifty milliseconds. */
    Jvmci() throws ReflectiveOperationException {
        Class<?> runtimeType = type("hotspot.HotSpotJVMCIRuntime");
        Object runtime = call(runtimeType, null, "runtime");
        Object backend = call(runtimeType, runtime, "getHostJVMCIBackend");
        Class<?> backendType = type("runtime.JVMCIBackend");
        metaAccess = call(backendType, backend, "getMetaAccess");
        codeCache = call(backendType, backend, "getCodeCache");
        Object target = call(backendType, backend, "getTarget");
        architecture = target.getClass().getField("arch").get(target);
        config =
                type("hotspot.HotSpotVMConfigAccess")
                        .getConstructor(type("hotspot.HotSpotVMConfigStore"))
                        .newInstance(call(runtimeType, runtime, "getConfigStore"));
    }

    /** Name of the processor architecture, such as {@code AMD64}. */
    String architecture() throws ReflectiveOperationException {
        return (String) call(type("code.Architecture"), architecture, "getName");
    }

    /** Names of the registers that hold the first integer arguments of a Java or a C call. */
    List<String> argumentRegisters(boolean java) throws ReflectiveOperationException {
        Object registers = call(type("code.CodeCacheProvider"), codeCache, "getRegisterConfig");
        Object convention =
                constant("hotspot.HotSpotCallingConventionType", java ? "JavaCall" : "NativeCall");
        Object kind = constant("meta.JavaKind", "Long");
        List<String> names = new ArrayList<>();
        for (Object register :
                (List<?>)
                        call(
                                type("code.RegisterConfig"),
                                registers,
                                "getCallingConventionRegisters",
                                convention,
                                kind)) {
            names.add(register.toString());
        }
        return names;
    }

    /** The entry barrier's parts, from what the VM publishes about itself. */
    Stub.Barrier barrier() throws ReflectiveOperationException {
        String data = "CompilerToVM::Data::";
        return new Stub.Barrier(
                field(data + "thread_disarmed_guard_value_offset", Integer.class, "int"),
                field(data + "nmethod_entry_barrier", Long.class, "address"));
    }

    /** Whether return addresses on the stack are signed, which stubs do not do. */
    boolean signsReturnAddresses() throws ReflectiveOperationException {
        return (Boolean)
                call(
                        config.getClass(),
                        config,
                        "getFieldValue",
                        "VM_Version::_rop_protection",
                        Boolean.class,
                        "bool",
                        false);
    }

    /**
     * Makes a stub the compiled code of a static method, from now on and for all callers.
     *
     * @return the VM's handle of that code, for {@link #isInUse}
     */
    Object install(Method method, Stub stub) throws ReflectiveOperationException {
        Class<?> methodType = type("hotspot.HotSpotResolvedJavaMethod");
        Object resolved = resolve(method);
        // Compiled callers are to call the stub, not to contain what the bytecode does instead.
        call(methodType, resolved, "setNotInlinableOrCompilable");
        Object nmethod =
                constructor("hotspot.HotSpotCompiledNmethod", 18)
                        .newInstance(
                                method.getName(),
                                stub.code(),
                                stub.code().length,
                                sites(stub),
                                none("meta.Assumptions$Assumption"),
                                none("meta.ResolvedJavaMethod"),
                                none("hotspot.HotSpotCompiledCode$Comment"),
                                new byte[stub.guardInData() ? Integer.BYTES : 0],
                                Integer.BYTES, // alignment of these data
                                none("code.site.DataPatch"),
                                true, // position-independent
                                stub.frameBytes(),
                                null, // the stub cannot be deoptimized
                                resolved,
                                -1, // entered at its start, not at a loop
                                allocateId(methodType, resolved),
                                0L, // no compilation asked for it
                                false); // no access to memory that a file may be mapped to
        return call(type("code.CodeCacheProvider"), codeCache, "setDefaultCode", resolved, nmethod);
    }

    /**
     * Whether calls of a method find the code that was installed. Its handle alone does not tell:
     * it stays valid until the memory is used for something else, and when a class is redefined it
     * is the code of methods that nobody calls any more.
     */
    boolean isInUse(Method method, Object installed) throws ReflectiveOperationException {
        Object current = resolve(method);
        return current.equals(call(type("hotspot.HotSpotNmethod"), installed, "getMethod"))
                && (Boolean)
                        call(type("hotspot.HotSpotResolvedJavaMethod"), current, "hasCompiledCode");
    }

    private Object resolve(Method method) throws ReflectiveOperationException {
        return call(type("meta.MetaAccessProvider"), metaAccess, "lookupJavaMethod", method);
    }

    private static int allocateId(Class<?> methodType, Object method)
            throws ReflectiveOperationException {
        return (Integer) call(methodType, method, "allocateCompileId", -1);
    }

    /** What the VM is to know of places in the code. */
    private Object sites(Stub stub) throws ReflectiveOperationException {
        List<Object> sites = new ArrayList<>();
        sites.add(mark(stub.barrier(), "ENTRY_BARRIER_PATCH"));
        if (stub.guardInData()) {
            Object data = constructor("code.site.DataSectionReference", 0).newInstance();
            call(data.getClass(), data, "setOffset", 0);
            sites.add(constructor("code.site.DataPatch", 2).newInstance(stub.barrier(), data));
        }
        sites.add(mark(stub.frameComplete(), "FRAME_COMPLETE"));
        Object array = Array.newInstance(type("code.site.Site"), sites.size());
        for (int i = 0; i < sites.size(); i++) {
            Array.set(array, i, sites.get(i));
        }
        return array;
    }

    private Object mark(int offset, String name) throws ReflectiveOperationException {
        Object id =
                call(
                        config.getClass(),
                        config,
                        "getConstant",
                        "CodeInstaller::" + name,
                        Integer.class);
        return constructor("code.site.Mark", 2).newInstance(offset, id);
    }

    private <T> T field(String name, Class<T> type, String cType)
            throws ReflectiveOperationException {
        return type.cast(call(config.getClass(), config, "getFieldValue", name, type, cType));
    }

    // ---- reflection -------------------------------------------------------------------------

    private static Class<?> type(String name) throws ClassNotFoundException {
        return Class.forName("jdk.vm.ci." + name);
    }

    private static Object none(String type) throws ClassNotFoundException {
        return Array.newInstance(type(type), 0);
    }

    private static Object constant(String type, String name) throws ReflectiveOperationException {
        return type(type).getField(name).get(null);
    }

    /** The public constructor with so many parameters. */
    private static Constructor<?> constructor(String type, int parameters)
            throws ReflectiveOperationException {
        for (Constructor<?> constructor : type(type).getConstructors()) {
            if (constructor.getParameterCount() == parameters) {
                return constructor;
            }
        }
        throw new NoSuchMethodException(type + " with " + parameters + " parameters");
    }

    /** Calls the public method of that name that accepts the arguments. */
    private static Object call(Class<?> type, Object receiver, String name, Object... arguments)
            throws ReflectiveOperationException {
        for (Method method : type.getMethods()) {
            if (method.getName().equals(name) && accepts(method.getParameterTypes(), arguments)) {
                return method.invoke(receiver, arguments);
            }
        }
        throw new NoSuchMethodException(type.getName() + "." + name);
    }

    private static boolean accepts(Class<?>[] types, Object[] arguments) {
        if (types.length != arguments.length) {
            return false;
        }
        for (int i = 0; i < types.length; i++) {
            if (!types[i].isPrimitive() && !types[i].isInstance(arguments[i])) {
                return false;
            }
        }
        return true;
    }

    /** What an exception of this class's methods says: JVMCI's own words where it has any. */
    static String reason(Throwable e) {
        Throwable cause =
                e instanceof InvocationTargetException && e.getCause() != null ? e.getCause() : e;
        String message = cause.getMessage();
        return message == null ? cause.toString() : message.lines().findFirst().orElse("");
    }
}
