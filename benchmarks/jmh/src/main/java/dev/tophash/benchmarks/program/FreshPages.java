package dev.tophash.benchmarks.program;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Touches as much fresh memory as a growing map does, one huge page after the other, and does
 * nothing else: what the operating system, and the host of a virtual machine, take for handing it
 * out.
 */
final class FreshPages implements AutoCloseable {
    private static final long HUGE_PAGE = 2 << 20;
    private static final long BYTES_PER_ENTRY = 36; // of a Tophash map of longs, about
    private static final int READ_WRITE = 3; // PROT_READ | PROT_WRITE, as on all of Linux
    private static final int PRIVATE_ANONYMOUS = 0x4022; // and MAP_NORESERVE
    private static final int MADV_HUGEPAGE = 14;
    private static final MethodHandle MMAP =
            link(
                    "mmap",
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_LONG));
    private static final MethodHandle MADVISE =
            link(
                    "madvise",
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_INT));
    private static final MethodHandle MUNMAP =
            link(
                    "munmap",
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));

    private final long address;
    private final long bytes;
    private final MemorySegment pages;
    private long touched;

    FreshPages(long entries) {
        bytes = (entries * BYTES_PER_ENTRY / HUGE_PAGE + 2) * HUGE_PAGE;
        try {
            address = (long) MMAP.invokeExact(0L, bytes, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0L);
            if (address == -1) {
                throw new OutOfMemoryError(bytes + " bytes of address space");
            }
            long first = (address + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
            int advised = (int) MADVISE.invokeExact(first, bytes - HUGE_PAGE, MADV_HUGEPAGE);
            if (advised != 0) {
                throw new IllegalStateException("no huge pages to be had");
            }
            pages = MemorySegment.ofAddress(first).reinterpret(bytes - HUGE_PAGE);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** Touches the next page if that many entries would take it. */
    void entries(long count) {
        if (count * BYTES_PER_ENTRY >= touched) {
            pages.set(ValueLayout.JAVA_BYTE, touched, (byte) 1);
            touched += HUGE_PAGE;
        }
    }

    @Override
    public void close() {
        try {
            int ignored = (int) MUNMAP.invokeExact(address, bytes);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    private static MethodHandle link(String name, FunctionDescriptor descriptor) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor);
    }
}
