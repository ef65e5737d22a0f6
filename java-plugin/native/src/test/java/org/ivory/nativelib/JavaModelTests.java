package org.ivory.nativelib;

/** {@link ModelTestCase} of the twin. */
public class JavaModelTests extends ModelTestCase {
    @Override
    VectorOps ops() {
        return TestLibrary.twin();
    }
}
