package org.ivory.lucene;

import org.apache.lucene.document.Document;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.ivory.nativelib.Metric;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Errors are measured once, by whoever comes, and seen when all are there. */
public class CellErrorsTests extends VectorTestCase {

    private static final int CELLS = 97;

    private static SegmentCells cells(int documents) throws IOException {
        try (Directory directory = new ByteBuffersDirectory()) {
            try (IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig())) {
                for (int i = 0; i < documents; i++) {
                    Document document = new Document();
                    int cell = 2 * (i % CELLS);
                    VectorFields.add(document::add, "vector", Metric.L2, new float[1], FIRST, cell);
                    writer.addDocument(document);
                }
                writer.forceMerge(1);
            }
            try (DirectoryReader reader = DirectoryReader.open(directory)) {
                return SegmentCells.read(reader.leaves().get(0).reader(), "vector");
            }
        }
    }

    public void testCutsHoldAboutAsManyDocuments() throws IOException {
        SegmentCells cells = cells(CELLS * 10);
        assertArrayEquals(new int[] {0, CELLS}, cells.cut(FIRST, 10_000));
        assertArrayEquals(new int[] {0, 48, 96, CELLS}, cells.cut(FIRST, 489));
        assertArrayEquals(new int[] {0, 49, CELLS}, cells.cut(FIRST, 490));
        int[] each = cells.cut(FIRST, 1);
        assertEquals(CELLS + 1, each.length);
        assertEquals(CELLS, each[CELLS]);
        assertArrayEquals(new int[] {0, 0}, cells.cut(SECOND, 10));
    }

    public void testThreadsShareTheWork() throws Exception {
        CellErrors errors = new CellErrors(cells(7_000), FIRST);
        assertEquals(CELLS, errors.cells());
        CellErrors.Share first = errors.take();
        assertTrue(first.to() < CELLS);
        errors.giveBack(first);
        ExecutorService executor = Executors.newFixedThreadPool(4);
        try {
            List<Callable<Integer>> tasks = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                tasks.add(() -> {
                    int shares = 0;
                    for (CellErrors.Share share = errors.take();
                            share != null;
                            share = errors.take(), shares++) {
                        assertNull("one is missing", errors.complete());
                        float[] measured = new float[CELLS];
                        Arrays.fill(measured, -1);
                        for (int at = share.from(); at < share.to(); at++) {
                            measured[at] = at;
                        }
                        errors.put(share, measured);
                    }
                    return shares;
                });
            }
            int shares = 0;
            for (Future<Integer> future : executor.invokeAll(tasks)) {
                shares += future.get();
            }
            assertEquals(4, shares);
        } finally {
            executor.shutdown();
        }
        float[] complete = errors.complete();
        for (int at = 0; at < CELLS; at++) {
            assertEquals(at, complete[at], 0f);
        }
    }

    /** Where they are of no use they are tried less and less, but tried. */
    public void testErrorsOfNoUseRest() throws Exception {
        CellErrors errors = new CellErrors(cells(200), FIRST);
        assertFalse("not measured", errors.areWorthIt());
        errors.put(errors.take(), new float[CELLS]);
        for (int rest : new int[] {2, 4, 8, 16, 32, 64, 64}) {
            assertTrue(errors.areWorthIt());
            assertTrue("asking changes nothing", errors.areWorthIt());
            errors.tell(false);
            for (int i = 0; i < rest; i++) {
                assertFalse(errors.areWorthIt());
            }
        }
        errors.tell(true);
        assertTrue(errors.areWorthIt());
        errors.tell(false);
        assertFalse(errors.areWorthIt());
    }
}
