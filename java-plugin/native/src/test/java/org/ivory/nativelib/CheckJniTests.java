package org.ivory.nativelib;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

import java.util.List;
import java.util.Map;

/** The tests of the boundary once more, in a JVM that watches every JNI call. */
public class CheckJniTests {
    @Rule public final TemporaryFolder folder = new TemporaryFolder();

    @Test(timeout = 600_000)
    public void nothingIsReported() throws Exception {
        List<String> output =
                ChildJvm.run(
                        folder.getRoot().toPath(),
                        Map.of(),
                        List.of("-Xcheck:jni", "-XX:+PrintFlagsFinal"),
                        BoundaryTests.class,
                        ScanBoundaryTests.class,
                        CodeParityTests.class,
                        ConcurrencyTests.class,
                        ModelFileTests.class,
                        NativeModelTests.class,
                        NativeVectorOpsTests.class,
                        ParityTests.class,
                        TrainerTests.class);
        assertTrue(
                "the watch is on",
                output.stream().anyMatch(line -> line.matches(".* CheckJNICalls +=? *true .*")));
        assertEquals(List.of(), complaints(output));
    }

    /** The words with which HotSpot complains (its sources: jniCheck.cpp). */
    @Test
    public void complaintsAreRecognised() {
        List<String> lines =
                List.of(
                        "WARNING: Using incubator modules: jdk.incubator.vector",
                        "WARNING in native method: JNI call made without checking exceptions",
                        "FATAL ERROR in native method: Bad global or local ref passed to JNI",
                        "WARNING: JNI local refs: 33, exceeds capacity: 32");
        assertEquals(lines.subList(1, 4), complaints(lines));
    }

    private static List<String> complaints(List<String> output) {
        return output.stream()
                .filter(line ->
                        line.contains("in native method:") || line.contains("JNI local refs"))
                .toList();
    }
}
