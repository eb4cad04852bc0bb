package dev.tophash.internal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.Arrays;

/** Files of libraries for tests: the real one, and what can be made of it. */
public final class Libraries {
    private static final byte[] MAGIC = "THLAYOUT".getBytes(US_ASCII);
    private static final int MACHINE = 18;

    private Libraries() {}

    /** The running library. */
    public static byte[] own() throws IOException {
        return Files.readAllBytes(NativeLoader.load());
    }

    /** The platform that this is not. */
    public static Platform otherPlatform() {
        return Platform.running() == Platform.LINUX_X86_64
                ? Platform.LINUX_AARCH64
                : Platform.LINUX_X86_64;
    }

    /** A file that says it was compiled for the other platform. */
    public static byte[] other() throws IOException {
        byte[] library = own();
        boolean arm = otherPlatform() == Platform.LINUX_AARCH64;
        numbers(library).putShort(MACHINE, (short) (arm ? 183 : 62));
        byte[] name = Arrays.copyOf((arm ? "aarch64" : "x86_64").getBytes(US_ASCII), 16);
        System.arraycopy(name, 0, library, record(library) + 16, name.length);
        return library;
    }

    /** Where the record of layouts begins. */
    public static int record(byte[] library) {
        for (int at = 0; at < library.length - MAGIC.length; at++) {
            if (Arrays.equals(library, at, at + MAGIC.length, MAGIC, 0, MAGIC.length)) {
                return at;
            }
        }
        throw new AssertionError("no record in the library");
    }

    /** A file's numbers, to read and to change. */
    public static ByteBuffer numbers(byte[] library) {
        return ByteBuffer.wrap(library).order(ByteOrder.LITTLE_ENDIAN);
    }
}
