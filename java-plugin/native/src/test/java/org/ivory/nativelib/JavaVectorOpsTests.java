package org.ivory.nativelib;

/** {@link VectorOpsTestCase} of the twin. */
public class JavaVectorOpsTests extends VectorOpsTestCase {
    @Override
    VectorOps ops() {
        return TestLibrary.twin();
    }
}
