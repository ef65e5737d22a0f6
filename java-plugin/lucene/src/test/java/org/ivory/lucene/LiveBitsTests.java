package org.ivory.lucene;

import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.FixedBitSet;
import org.ivory.nativelib.Metric;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Bits of documents outside the heap: right, kept as long as their reader, accounted for. */
public class LiveBitsTests extends VectorTestCase {

    private final AtomicLong used = new AtomicLong();
    private long limit = Long.MAX_VALUE;

    private MemoryAccount.Grant request(long bytes) {
        if (used.get() + bytes > limit) {
            return null;
        }
        used.addAndGet(bytes);
        return () -> used.addAndGet(-bytes);
    }

    private static void assertBits(Bits expected, MemorySegment words) {
        for (int doc = 0; doc < expected.length(); doc++) {
            long word = words.getAtIndex(ValueLayout.JAVA_LONG, doc >> 6);
            assertEquals("document " + doc, expected.get(doc), (word >>> doc & 1) != 0);
        }
        assertEquals(FixedBitSet.bits2words(expected.length()) * 8L, words.byteSize());
    }

    public void testLiveDocumentsAreKeptWithTheirReader() throws IOException {
        int before = LiveBits.size();
        try (TestIndex index = new TestIndex(random(), Metric.L2, 3)) {
            index.fill(atLeast(100), 1, 0.3, (ReferenceModel) null);
            DirectoryReader reader = index.reader();
            int withDeletions = 0;
            for (int round = 0; round < 2; round++) {
                withDeletions = 0;
                List<FixedBitSet> none = Collections.nCopies(reader.leaves().size(), null);
                try (CandidateBits bits = new CandidateBits(reader.leaves(), none, this::request)) {
                    for (LeafReaderContext leaf : reader.leaves()) {
                        Bits live = leaf.reader().getLiveDocs();
                        assertSame(live, bits.bits(leaf.ord));
                        if (live == null) {
                            assertNull(bits.words(leaf.ord));
                        } else {
                            assertBits(live, bits.words(leaf.ord));
                            withDeletions++;
                        }
                    }
                }
            }
            assertEquals(before + withDeletions, LiveBits.size());
            assertEquals(withDeletions > 0, used.get() > 0);
        }
        assertEquals(before, LiveBits.size());
        assertEquals(0, used.get());
    }

    public void testWithoutMemoryTheyAreCopied() throws IOException {
        int before = LiveBits.size();
        limit = 0;
        try (TestIndex index = new TestIndex(random(), Metric.L2, 3)) {
            index.fill(atLeast(100), 1, 0.5, (ReferenceModel) null);
            DirectoryReader reader = index.reader();
            List<FixedBitSet> none = Collections.nCopies(reader.leaves().size(), null);
            try (CandidateBits bits = new CandidateBits(reader.leaves(), none, this::request)) {
                for (LeafReaderContext leaf : reader.leaves()) {
                    if (leaf.reader().getLiveDocs() != null) {
                        assertBits(leaf.reader().getLiveDocs(), bits.words(leaf.ord));
                    }
                }
            }
            assertEquals(before, LiveBits.size());
        }
    }

    public void testFilters() throws IOException {
        try (TestIndex index = new TestIndex(random(), Metric.L2, 3)) {
            index.fill(atLeast(100), 1, 0.3, (ReferenceModel) null);
            DirectoryReader reader = index.reader();
            List<FixedBitSet> passing = new ArrayList<>();
            for (LeafReaderContext leaf : reader.leaves()) {
                FixedBitSet some = new FixedBitSet(leaf.reader().maxDoc());
                for (int doc = 0; doc < some.length(); doc++) {
                    if (random().nextInt(3) == 0) {
                        some.set(doc);
                    }
                }
                passing.add(some);
            }
            try (CandidateBits bits = new CandidateBits(reader.leaves(), passing, this::request)) {
                for (int leaf = 0; leaf < passing.size(); leaf++) {
                    assertSame(passing.get(leaf), bits.bits(leaf));
                    assertBits(passing.get(leaf), bits.words(leaf));
                    assertSame(bits.words(leaf), bits.words(leaf));
                }
            }
            assertEquals(0, used.get());
        }
    }
}
