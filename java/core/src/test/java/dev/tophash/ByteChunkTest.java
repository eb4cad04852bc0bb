package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tophash.internal.TableType;

import org.junit.jupiter.api.Test;

import java.lang.foreign.ValueLayout;

final class ByteChunkTest {
    @Test
    void aResizeThatFailsLeavesBytesAndEndsAsTheyWere() {
        ByteChunk chunk = new ByteChunk(TableType.BYTES);
        chunk.resize(10, 100);
        chunk.ends().setAtIndex(ValueLayout.JAVA_LONG, 0, 5);
        // More bytes than an array can have: C must not be told of ends that are not there.
        assertThrows(ArithmeticException.class, () -> chunk.resize(20, 1L << 40));
        assertEquals(10 * Long.BYTES, chunk.ends().byteSize());
        assertEquals(100, chunk.segment().byteSize());
        assertEquals(5, chunk.length(0));
        assertThrows(NegativeArraySizeException.class, () -> chunk.resize(-1, 50));
        assertEquals(10 * Long.BYTES, chunk.ends().byteSize());
        assertEquals(100, chunk.segment().byteSize());
    }

    @Test
    void sequencesLieEndToEnd() {
        ByteChunk chunk = new ByteChunk(TableType.BYTES);
        chunk.resize(2, 4);
        for (int i = 0; i < 4; i++) {
            chunk.segment().set(ValueLayout.JAVA_BYTE, i, (byte) i);
        }
        chunk.ends().setAtIndex(ValueLayout.JAVA_LONG, 0, 1);
        chunk.ends().setAtIndex(ValueLayout.JAVA_LONG, 1, 4);
        assertArrayEquals(new byte[] {0}, chunk.copy(0));
        assertArrayEquals(new byte[] {1, 2, 3}, chunk.copy(1));
    }
}
