package dev.tophash.internal;

import java.io.InputStream;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The machines that a native library is built for. */
public enum Platform {
    LINUX_X86_64("linux-x86_64", 62),
    LINUX_AARCH64("linux-aarch64", 183);

    /** Bytes at the start of a 64-bit ELF file that say what it is. */
    static final int ELF_HEADER = 64;

    /**
     * Folder of this platform's library among the resources, also how messages name the platform.
     */
    final String folder;

    /** The number by which an ELF file names its processor: {@code e_machine}. */
    private final int elfMachine;

    Platform(String folder, int elfMachine) {
        this.folder = folder;
        this.elfMachine = elfMachine;
    }

    /**
     * The platform that Java's system properties {@code os.name} and {@code os.arch} describe.
     *
     * @throws UnsatisfiedLinkError if no library is built for it; names it and the supported ones
     */
    static Platform of(String osName, String osArch) {
        if (osName.equals("Linux")) {
            switch (osArch) {
                case "amd64", "x86_64":
                    return LINUX_X86_64;
                case "aarch64", "arm64":
                    return LINUX_AARCH64;
                default:
            }
        }
        String supported =
                Arrays.stream(values()).map(p -> p.folder).collect(Collectors.joining(", "));
        throw new UnsatisfiedLinkError(
                "Tophash has no native library for "
                        + osName
                        + " on "
                        + osArch
                        + "; it supports "
                        + supported
                        + ". A library built elsewhere can be named with -D"
                        + NativeLoader.LIBRARY
                        + "=PATH");
    }

    /** The platform that this JVM runs on. */
    public static Platform running() {
        return of(System.getProperty("os.name"), System.getProperty("os.arch"));
    }

    /** Name of this platform's library among the resources of the module. */
    public String resource() {
        return "/dev/tophash/native/" + folder + "/libtophash.so";
    }

    /** This platform's library, if this copy of Tophash was built with it; the caller closes it. */
    public InputStream open() {
        return Platform.class.getResourceAsStream(resource());
    }

    /** Whether a file that starts like this is an ELF file: an executable or a library. */
    static boolean isElf(byte[] file) {
        return file.length >= ELF_HEADER
                && file[0] == 0x7f
                && file[1] == 'E'
                && file[2] == 'L'
                && file[3] == 'F';
    }

    /** Whether these are the bytes of a 64-bit little-endian ELF file for this processor. */
    boolean accepts(byte[] library) {
        return isElf(library)
                && library[4] == 2
                && library[5] == 1
                && ((library[18] & 0xff) | (library[19] & 0xff) << 8) == elfMachine;
    }
}
