package dev.tophash;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;

/**
 * Maps share methods in classes that are not public. Whoever calls them by reflection must not come
 * to know: what is found is a method of a public class.
 */
class PublicMethodsTest {
    @ParameterizedTest
    @ValueSource(
            classes = {
                LongLongMap.class,
                IntIntMap.class,
                IntLongMap.class,
                LongIntMap.class,
                LongDoubleMap.class,
                LongSet.class,
                IntSet.class,
                ConcurrentLongLongMap.class,
                StringLongMap.class,
                BytesLongMap.class,
                BytesBytesMap.class,
                LongLongMap.Cursor.class,
                StringLongMap.Cursor.class,
                BytesLongMap.Cursor.class,
                BytesBytesMap.Cursor.class
            })
    void areOfPublicClasses(Class<?> type) {
        for (Method method : type.getMethods()) {
            assertTrue(
                    Modifier.isPublic(method.getDeclaringClass().getModifiers()),
                    () -> "" + method);
        }
    }
}
