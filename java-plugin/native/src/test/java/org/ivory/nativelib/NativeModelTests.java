package org.ivory.nativelib;

/** {@link ModelTestCase} of the library. */
public class NativeModelTests extends ModelTestCase {
    @Override
    VectorOps ops() {
        return TestLibrary.ops();
    }
}
