package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Path;
import java.util.List;

/**
 * Whatever a program calls first, the library is loaded by then. Each in a JVM where nothing was
 * called.
 */
class FirstCallTest {
    @TempDir Path directory;

    enum Call {
        VERSION {
            @Override
            void run() {
                Tophash.version();
            }
        },
        KERNEL {
            @Override
            void run() {
                Tophash.kernel();
            }
        },
        KERNELS {
            @Override
            void run() {
                Tophash.kernels();
            }
        },
        NATIVE_BYTES {
            @Override
            void run() {
                Tophash.nativeBytes();
            }
        },
        LONG_MAP {
            @Override
            void run() {
                LongLongMap.create().put(1, 1);
            }
        },
        STRING_MAP {
            @Override
            void run() {
                StringLongMap.create().get("a");
            }
        };

        abstract void run();
    }

    /** The program of the other JVM. */
    static final class Program {
        private Program() {}

        public static void main(String[] arguments) {
            Call.valueOf(arguments[0]).run();
            System.out.print("fine");
        }
    }

    @ParameterizedTest
    @EnumSource
    void anyCallMayBeTheFirst(Call call) throws Exception {
        ForkedJvm.Result result =
                ForkedJvm.run(directory, Program.class, List.of(call.name()), 120);
        assertEquals("fine", result.output());
        assertEquals(0, result.status());
    }
}
