package dev.tophash.internal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Arrays;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32C;

/**
 * Finds the native library among this module's resources, puts it into a file that nobody else can
 * touch, and loads it.
 *
 * <p>The file is {@code libtophash-HASH-LENGTH.so} in a directory {@code tophash-USER} of {@code
 * java.io.tmpdir}. It is left there for the next process, which compares every byte before using
 * it; so HASH only has to keep versions apart, and is the CRC-32C because the JVM has that at hand,
 * where asking for SHA-256 takes longer than all the rest. Two processes may do this at the same
 * time: each writes under a name of its own and renames. Nothing is synced to disk, since a file
 * that a power cut damaged is recognised and replaced.
 *
 * <p>System properties:
 *
 * <ul>
 *   <li>{@value #LIBRARY}: path of a library to load instead; nothing is extracted
 *   <li>{@value #TMPDIR}: an existing directory to use instead of {@code java.io.tmpdir}
 * </ul>
 *
 * <p>Every failure is an {@link UnsatisfiedLinkError}, which is what loading a library throws
 * anyway, with a message that says what was tried and what can be done.
 */
public final class NativeLoader {
    /** Name of the system property with the path of a library. */
    public static final String LIBRARY = "tophash.library";

    /** Name of the system property with the directory to extract under. */
    public static final String TMPDIR = "tophash.tmpdir";

    private static final Path MOUNTS = Path.of("/proc/self/mounts");

    private static Path loaded;

    private final Function<String, InputStream> resources;
    private final UnaryOperator<String> properties;
    private final Consumer<Path> linker;

    NativeLoader(
            Function<String, InputStream> resources,
            UnaryOperator<String> properties,
            Consumer<Path> linker) {
        this.resources = resources;
        this.properties = properties;
        this.linker = linker;
    }

    /**
     * Loads the library into the class loader of this class, the first time it is called; may be
     * called from any thread. A failed attempt is not remembered: the next call tries again.
     *
     * @return absolute path of the file that was loaded
     * @throws UnsatisfiedLinkError if there is no library for this machine, or it cannot be
     *     extracted, trusted or loaded
     */
    public static synchronized Path load() {
        if (loaded == null) {
            // Resources are asked of this class so that they are found in its own module, and
            // System.load is
            // called from here so that the library belongs to the class loader of the bindings.
            loaded =
                    new NativeLoader(
                                    name -> NativeLoader.class.getResourceAsStream(name),
                                    System::getProperty,
                                    path -> System.load(path.toString()))
                            .run();
        }
        return loaded;
    }

    /** Does the work of {@link #load} once, with the surroundings given to the constructor. */
    Path run() {
        String override = properties.apply(LIBRARY);
        if (override != null && !override.isEmpty()) {
            return link(given(override), "Move it to a file system");
        }
        Platform platform = Platform.of(properties.apply("os.name"), properties.apply("os.arch"));
        byte[] library = resource(platform);
        return link(extract(library), "Name a directory, with -D" + TMPDIR + "=DIR,");
    }

    private static Path given(String override) {
        Path path = Path.of(override).toAbsolutePath();
        String subject = "The library that -D" + LIBRARY + " names ";
        if (!Files.exists(path)) {
            throw new UnsatisfiedLinkError(subject + "does not exist: " + path);
        }
        byte[] start;
        try (InputStream in = Files.newInputStream(path)) {
            start = in.readNBytes(Platform.ELF_HEADER);
        } catch (IOException e) {
            throw failure(subject + "is not a file that can be read: " + path, e);
        }
        if (!Platform.isElf(start)) {
            throw new UnsatisfiedLinkError(subject + "is not an ELF file: " + path);
        }
        return path;
    }

    private byte[] resource(Platform platform) {
        String name = platform.resource();
        byte[] library;
        try (InputStream in = resources.apply(name)) {
            if (in == null) {
                throw new UnsatisfiedLinkError(
                        "This copy of Tophash was built without the native library for "
                                + platform.folder
                                + " (no resource "
                                + name
                                + "). Name one with -D"
                                + LIBRARY
                                + "=PATH");
            }
            library = in.readAllBytes();
        } catch (IOException e) {
            throw failure(
                    "Cannot read the native library, resource " + name + ": " + e.getMessage(), e);
        }
        if (!platform.accepts(library)) {
            throw new UnsatisfiedLinkError(
                    "The native library is damaged: resource "
                            + name
                            + " is not an ELF file for "
                            + platform.folder);
        }
        return library;
    }

    // ---- extraction ----

    private Path extract(byte[] library) {
        String configured = properties.apply(TMPDIR);
        boolean byDefault = configured == null || configured.isEmpty();
        Path base =
                Path.of(byDefault ? properties.apply("java.io.tmpdir") : configured)
                        .toAbsolutePath();
        try {
            Path directory = privateDirectory(base.resolve("tophash-" + userName()));
            Path file = directory.resolve(fileName(library));
            if (!holds(file, library)) {
                write(file, library);
            }
            return file;
        } catch (IOException e) {
            throw failure(
                    "Cannot put the native library under "
                            + base
                            + ": "
                            + describe(e)
                            + ". Name another directory with -D"
                            + TMPDIR
                            + "=DIR",
                    e);
        }
    }

    private String userName() {
        // Part of a file name: a user name with a separator in it must not lead elsewhere.
        return properties.apply("user.name").replaceAll("[^A-Za-z0-9._-]", "_");
    }

    private static Path privateDirectory(Path directory) throws IOException {
        try {
            Files.createDirectory(directory, permissions("rwx------"));
        } catch (FileAlreadyExistsException e) {
            // Made by an earlier process of ours, or by somebody who waits for us to load his
            // library.
        }
        PosixFileAttributes found = attributes(directory);
        if (!found.isDirectory()) {
            throw new IOException(directory + " is not a directory");
        }
        if (othersMayWrite(found)) {
            throw new IOException("other users may write to " + directory);
        }
        if (!found.owner().equals(ourselves(directory))) {
            throw new IOException(directory + " belongs to " + found.owner().getName());
        }
        return directory;
    }

    /**
     * Who owns what this process creates: asked of the file system, as a user's name need not be
     * unique.
     */
    private static UserPrincipal ourselves(Path directory) throws IOException {
        Path probe = createTemporary(directory);
        try {
            return attributes(probe).owner();
        } finally {
            Files.delete(probe);
        }
    }

    /**
     * Makes an empty file for us alone. Files.createTempFile would first load the security
     * providers.
     */
    private static Path createTemporary(Path directory) throws IOException {
        while (true) {
            try {
                Path path = directory.resolve(Long.toHexString(System.nanoTime()) + ".tmp");
                return Files.createFile(path, permissions("rw-------"));
            } catch (FileAlreadyExistsException e) {
                // Another thread or process had the same idea; time goes on.
            }
        }
    }

    private static FileAttribute<Set<PosixFilePermission>> permissions(String text) {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(text));
    }

    private static PosixFileAttributes attributes(Path path) throws IOException {
        return Files.readAttributes(path, PosixFileAttributes.class, NOFOLLOW_LINKS);
    }

    private static boolean othersMayWrite(PosixFileAttributes found) {
        return found.permissions().contains(PosixFilePermission.GROUP_WRITE)
                || found.permissions().contains(PosixFilePermission.OTHERS_WRITE);
    }

    /**
     * Whether a file in our own directory is the library, byte for byte, and nobody else can change
     * it.
     */
    private static boolean holds(Path file, byte[] library) throws IOException {
        if (!Files.exists(file, NOFOLLOW_LINKS)) {
            return false;
        }
        PosixFileAttributes found = attributes(file);
        return found.isRegularFile()
                && !othersMayWrite(found)
                && found.owner().equals(attributes(file.getParent()).owner())
                && found.size() == library.length
                && Arrays.equals(Files.readAllBytes(file), library);
    }

    private static void write(Path file, byte[] library) throws IOException {
        Path temporary = createTemporary(file.getParent());
        try {
            Files.write(temporary, library);
            if (!holds(temporary, library)) {
                throw new IOException(temporary + " does not read back as it was written");
            }
            Files.move(temporary, file, ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private static String fileName(byte[] library) {
        CRC32C hash = new CRC32C();
        hash.update(library);
        return "libtophash-" + Long.toHexString(hash.getValue()) + "-" + library.length + ".so";
    }

    // ---- loading, and what to say when it fails ----

    private Path link(Path library, String remedy) {
        try {
            linker.accept(library);
            return library;
        } catch (UnsatisfiedLinkError e) {
            Path directory = library.getParent();
            if (isNoexec(directory)) {
                throw failure(
                        "Cannot load "
                                + library
                                + ": its file system is mounted noexec. "
                                + remedy
                                + " that allows execution",
                        e);
            }
            throw failure("Cannot load the native library " + library + ": " + e.getMessage(), e);
        }
    }

    private static boolean isNoexec(Path directory) {
        try {
            return isNoexec(directory.toRealPath().toString(), Files.readString(MOUNTS, UTF_8));
        } catch (IOException e) {
            return false; // then the message says only what the linker said
        }
    }

    /**
     * Whether the mount that an absolute path lies in has the option noexec, by the text of a mount
     * table.
     */
    static boolean isNoexec(String path, String mounts) {
        String longest = "";
        boolean noexec = false;
        for (String line : mounts.split("\n")) {
            String[] fields = line.split(" ");
            if (fields.length < 4) {
                continue;
            }
            String point =
                    fields[1].replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\");
            String prefix = point.endsWith("/") ? point : point + "/";
            // A later line of equal length is mounted over the earlier one.
            if ((path + "/").startsWith(prefix) && prefix.length() >= longest.length()) {
                longest = prefix;
                noexec = Arrays.asList(fields[3].split(",")).contains("noexec");
            }
        }
        return noexec;
    }

    private static String describe(IOException e) {
        return switch (e) {
            case NoSuchFileException missing -> missing.getFile() + " does not exist";
            case AccessDeniedException denied -> "no permission for " + denied.getFile();
            default -> e.getMessage();
        };
    }

    private static UnsatisfiedLinkError failure(String message, Throwable cause) {
        UnsatisfiedLinkError error = new UnsatisfiedLinkError(message);
        error.initCause(cause);
        return error;
    }
}
