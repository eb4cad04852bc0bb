package dev.tophash.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Finding, extracting and refusing libraries; nothing is really loaded except in the tests that say
 * so.
 */
class NativeLoaderTest {
    private static final String RESOURCE = "/dev/tophash/native/linux-aarch64/libtophash.so";

    @TempDir Path temp;

    private final Map<String, String> properties = new HashMap<>();
    private final List<Path> linked = new ArrayList<>();
    private final byte[] library = elf(183);

    @BeforeEach
    void surroundings() {
        properties.put("os.name", "Linux");
        properties.put("os.arch", "aarch64");
        properties.put("user.name", "somebody");
        properties.put("java.io.tmpdir", temp.toString());
    }

    private static byte[] elf(int machine) {
        byte[] bytes = new byte[70_000];
        new Random(machine).nextBytes(bytes);
        byte[] start = {0x7f, 'E', 'L', 'F', 2, 1};
        System.arraycopy(start, 0, bytes, 0, start.length);
        bytes[18] = (byte) machine;
        bytes[19] = 0;
        return bytes;
    }

    private Path run(Function<String, InputStream> resources, Consumer<Path> linker) {
        return new NativeLoader(resources, properties::get, linker).run();
    }

    private Path run() {
        return run(
                name -> name.equals(RESOURCE) ? new ByteArrayInputStream(library) : null,
                linked::add);
    }

    private String refusal() {
        String message = assertThrows(UnsatisfiedLinkError.class, this::run).getMessage();
        assertEquals(List.of(), linked);
        return message;
    }

    private static void assertHas(String message, Object... parts) {
        for (Object part : parts) {
            assertTrue(message.contains(part.toString()), () -> "no '" + part + "' in: " + message);
        }
    }

    private Path directory() {
        return temp.resolve("tophash-somebody");
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(
                Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS));
    }

    // ---- what works ----

    @Test
    void extractsIntoAPrivateDirectory() throws IOException {
        Path path = run();
        assertEquals(List.of(path), linked);
        assertEquals(directory(), path.getParent());
        assertTrue(
                path.getFileName().toString().matches("libtophash-[0-9a-f]{1,8}-70000\\.so"),
                path.toString());
        assertEquals("rwx------", permissions(directory()));
        assertEquals("rw-------", permissions(path));
        assertArrayEquals(library, Files.readAllBytes(path));
        assertOnlyFile(path);
    }

    private void assertOnlyFile(Path path) throws IOException {
        try (Stream<Path> files = Files.list(path.getParent())) {
            assertEquals(List.of(path), files.toList());
        }
    }

    @Test
    void usesAnIntactFileAgain() throws IOException {
        Path path = run();
        Object inode = Files.getAttribute(path, "unix:ino");
        assertEquals(path, run());
        assertEquals(inode, Files.getAttribute(path, "unix:ino"));
        assertOnlyFile(path);
    }

    @Test
    void anotherLibraryGetsAnotherName() throws IOException {
        Path first = run();
        library[5000]++;
        Path second = run();
        assertNotEquals(first, second);
        assertArrayEquals(library, Files.readAllBytes(second));
    }

    @ParameterizedTest
    @CsvSource({"0", "1", "69999", "70001"})
    void replacesADamagedFile(int size) throws IOException {
        Path path = run();
        byte[] damaged = Arrays.copyOf(library, size);
        Files.write(path, damaged);
        assertEquals(path, run());
        assertArrayEquals(library, Files.readAllBytes(path));
        assertOnlyFile(path);
    }

    @Test
    void replacesAFileWithOneChangedByte() throws IOException {
        Path path = run();
        byte[] damaged = library.clone();
        damaged[60_000] ^= 1;
        Files.write(path, damaged);
        assertEquals(path, run());
        assertArrayEquals(library, Files.readAllBytes(path));
    }

    @Test
    void replacesAFileThatOthersMayWrite() throws IOException {
        Path path = run();
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw-rw-"));
        run();
        assertEquals("rw-------", permissions(path));
    }

    @Test
    void replacesASymbolicLinkAndNotItsTarget() throws IOException {
        Path path = run();
        Path target = Files.write(temp.resolve("target"), library);
        Files.delete(path);
        Files.createSymbolicLink(path, target);
        run();
        assertFalse(Files.isSymbolicLink(path));
        assertArrayEquals(library, Files.readAllBytes(path));
    }

    @Test
    void manyAtOnceAllGetTheWholeFile() throws Exception {
        Callable<Path> attempt =
                () -> {
                    byte[][] seen = new byte[1][];
                    Path path =
                            run(
                                    name -> new ByteArrayInputStream(library),
                                    p -> {
                                        try {
                                            seen[0] = Files.readAllBytes(p);
                                        } catch (IOException e) {
                                            throw new UncheckedIOException(e);
                                        }
                                    });
                    assertArrayEquals(library, seen[0]);
                    return path;
                };
        try (var threads = Executors.newFixedThreadPool(8)) {
            for (var result :
                    threads.invokeAll(IntStream.range(0, 40).mapToObj(i -> attempt).toList())) {
                assertOnlyFile(result.get());
            }
        }
    }

    @Test
    void propertyNamesTheDirectory() throws IOException {
        Path other = Files.createDirectory(temp.resolve("other"));
        properties.put(NativeLoader.TMPDIR, other.toString());
        assertEquals(other.resolve("tophash-somebody"), run().getParent());
    }

    @Test
    void userNameCannotLeadElsewhere() {
        properties.put("user.name", "../some/body");
        assertEquals(temp.resolve("tophash-.._some_body"), run().getParent());
    }

    @Test
    void propertyNamesTheLibrary() throws IOException {
        Path given = Files.write(temp.resolve("mine.so"), library);
        properties.put(NativeLoader.LIBRARY, given.toString());
        properties.put("os.name", "Plan 9");
        assertEquals(given, run());
        assertEquals(List.of(given), linked);
        assertFalse(Files.exists(directory()));
    }

    // ---- what is refused ----

    @ParameterizedTest
    @CsvSource({"Linux,riscv64", "Linux,i386", "Mac OS X,aarch64", "Windows 11,amd64"})
    void unsupportedPlatform(String name, String arch) {
        properties.put("os.name", name);
        properties.put("os.arch", arch);
        assertHas(refusal(), name, arch, "linux-x86_64", "linux-aarch64", NativeLoader.LIBRARY);
    }

    @ParameterizedTest
    @CsvSource({
        "amd64,LINUX_X86_64",
        "x86_64,LINUX_X86_64",
        "aarch64,LINUX_AARCH64",
        "arm64,LINUX_AARCH64"
    })
    void supportedPlatforms(String arch, Platform platform) {
        assertSame(platform, Platform.of("Linux", arch));
    }

    @Test
    void missingResource() {
        properties.put("os.arch", "amd64");
        assertHas(refusal(), "linux-x86_64", "/dev/tophash/native/linux-x86_64/libtophash.so");
    }

    @Test
    void damagedResource() {
        library[1] = 'e';
        assertHas(refusal(), "damaged", RESOURCE);
    }

    @Test
    void emptyResource() {
        UnsatisfiedLinkError e =
                assertThrows(
                        UnsatisfiedLinkError.class,
                        () -> run(name -> InputStream.nullInputStream(), linked::add));
        assertHas(e.getMessage(), "damaged", RESOURCE);
    }

    @Test
    void resourceOfAnotherProcessor() {
        library[18] = 62;
        assertHas(refusal(), "damaged", "linux-aarch64");
    }

    @Test
    void unreadableResource() {
        InputStream broken =
                new InputStream() {
                    @Override
                    public int read() throws IOException {
                        throw new IOException("jar is gone");
                    }
                };
        UnsatisfiedLinkError e =
                assertThrows(UnsatisfiedLinkError.class, () -> run(name -> broken, linked::add));
        assertHas(e.getMessage(), RESOURCE, "jar is gone");
        assertTrue(e.getCause() instanceof IOException);
    }

    @Test
    void missingOverride() {
        properties.put(NativeLoader.LIBRARY, temp.resolve("nowhere.so").toString());
        assertHas(refusal(), temp.resolve("nowhere.so"), "does not exist", NativeLoader.LIBRARY);
    }

    @Test
    void overrideIsNotALibrary() throws IOException {
        Path text = Files.writeString(temp.resolve("text.so"), "not a library ".repeat(10));
        properties.put(NativeLoader.LIBRARY, text.toString());
        assertHas(refusal(), text, "not an ELF file", NativeLoader.LIBRARY);
    }

    @Test
    void overrideIsADirectory() {
        properties.put(NativeLoader.LIBRARY, temp.toString());
        assertHas(refusal(), temp, "not a file", NativeLoader.LIBRARY);
    }

    @Test
    void missingDirectory() {
        Path nowhere = temp.resolve("nowhere");
        properties.put(NativeLoader.TMPDIR, nowhere.toString());
        assertHas(refusal(), nowhere, "does not exist", NativeLoader.TMPDIR);
    }

    @Test
    void directoryWithoutPermission() throws IOException {
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("r-x------"));
        assumeTrue(!Files.isWritable(temp), "the superuser may write anywhere");
        try {
            assertHas(refusal(), temp, "no permission", NativeLoader.TMPDIR);
        } finally {
            Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwx------"));
        }
    }

    @Test
    void symbolicLinkInPlaceOfTheDirectory() throws IOException {
        Path target = Files.createDirectory(temp.resolve("target"));
        Files.createSymbolicLink(directory(), target);
        assertHas(refusal(), directory(), "not a directory");
        try (Stream<Path> files = Files.list(target)) {
            assertEquals(0, files.count());
        }
    }

    @ParameterizedTest
    @CsvSource({"rwxrwx---", "rwx----w-", "rwxrwxrwx"})
    void directoryThatOthersMayWrite(String permissions) throws IOException {
        Files.createDirectory(directory());
        Files.setPosixFilePermissions(directory(), PosixFilePermissions.fromString(permissions));
        assertHas(refusal(), directory(), "other users");
    }

    @Test
    void directoryOfSomebodyElse() throws IOException {
        Files.createDirectory(directory());
        Files.setPosixFilePermissions(directory(), PosixFilePermissions.fromString("rwx------"));
        try {
            Files.setAttribute(directory(), "unix:uid", 4242);
        } catch (IOException e) {
            assumeTrue(false, "only the superuser gives files away");
        }
        assertHas(refusal(), directory(), "belongs to 4242");
    }

    @Test
    void linkerRefuses() {
        UnsatisfiedLinkError cause = new UnsatisfiedLinkError("wrong ELF class");
        UnsatisfiedLinkError e =
                assertThrows(
                        UnsatisfiedLinkError.class,
                        () ->
                                run(
                                        name -> new ByteArrayInputStream(library),
                                        path -> {
                                            throw cause;
                                        }));
        assertHas(e.getMessage(), directory(), "wrong ELF class");
        assertSame(cause, e.getCause());
    }

    @Test
    void noexecIsReadFromTheMountTable() {
        String mounts =
                """
                /dev/a / ext4 rw,relatime 0 0
                tmpfs /tmp tmpfs rw,nosuid,noexec 0 0
                tmpfs /tmp/ok tmpfs rw 0 0
                tmpfs /with\\040space tmpfs rw,noexec 0 0
                tmpfs /twice tmpfs rw,noexec 0 0
                tmpfs /twice tmpfs rw 0 0
                """;
        assertTrue(NativeLoader.isNoexec("/tmp/tophash-me", mounts));
        assertTrue(NativeLoader.isNoexec("/tmp", mounts));
        assertFalse(NativeLoader.isNoexec("/tmpfoo", mounts));
        assertFalse(NativeLoader.isNoexec("/tmp/ok/tophash-me", mounts));
        assertTrue(NativeLoader.isNoexec("/with space/x", mounts));
        assertFalse(NativeLoader.isNoexec("/twice/x", mounts));
        assertFalse(NativeLoader.isNoexec("/", mounts));
        assertFalse(NativeLoader.isNoexec("/x", ""));
    }

    // ---- the real one ----

    @Test
    void loadsTheLibraryOfThisBuildOnce() {
        Path path = NativeLoader.load();
        assertTrue(path.isAbsolute() && Files.isRegularFile(path), path.toString());
        assertSame(path, NativeLoader.load());
    }
}
