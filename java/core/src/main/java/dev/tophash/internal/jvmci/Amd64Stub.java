package dev.tophash.internal.jvmci;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Stubs for x86-64 with the System V calling convention. */
final class Amd64Stub {
    /** Registers of the first arguments of a compiled Java method. */
    static final List<String> JAVA = List.of("rsi", "rdx", "rcx", "r8", "r9", "rdi");

    /** Registers of the first arguments of a C function: Java's, moved on by one. */
    static final List<String> C = List.of("rdi", "rsi", "rdx", "rcx", "r8", "r9");

    /** Registers by their number in an instruction. */
    private static final List<String> NUMBERS =
            List.of("rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10");

    private static final int SIZE = 128;

    /** Return address, rbp, and two words so that the stack is aligned at the call. */
    private static final int FRAME_BYTES = 32;

    private final ByteBuffer code = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);

    private Amd64Stub() {}

    /**
     * A stub for a function of so many integer arguments. Those that do not fit into registers lie
     * above the return address, in words, in both conventions.
     */
    static Stub of(long function, int arguments, Stub.Barrier barrier) {
        return new Amd64Stub().write(function, arguments, barrier);
    }

    private Stub write(long function, int arguments, Stub.Barrier barrier) {
        bytes(
                0x0F, 0x1F, 0x84, 0, 0, 0, 0,
                0); // nop of eight bytes, so that what follows is aligned
        int compare = code.position();
        compareThread(barrier.threadOffset());
        bytes(0x0F, 0x85); // jne slow path
        int slow = hole();
        int resume = code.position();
        moveArguments(Math.min(arguments, JAVA.size()));
        moveImmediate(function);
        bytes(0x41, 0xFF, 0xE2); // jmp r10

        fill(slow);
        bytes(0x55); // push rbp
        bytes(0x48, 0x89, 0xE5); // mov rbp, rsp
        bytes(0x48, 0x83, 0xEC, 0x10); // sub rsp, 16
        int complete = code.position();
        moveImmediate(barrier.slowPath());
        bytes(0x41, 0xFF, 0xD2); // call r10
        bytes(0xC9); // leave
        bytes(0xE9); // jmp resume
        code.putInt(resume - (code.position() + Integer.BYTES));

        byte[] written = new byte[code.position()];
        code.get(0, written);
        return new Stub(written, compare, complete, FRAME_BYTES, false);
    }

    /** {@code cmp dword [r15 + offset], 0} in the form that the VM looks for. */
    private void compareThread(int offset) {
        if (offset != (byte) offset) {
            throw new IllegalArgumentException("the thread's barrier value is at " + offset);
        }
        bytes(0x41, 0x81, 0x7F, offset);
        code.putInt(0);
    }

    /** Each register is read before it is written; the last of Java's is the first of C's. */
    private void moveArguments(int n) {
        boolean all = n == JAVA.size();
        if (all) {
            move("rax", JAVA.getLast());
        }
        for (int i = 0; i < n; i++) {
            move(C.get(i), all && i == n - 1 ? "rax" : JAVA.get(i));
        }
    }

    /** {@code mov to, from}. */
    private void move(String to, String from) {
        int target = NUMBERS.indexOf(to);
        int source = NUMBERS.indexOf(from);
        bytes(0x48 | source >> 3 << 2 | target >> 3, 0x89, 0xC0 | (source & 7) << 3 | target & 7);
    }

    /** {@code mov r10, value}: a register that carries no argument in either convention. */
    private void moveImmediate(long value) {
        bytes(0x49, 0xBA);
        code.putLong(value);
    }

    /** Leaves room for the distance of a jump; returns where. */
    private int hole() {
        int at = code.position();
        code.putInt(0);
        return at;
    }

    /** Makes the jump with that hole lead here. */
    private void fill(int hole) {
        code.putInt(hole, code.position() - (hole + Integer.BYTES));
    }

    private void bytes(int... values) {
        for (int value : values) {
            code.put((byte) value);
        }
    }
}
