package org.ivory.lucene;

import org.apache.lucene.tests.util.LuceneTestCase;

public class NprobeDefaultTests extends LuceneTestCase {

    public void testWithinTheModel() {
        for (int nlist : new int[] {1, 2, 7, 8, 9, 100, 1024, 65536}) {
            for (int k : new int[] {0, 1, 10, 10_000, Integer.MAX_VALUE}) {
                for (long documents : new long[] {0, 1, 1000, 1L << 40}) {
                    int cells = NprobeDefault.cells(nlist, k, documents);
                    assertTrue(cells >= Math.min(nlist, 8) && cells <= nlist);
                }
            }
        }
    }

    public void testGrowsWithTheRoot() {
        assertEquals(16, NprobeDefault.cells(16, 10, 1_000_000));
        assertEquals(39, NprobeDefault.cells(256, 10, 1_000_000));
        assertEquals(61, NprobeDefault.cells(1024, 10, 1_000_000));
        assertEquals(96, NprobeDefault.cells(4096, 10, 1_000_000));
    }

    public void testGrowsWithK() {
        // 100 documents a cell: 1,000 hits want 10,000 documents compared
        assertEquals(100, NprobeDefault.cells(1000, 1000, 100_000));
        assertEquals(1000, NprobeDefault.cells(1000, 100_000, 100_000));
    }
}
