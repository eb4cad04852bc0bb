package dev.tophash.internal.jvmci;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.StringJoiner;

/**
 * The stubs are, byte for byte, what the GNU assembler makes of the instructions in the listings.
 */
class StubTest {
    private static final long FUNCTION = 0x7F01_2345_6789L;
    private static final Stub.Barrier BARRIER = new Stub.Barrier(0x20, 0x7EDC_BA98_7654L);

    private static final String AMD64_FOUR_ARGUMENTS =
            """
            0:   0f 1f 84 00 00 00 00 00        nop DWORD PTR [rax+rax*1+0x0]
            8:   41 81 7f 20 00 00 00 00        cmp DWORD PTR [r15+0x20],0x0
            10:  0f 85 19 00 00 00              jne 2f
            16:  48 89 f7                       mov rdi,rsi
            19:  48 89 d6                       mov rsi,rdx
            1c:  48 89 ca                       mov rdx,rcx
            1f:  4c 89 c1                       mov rcx,r8
            22:  49 ba 89 67 45 23 01 7f 00 00  movabs r10,0x7f0123456789
            2c:  41 ff e2                       jmp r10
            2f:  55                             push rbp
            30:  48 89 e5                       mov rbp,rsp
            33:  48 83 ec 10                    sub rsp,0x10
            37:  49 ba 54 76 98 ba dc 7e 00 00  movabs r10,0x7edcba987654
            41:  41 ff d2                       call r10
            44:  c9                             leave
            45:  e9 cc ff ff ff                 jmp 16
            """;

    private static final String AMD64_ALL_REGISTERS =
            """
            0:   0f 1f 84 00 00 00 00 00        nop DWORD PTR [rax+rax*1+0x0]
            8:   41 81 7f 20 00 00 00 00        cmp DWORD PTR [r15+0x20],0x0
            10:  0f 85 22 00 00 00              jne 38
            16:  48 89 f8                       mov rax,rdi
            19:  48 89 f7                       mov rdi,rsi
            1c:  48 89 d6                       mov rsi,rdx
            1f:  48 89 ca                       mov rdx,rcx
            22:  4c 89 c1                       mov rcx,r8
            25:  4d 89 c8                       mov r8,r9
            28:  49 89 c1                       mov r9,rax
            2b:  49 ba 89 67 45 23 01 7f 00 00  movabs r10,0x7f0123456789
            35:  41 ff e2                       jmp r10
            38:  55                             push rbp
            39:  48 89 e5                       mov rbp,rsp
            3c:  48 83 ec 10                    sub rsp,0x10
            40:  49 ba 54 76 98 ba dc 7e 00 00  movabs r10,0x7edcba987654
            4a:  41 ff d2                       call r10
            4d:  c9                             leave
            4e:  e9 c3 ff ff ff                 jmp 16
            """;

    private static final String AARCH64_FOUR_ARGUMENTS =
            """
            0:   d503201f  nop
            4:   18000008  ldr w8, 4
            8:   b9402389  ldr w9, [x28, #32]
            c:   6b09011f  cmp w8, w9
            10:  54000121  b.ne 34
            14:  aa0103e0  mov x0, x1
            18:  aa0203e1  mov x1, x2
            1c:  aa0303e2  mov x2, x3
            20:  aa0403e3  mov x3, x4
            24:  d28cf130  mov x16, #0x6789
            28:  f2a468b0  movk x16, #0x2345, lsl #16
            2c:  f2cfe030  movk x16, #0x7f01, lsl #32
            30:  d61f0200  br x16
            34:  a9bf7bfd  stp x29, x30, [sp, #-16]!
            38:  910003fd  mov x29, sp
            3c:  d28eca88  mov x8, #0x7654
            40:  f2b75308  movk x8, #0xba98, lsl #16
            44:  f2cfdb88  movk x8, #0x7edc, lsl #32
            48:  d63f0100  blr x8
            4c:  a8c17bfd  ldp x29, x30, [sp], #16
            50:  17fffff1  b 14
            """;

    private static final String AARCH64_ALL_REGISTERS =
            """
            0:   d503201f  nop
            4:   18000008  ldr w8, 4
            8:   b9402389  ldr w9, [x28, #32]
            c:   6b09011f  cmp w8, w9
            10:  540001c1  b.ne 48
            14:  aa0003e8  mov x8, x0
            18:  aa0103e0  mov x0, x1
            1c:  aa0203e1  mov x1, x2
            20:  aa0303e2  mov x2, x3
            24:  aa0403e3  mov x3, x4
            28:  aa0503e4  mov x4, x5
            2c:  aa0603e5  mov x5, x6
            30:  aa0703e6  mov x6, x7
            34:  aa0803e7  mov x7, x8
            38:  d28cf130  mov x16, #0x6789
            3c:  f2a468b0  movk x16, #0x2345, lsl #16
            40:  f2cfe030  movk x16, #0x7f01, lsl #32
            44:  d61f0200  br x16
            48:  a9bf7bfd  stp x29, x30, [sp, #-16]!
            4c:  910003fd  mov x29, sp
            50:  d28eca88  mov x8, #0x7654
            54:  f2b75308  movk x8, #0xba98, lsl #16
            58:  f2cfdb88  movk x8, #0x7edc, lsl #32
            5c:  d63f0100  blr x8
            60:  a8c17bfd  ldp x29, x30, [sp], #16
            64:  17ffffec  b 14
            """;

    /** The second column of a listing, without blanks. */
    private static String bytes(String listing, int width) {
        StringJoiner bytes = new StringJoiner("\n");
        listing.lines().map(l -> l.substring(5, 5 + width).replace(" ", "")).forEach(bytes::add);
        return bytes.toString();
    }

    /** The code in lines as long as those of a listing. */
    private static String amd64(String listing, Stub stub) {
        StringJoiner lines = new StringJoiner("\n");
        int at = 0;
        for (String line : bytes(listing, 30).split("\n")) {
            int end = Math.min(at + line.length() / 2, stub.code().length);
            lines.add(HexFormat.of().formatHex(stub.code(), at, end));
            at = end;
        }
        assertEquals(stub.code().length, at);
        return lines.toString();
    }

    private static String aarch64(Stub stub) {
        StringJoiner lines = new StringJoiner("\n");
        ByteBuffer words = ByteBuffer.wrap(stub.code()).order(ByteOrder.LITTLE_ENDIAN);
        while (words.hasRemaining()) {
            lines.add(HexFormat.of().toHexDigits(words.getInt()));
        }
        return lines.toString();
    }

    @Test
    void amd64WithFourArguments() {
        Stub stub = Amd64Stub.of(FUNCTION, 4, BARRIER);
        assertEquals(bytes(AMD64_FOUR_ARGUMENTS, 30), amd64(AMD64_FOUR_ARGUMENTS, stub));
        assertEquals(0x37, stub.frameComplete());
        // return address, rbp, and what is subtracted from rsp
        assertEquals(8 + 8 + 16, stub.frameBytes());
    }

    @ParameterizedTest
    @ValueSource(ints = {6, 7, 10})
    void amd64WithArgumentsInAllRegisters(int arguments) {
        Stub stub = Amd64Stub.of(FUNCTION, arguments, BARRIER);
        assertEquals(bytes(AMD64_ALL_REGISTERS, 30), amd64(AMD64_ALL_REGISTERS, stub));
        assertEquals(0x40, stub.frameComplete());
    }

    /** The VM writes the barrier's four bytes while other threads run it. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5, 6, 10})
    void amd64BarrierIsAligned(int arguments) {
        Stub stub = Amd64Stub.of(FUNCTION, arguments, BARRIER);
        assertEquals(8, stub.barrier());
        assertEquals(0x81, stub.code()[stub.barrier() + 1] & 0xFF);
    }

    @Test
    void aarch64WithFourArguments() {
        Stub stub = Aarch64Stub.of(FUNCTION, 4, BARRIER);
        assertEquals(bytes(AARCH64_FOUR_ARGUMENTS, 9), aarch64(stub));
        assertEquals(4, stub.barrier());
        assertEquals(0x3C, stub.frameComplete());
        assertEquals(16, stub.frameBytes());
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 9, 10})
    void aarch64WithArgumentsInAllRegisters(int arguments) {
        Stub stub = Aarch64Stub.of(FUNCTION, arguments, BARRIER);
        assertEquals(bytes(AARCH64_ALL_REGISTERS, 9), aarch64(stub));
        assertEquals(0x50, stub.frameComplete());
    }

    @Test
    void aFunctionMayLieAnywhere() {
        assertEquals(
                bytes(AARCH64_FOUR_ARGUMENTS, 9).replace("\nd61f0200", "\nf2e00030\nd61f0200"),
                aarch64(Aarch64Stub.of(FUNCTION | 1L << 48, 4, BARRIER))
                        .replace("54000141", "54000121")
                        .replace("17fffff0", "17fffff1"));
    }

    @Test
    void aThreadOffsetThatAnInstructionCannotHoldIsRefused() {
        Stub.Barrier far = new Stub.Barrier(0x80, 1);
        assertThrows(IllegalArgumentException.class, () -> Amd64Stub.of(FUNCTION, 1, far));
        Stub.Barrier odd = new Stub.Barrier(0x21, 1);
        assertThrows(IllegalArgumentException.class, () -> Aarch64Stub.of(FUNCTION, 1, odd));
        Stub.Barrier farther = new Stub.Barrier(0x4000, 1);
        assertThrows(IllegalArgumentException.class, () -> Aarch64Stub.of(FUNCTION, 1, farther));
    }
}
