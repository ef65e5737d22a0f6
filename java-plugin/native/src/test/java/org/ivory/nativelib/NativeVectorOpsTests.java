package org.ivory.nativelib;

/** {@link VectorOpsTestCase} of the library. */
public class NativeVectorOpsTests extends VectorOpsTestCase {
    @Override
    VectorOps ops() {
        return TestLibrary.ops();
    }
}
