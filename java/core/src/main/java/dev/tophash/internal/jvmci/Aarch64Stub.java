package dev.tophash.internal.jvmci;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Stubs for arm64 with the standard calling convention of Linux. */
final class Aarch64Stub {
    /** Registers of the first arguments of a compiled Java method. */
    static final List<String> JAVA = List.of("r1", "r2", "r3", "r4", "r5", "r6", "r7", "r0");

    /** Registers of the first arguments of a C function: Java's, moved on by one. */
    static final List<String> C = List.of("r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7");

    private static final int SIZE = 128;

    /** The pair x29, x30. */
    private static final int FRAME_BYTES = 16;

    /** The VM's two scratch registers, which carry no argument and need not be kept. */
    private static final int SCRATCH = 8;

    private static final int SCRATCH_2 = 9;

    /** From which a branch may lead to a function that is protected by branch target checks. */
    private static final int X16 = 16;

    private static final int THREAD = 28;

    private final ByteBuffer code = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);

    private Aarch64Stub() {}

    /**
     * A stub for a function of so many integer arguments. Those that do not fit into registers lie
     * at the stack pointer, in words, in both conventions.
     */
    static Stub of(long function, int arguments, Stub.Barrier barrier) {
        return new Aarch64Stub().write(function, arguments, barrier);
    }

    private Stub write(long function, int arguments, Stub.Barrier barrier) {
        code.putInt(0xD503201F); // nop
        int load = code.position();
        // The VM's own code has a load barrier after this when code may be patched while it runs.
        // Nothing in a stub is, so there is nothing to be read too early.
        code.putInt(0x18000000 | SCRATCH); // ldr w8, guard: the VM puts the distance in
        loadThread(barrier.threadOffset());
        code.putInt(0x6B00001F | SCRATCH_2 << 16 | SCRATCH << 5); // cmp w8, w9
        int branch = code.position();
        code.putInt(0); // b.ne slow path
        int resume = code.position();
        moveArguments(Math.min(arguments, JAVA.size()));
        moveImmediate(X16, function);
        code.putInt(0xD61F0000 | X16 << 5); // br x16

        code.putInt(branch, 0x54000001 | distance(branch, code.position()) << 5);
        code.putInt(0xA9BF7BFD); // stp x29, x30, [sp, -16]!
        code.putInt(0x910003FD); // mov x29, sp
        int complete = code.position();
        moveImmediate(SCRATCH, barrier.slowPath());
        code.putInt(0xD63F0000 | SCRATCH << 5); // blr x8
        code.putInt(0xA8C17BFD); // ldp x29, x30, [sp], 16
        code.putInt(0x14000000 | distance(code.position(), resume) & 0x3FFFFFF); // b resume

        byte[] written = new byte[code.position()];
        code.get(0, written);
        return new Stub(written, load, complete, FRAME_BYTES, true);
    }

    /** {@code ldr w9, [x28, offset]}. */
    private void loadThread(int offset) {
        if (offset < 0 || offset % Integer.BYTES != 0 || offset >= 4096 * Integer.BYTES) {
            throw new IllegalArgumentException("the thread's barrier value is at " + offset);
        }
        code.putInt(0xB9400000 | offset / Integer.BYTES << 10 | THREAD << 5 | SCRATCH_2);
    }

    /** Each register is read before it is written; the last of Java's is the first of C's. */
    private void moveArguments(int n) {
        boolean all = n == JAVA.size();
        if (all) {
            move(SCRATCH, 0);
        }
        for (int i = 0; i < n; i++) {
            move(i, all && i == n - 1 ? SCRATCH : i + 1);
        }
    }

    /** {@code mov to, from}. */
    private void move(int to, int from) {
        code.putInt(0xAA0003E0 | from << 16 | to);
    }

    /** {@code mov to, value}, sixteen bits at a time; addresses hardly ever use the upper ones. */
    private void moveImmediate(int to, long value) {
        code.putInt(0xD2800000 | (int) (value & 0xFFFF) << 5 | to); // movz
        for (int part = 1; part < 4; part++) {
            int bits = (int) (value >>> 16 * part & 0xFFFF);
            if (bits != 0) {
                code.putInt(0xF2800000 | part << 21 | bits << 5 | to); // movk
            }
        }
    }

    /** How far a branch leads, in instructions. */
    private static int distance(int from, int to) {
        return (to - from) / Integer.BYTES;
    }
}
