package org.ivory.lucene.codec;

import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.store.Directory;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.FixedBitSet;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * The same documents through this format and through Lucene's own, with random shapes, deletes,
 * merges and index sorting: readers must not tell one from the other.
 */
public class StockParityTests extends CodecTestCase {

    public void testFlushed() throws IOException {
        check(false, false, false);
    }

    public void testMerged() throws IOException {
        check(true, false, false);
    }

    public void testDeletes() throws IOException {
        check(true, true, false);
    }

    public void testSorted() throws IOException {
        check(true, random().nextBoolean(), true);
    }

    private void check(boolean merge, boolean deletes, boolean sort) throws IOException {
        int dimension = 1 + random().nextInt(4);
        List<ToyModel> toys = new ArrayList<>();
        toys.add(null);
        for (int i = random().nextInt(4); i >= 0; i--) {
            ToyModel model = ToyModel.random(random(), random().nextLong() | 1, dimension);
            toys.add(random().nextInt(4) == 0 ? model : models.add(model));
        }
        long seed = random().nextLong();
        int documents = atLeast(200);
        int buffered = 2 + random().nextInt(merge ? 100 : documents);
        try (Directory mine = newDirectory();
                Directory stock = newDirectory()) {
            for (Directory directory : List.of(mine, stock)) {
                IndexWriterConfig config =
                        predictable(directory == mine ? codec() : stock(), buffered);
                if (sort) {
                    config.setIndexSort(new Sort(new SortField("key", SortField.Type.INT)));
                }
                write(directory, config, new Random(seed), toys, documents, merge, deletes);
            }
            try (DirectoryReader left = DirectoryReader.open(mine);
                    DirectoryReader right = DirectoryReader.open(stock)) {
                assertReaderEquals("random documents", right, left);
                assertReaderEquals("random documents", left, right);
                for (LeafReaderContext leaf : left.leaves()) {
                    navigate(
                            leaf.reader().terms(FIELD),
                            right.leaves().get(leaf.ord).reader().terms(FIELD),
                            leaf.reader().maxDoc());
                }
            }
        }
    }

    private static void write(
            Directory directory,
            IndexWriterConfig config,
            Random random,
            List<ToyModel> toys,
            int documents,
            boolean merge,
            boolean deletes)
            throws IOException {
        int dimension = toys.get(1).dimension();
        boolean others = random.nextBoolean();
        boolean second = random.nextBoolean();
        try (IndexWriter writer = new IndexWriter(directory, config)) {
            for (int id = 0; id < documents; id++) {
                Document document = new Document();
                document.add(new StringField("id", Integer.toString(id), Field.Store.YES));
                document.add(new NumericDocValuesField("key", random.nextInt(50)));
                if (random.nextInt(10) > 0) {
                    addVector(
                            document,
                            FIELD,
                            randomVector(random, dimension),
                            toys.get(random.nextInt(toys.size())));
                }
                if (others) {
                    document.add(new TextField("text", "a b " + id % 7, Field.Store.NO));
                }
                if (second) {
                    addVector(document, "w", randomVector(random, dimension), toys.get(1));
                }
                writer.addDocument(document);
                if (deletes && random.nextInt(3) == 0) {
                    writer.deleteDocuments(new Term("id", "" + random.nextInt(id + 1)));
                }
            }
            if (merge) {
                writer.forceMerge(1 + random.nextInt(2));
            }
        }
    }

    /** Seeks, ords, advances and bulk reads. */
    private static void navigate(Terms mine, Terms stock, int maxDoc) throws IOException {
        if (stock == null) {
            assertNull(mine);
            return;
        }
        assertEquals(stock.getMin(), mine.getMin());
        assertEquals(stock.getMax(), mine.getMax());
        TermsEnum left = mine.iterator();
        TermsEnum right = stock.iterator();
        List<BytesRef> all = new ArrayList<>();
        for (BytesRef term = right.next(); term != null; term = right.next()) {
            all.add(BytesRef.deepCopyOf(term));
        }
        assertEquals(all.size(), mine.size());
        for (int i = 0; i < 200; i++) {
            int ord = random().nextInt(all.size());
            left.seekExact(ord);
            assertEquals(all.get(ord), left.term());
            assertEquals(ord, left.ord());
            BytesRef text = random().nextInt(3) == 0 ? randomText() : mutated(all.get(ord));
            TermsEnum.SeekStatus status = right.seekCeil(text);
            assertEquals(status, left.seekCeil(text));
            if (status != TermsEnum.SeekStatus.END) {
                assertEquals(right.term(), left.term());
                assertEquals(right.docFreq(), left.docFreq());
                assertEquals(right.next(), left.next());
            }
            assertEquals(right.seekExact(text), left.seekExact(text));
            assertTrue(left.seekExact(all.get(ord)) && right.seekExact(all.get(ord)));
            bits(left, right, maxDoc);
        }
    }

    private static void bits(TermsEnum left, TermsEnum right, int maxDoc) throws IOException {
        PostingsEnum mine = left.postings(null, PostingsEnum.NONE);
        PostingsEnum stock = right.postings(null, PostingsEnum.NONE);
        int target = random().nextInt(maxDoc);
        int upTo = target + random().nextInt(maxDoc);
        assertEquals(stock.advance(target), mine.advance(target));
        FixedBitSet expected = new FixedBitSet(2 * maxDoc);
        FixedBitSet actual = new FixedBitSet(2 * maxDoc);
        if (stock.docID() != PostingsEnum.NO_MORE_DOCS) {
            int offset = random().nextInt(stock.docID() + 1);
            stock.intoBitSet(upTo, expected, offset);
            mine.intoBitSet(upTo, actual, offset);
        }
        assertEquals(expected, actual);
        assertEquals(stock.docID(), mine.docID());
    }

    private static BytesRef randomText() {
        byte[] bytes = new byte[random().nextInt(16)];
        random().nextBytes(bytes);
        return new BytesRef(bytes);
    }

    /** A neighbour of a term, a prefix or a continuation of it. */
    private static BytesRef mutated(BytesRef term) {
        BytesRef copy = BytesRef.deepCopyOf(term);
        switch (random().nextInt(5)) {
            case 0 -> copy.bytes[copy.length - 1]++;
            case 1 -> copy.bytes[copy.length - 1]--;
            case 2 -> copy.length = random().nextInt(copy.length);
            case 3 -> {
                byte[] longer = new byte[copy.length + 1];
                System.arraycopy(copy.bytes, 0, longer, 0, copy.length);
                return new BytesRef(longer);
            }
            default -> {}
        }
        return copy;
    }
}
