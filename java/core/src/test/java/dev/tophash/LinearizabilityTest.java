package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;

/** Linearizability of concurrent maps, in a JVM with Lincheck's agent. */
class LinearizabilityTest {
    @TempDir Path directory;

    @Test
    void operationsComeOutAsInSomeOrder() throws Exception {
        // Lincheck would load the agent into the running JVM, which warns of that. By name: the
        // class has annotations that are not there, of which the compiler warns.
        Class<?> agentClass = Class.forName("net.bytebuddy.agent.ByteBuddyAgent");
        Path agent =
                Path.of(agentClass.getProtectionDomain().getCodeSource().getLocation().toURI());
        ForkedJvm.Result result =
                ForkedJvm.run(
                        directory,
                        List.of("-javaagent:" + agent, "-Xshare:off"),
                        Linearizability.class,
                        List.of(System.getProperty("tophash.stress.millis", "3000")),
                        Effort.EMULATED ? 540 : 240);
        assertEquals("", result.crash(), result::output);
        assertEquals(0, result.status(), result::output);
        System.out.println(result.output().strip());
    }
}
