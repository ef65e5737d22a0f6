package org.ivory.nativelib;

import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;
import static org.junit.Assume.assumeFalse;

import org.junit.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Memory that cannot be had is an exception, and the process goes on. */
public class MemoryTests {
    /**
     * Loaders of the largest file reserve their bytes, 4 GiB each, without touching them: at the
     * latest the address space of 47 bits is used up after 32,768 of them. Where the kernel gives
     * huge pages unasked, the few bytes that the allocator notes of each would take 2 MiB.
     */
    @Test
    public void refusedMemoryIsAnException() throws IOException {
        Path pages = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");
        assumeFalse(Files.exists(pages) && Files.readString(pages).contains("[always]"));
        VectorOps ops = TestLibrary.ops();
        List<ModelLoader> loaders = new ArrayList<>();
        try {
            var e =
                    assertThrows(
                            NativeMemoryException.class,
                            () -> {
                                while (loaders.size() < 40_000) {
                                    loaders.add(ops.loadModel(JavaModelFile.LONGEST));
                                }
                            });
            assertTrue(e.getMessage(), e.getMessage().contains("memory"));
        } finally {
            loaders.forEach(ModelLoader::close);
        }
        ops.loadModel(JavaModelFile.LONGEST).close();
        try (CentroidModel model = TestLibrary.train(Metric.L2, 4, 3, 100)) {
            model.assign(new float[4], 1, new int[1]);
        }
    }
}
