package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/**
 * Calls through JVMCI, in JVMs that were started for it with the argument file that users get, and
 * in JVMs that were not or only halfway.
 */
class JvmciTest {
    private static final Path ARGUMENTS = Path.of("../tophash-jvmci.args").toAbsolutePath();
    private static final long MILLIS =
            Long.getLong("tophash.stress.millis", Effort.EMULATED ? 15_000 : 4_000);

    @TempDir Path directory;

    private ForkedJvm.Result run(List<String> options, Class<?> program, String... arguments)
            throws Exception {
        long seconds = MILLIS / 1000 + (Effort.EMULATED ? 540 : 240); // more than Effort.deadline()
        ForkedJvm.Result result =
                ForkedJvm.run(directory, options, program, List.of(arguments), seconds);
        assertEquals("", result.crash(), result::output);
        assertEquals(0, result.status(), result::output);
        return result;
    }

    private static List<String> withJvmci(String... options) {
        assumeTrue(
                ModuleFinder.ofSystem().find("jdk.internal.vm.ci").isPresent(),
                "this JDK has no JVMCI");
        List<String> all = new ArrayList<>(List.of("@" + ARGUMENTS));
        all.addAll(List.of(options));
        return all;
    }

    private ForkedJvm.Result stress(String... options) throws Exception {
        ForkedJvm.Result result =
                run(
                        withJvmci(options),
                        JvmciStress.class,
                        Long.toString(MILLIS),
                        Long.toString(System.nanoTime()));
        assertTrue(result.output().contains("linkage: jvmci\n"), result::output);
        assertTrue(result.output().contains("done: "), result::output);
        System.out.println(
                String.join(" ", options)
                        + result.output().lines().filter(l -> l.startsWith("done")).toList());
        return result;
    }

    @ParameterizedTest
    @ValueSource(strings = {"Serial", "G1", "Parallel", "Z"})
    void callsAreRightWhateverTheCollectorDoes(String collector) throws Exception {
        // An emulated JVM takes minutes; what differs there is the stub, not the collector.
        assumeFalse(Effort.EMULATED && List.of("Parallel", "Z").contains(collector));
        stress("-XX:+Use" + collector + "GC");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-XX:TieredStopAtLevel=1",
                "-XX:-TieredCompilation",
                "-Xcomp -XX:CompileCommand=quiet -XX:CompileCommand=compileonly,dev.tophash.*::*"
            })
    void callsAreRightFromCodeOfEachCompiler(String options) throws Exception {
        assumeFalse(Effort.EMULATED);
        stress(options.split(" "));
    }

    @Test
    void callsAreRightWhenThereIsLittleRoomForCode() throws Exception {
        assumeFalse(Effort.EMULATED);
        stress("-XX:ReservedCodeCacheSize=3m", "-XX:+UseCodeCacheFlushing", "-XX:+UseSerialGC");
    }

    @Test
    void callsAreRightUnderTheFlightRecorder() throws Exception {
        assumeFalse(Effort.EMULATED);
        stress("-XX:StartFlightRecording:settings=profile,filename=" + directory.resolve("x.jfr"));
    }

    @Test
    void callsAreRightWhenAnAgentRedefinesClasses() throws Exception {
        assumeFalse(Effort.EMULATED);
        Manifest manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.putValue("Premain-Class", JvmciStress.Agent.class.getName());
        attributes.putValue("Can-Retransform-Classes", "true");
        Path agent = directory.resolve("agent.jar");
        new JarOutputStream(Files.newOutputStream(agent), manifest).close();
        stress("-javaagent:" + agent);
    }

    @ParameterizedTest
    @EnumSource(names = "CRASH", mode = EnumSource.Mode.EXCLUDE)
    void misuseHarmsOnlyTheMisusedMaps(MisuseStress.Mode mode) throws Exception {
        assumeFalse(Effort.EMULATED && mode != MisuseStress.Mode.CLOSING);
        String seed = Long.toString(System.nanoTime());
        String millis = Long.toString(MILLIS);
        ForkedJvm.Result result = run(withJvmci(), MisuseStress.class, mode.name(), millis, seed);
        assertTrue(result.output().contains("done: "), result::output);
    }

    // ---- JVMs that were not started for it ----------------------------------------------------

    /** Makes a few calls and says how. */
    static final class Calls {
        private Calls() {}

        public static void main(String[] arguments) {
            try (LongLongMap map = LongLongMap.create()) {
                for (long i = 0; i < 20_000; i++) {
                    map.put(i, -i);
                }
                System.out.println("sum " + (map.get(19_999) + map.size()));
            }
            System.out.println("linkage: " + Tophash.linkage());
        }
    }

    private String linkage(List<String> options) throws Exception {
        ForkedJvm.Result result = run(options, Calls.class);
        assertTrue(result.output().contains("sum 1\n"), result::output);
        return result.output()
                .lines()
                .filter(l -> l.startsWith("linkage: "))
                .map(l -> l.substring("linkage: ".length()))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void withoutItsArgumentsNothingOfItIsLoaded() throws Exception {
        ForkedJvm.Result result = run(List.of("-Xlog:class+load"), Calls.class);
        assertTrue(result.output().contains("linkage: ffm (jvmci: not enabled)\n"), result::output);
        assertTrue(result.output().contains("dev.tophash.internal.Stubs"), result::output);
        assertFalse(result.output().contains("dev.tophash.internal.jvmci"), result::output);
        assertFalse(result.output().contains("jdk.vm.ci"), result::output);
    }

    @Test
    void withItsArgumentsItIsLoaded() throws Exception {
        ForkedJvm.Result result = run(withJvmci("-Xlog:class+load"), Calls.class);
        assertTrue(result.output().contains("linkage: jvmci\n"), result::output);
        assertTrue(result.output().contains("dev.tophash.internal.jvmci"), result::output);
    }

    @Test
    void withoutTheExportsCallsAreMadeThroughFfm() throws Exception {
        assertEquals(
                "ffm (jvmci: jdk.internal.vm.ci is not exported to Tophash)",
                linkage(List.of("-XX:+UnlockExperimentalVMOptions", "-XX:+EnableJVMCI")));
    }

    @Test
    void withoutOneOfTheExportsCallsAreMadeThroughFfm() throws Exception {
        List<String> options =
                Files.readAllLines(ARGUMENTS).stream()
                        .filter(l -> !l.startsWith("#") && !l.contains("vm.ci.meta="))
                        .toList();
        String linkage = linkage(options);
        assertTrue(linkage.startsWith("ffm (jvmci: "), linkage);
        assertTrue(linkage.contains("jdk.vm.ci.meta"), linkage);
    }
}
