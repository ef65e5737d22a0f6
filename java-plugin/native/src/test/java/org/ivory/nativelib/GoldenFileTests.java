package org.ivory.nativelib;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;

import org.junit.Test;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** The Rust core's golden model file: the library and its twin read it and give it back. */
public class GoldenFileTests {
    /** The centroids that the core's test writes into it. */
    private static final float[] CENTROIDS = {
        1, -2, 0.5f, 0, 100, 4, -2, 2, 0.75f, -50, -2, 1, 0.5f, 0.75f, -20
    };

    private static byte[] golden() throws IOException {
        try (InputStream in = GoldenFileTests.class.getResourceAsStream("/model-v1.ivory")) {
            assertNotNull("the golden file is among the test's resources", in);
            return in.readAllBytes();
        }
    }

    @Test
    public void itIsTheDocumentedFormat() throws IOException {
        assertArrayEquals(golden(), ModelFiles.of(Metric.L2, 5, CENTROIDS));
    }

    @Test
    public void libraryAndTwinReadIt() throws IOException {
        byte[] golden = golden();
        for (VectorOps ops : List.of(TestLibrary.twin(), TestLibrary.ops())) {
            try (CentroidModel model = TestLibrary.open(ops, golden, 50)) {
                assertEquals(Metric.L2, model.metric());
                assertEquals(5, model.dimension());
                assertEquals(3, model.nlist());
                assertEquals(0x1b4a0dc5f19f41bcL, model.fingerprint());
                assertArrayEquals(golden, TestLibrary.file(model));
            }
        }
    }
}
