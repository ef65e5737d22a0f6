package org.ivory.lucene.codec;

import org.apache.lucene.codecs.Codec;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.store.Directory;
import org.apache.lucene.util.BytesRef;
import org.ivory.lucene.CellTerm;
import org.ivory.lucene.VectorEncoding;
import org.ivory.nativelib.Metric;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Merges bring documents to the field's current model, and copy what they cannot bring. */
public class ReassignmentTests extends CodecTestCase {

    private static final int DIMENSION = 3;

    private final ToyModel old = models.add(new ToyModel(7, DIMENSION, 40, new CodeLayout(9, 1)));
    private final ToyModel current =
            models.add(new ToyModel(-9, DIMENSION, 60, new CodeLayout(5, 2)));
    private Sort sort;

    /** Random documents of no, the old and the current model in segments of random size. */
    private void write(Directory directory, Codec codec, int documents) throws IOException {
        IndexWriterConfig config = predictable(codec, 2 + random().nextInt(50));
        config.setMergePolicy(NoMergePolicy.INSTANCE);
        if (sort != null) {
            config.setIndexSort(sort);
        }
        List<ToyModel> toys = Arrays.asList(null, old, current);
        try (IndexWriter writer = new IndexWriter(directory, config)) {
            for (int id = 0; id < documents; id++) {
                float[] vector =
                        random().nextInt(9) == 0 ? null : randomVector(random(), DIMENSION);
                ToyModel model = toys.get(random().nextInt(toys.size()));
                Document document = document(id, random().nextInt(30), FIELD, vector, model);
                writer.addDocument(document);
                if (random().nextInt(5) == 0) {
                    writer.deleteDocuments(new Term("id", "" + random().nextInt(id + 1)));
                }
            }
        }
    }

    private void merge(Directory directory) throws IOException {
        IndexWriterConfig config = predictable(codec(), 100);
        if (sort != null) {
            config.setIndexSort(sort);
        }
        try (IndexWriter writer = new IndexWriter(directory, config)) {
            writer.addDocument(document(1_000_000, 0, FIELD, null, null));
            writer.forceMerge(1);
        }
        for (String file : directory.listAll()) {
            assertFalse(file, file.endsWith(".tmp"));
        }
    }

    /** Of each live document its term and payload, by id; checked to be at most one. */
    private static Map<String, String> terms(Directory directory) throws IOException {
        Map<String, String> all = new HashMap<>();
        try (DirectoryReader reader = DirectoryReader.open(directory)) {
            for (LeafReaderContext context : reader.leaves()) {
                LeafReader leaf = context.reader();
                Terms terms = leaf.terms(FIELD);
                if (terms == null) {
                    continue;
                }
                TermsEnum iterator = terms.iterator();
                while (iterator.next() != null) {
                    PostingsEnum postings = iterator.postings(null, PostingsEnum.PAYLOADS);
                    while (postings.nextDoc() != PostingsEnum.NO_MORE_DOCS) {
                        int doc = postings.docID();
                        if (leaf.getLiveDocs() != null && !leaf.getLiveDocs().get(doc)) {
                            continue;
                        }
                        assertEquals(0, postings.nextPosition());
                        String text = iterator.term() + " " + postings.getPayload();
                        String id = leaf.storedFields().document(doc).get("id");
                        assertNull(all.put(id, text));
                    }
                }
            }
        }
        return all;
    }

    /** What the model says of each live document's vector. */
    private static Map<String, String> expected(Directory directory, ToyModel model)
            throws IOException {
        Map<String, String> all = new HashMap<>();
        try (DirectoryReader reader = DirectoryReader.open(directory)) {
            for (LeafReaderContext context : reader.leaves()) {
                LeafReader leaf = context.reader();
                BinaryDocValues values = leaf.getBinaryDocValues(FIELD);
                while (values != null && values.nextDoc() != BinaryDocValues.NO_MORE_DOCS) {
                    int doc = values.docID();
                    if (leaf.getLiveDocs() != null && !leaf.getLiveDocs().get(doc)) {
                        continue;
                    }
                    float[] vector =
                            VectorEncoding.decode(Metric.L2, DIMENSION, values.binaryValue());
                    byte[] code = model.code(vector);
                    all.put(
                            leaf.storedFields().document(doc).get("id"),
                            CellTerm.encode(model.fingerprint(), model.cell(vector))
                                    + " "
                                    + (code == null ? null : new BytesRef(code)));
                }
            }
        }
        return all;
    }

    private void checkReassigned(Codec written) throws IOException {
        try (Directory directory = newDirectory()) {
            write(directory, written, atLeast(300));
            models.current.put(FIELD, current.fingerprint());
            if (random().nextBoolean()) {
                models.models.remove(old.fingerprint()); // not needed any more
            }
            merge(directory);
            Map<String, String> terms = terms(directory);
            assertFalse(terms.isEmpty());
            assertEquals(expected(directory, current), terms);
            try (DirectoryReader reader = DirectoryReader.open(directory)) {
                CellTerms cells = cells(reader.leaves().get(0).reader(), FIELD);
                assertArrayEquals(new long[] {current.fingerprint()}, cells.fingerprints());
                assertEquals(current.layout(), cells.regions().get(0).header().layout());
            }
        }
    }

    public void testReassigned() throws IOException {
        checkReassigned(codec());
    }

    public void testReassignedSorted() throws IOException {
        sort = new Sort(new SortField("key", SortField.Type.INT));
        checkReassigned(codec());
    }

    public void testFromAnotherFormat() throws IOException {
        checkReassigned(stock());
    }

    /** What is current is copied, not assigned again. */
    public void testCurrentIsCopied() throws IOException {
        try (Directory directory = newDirectory()) {
            write(directory, codec(), 200);
            models.current.put(FIELD, current.fingerprint());
            merge(directory);
            int encoded = current.encoded.get();
            assertTrue(encoded > 0);
            merge(directory);
            assertEquals(encoded, current.encoded.get());
        }
    }

    /** Whatever goes wrong with a model, a merge copies. */
    public void testFaultsDoNotFailMerges() throws IOException {
        List<Runnable> faults = new ArrayList<>();
        faults.add(() -> {}); // no current model
        faults.add(() -> models.current.put(FIELD, 12345L)); // one that this node has not
        faults.add(() -> {
            current.fault = new IllegalStateException("on purpose");
            models.current.put(FIELD, current.fingerprint());
        });
        faults.add( // of another dimension
                () -> {
                    models.add(new ToyModel(99, DIMENSION + 1, 5, new CodeLayout(3, 0)));
                    models.current.put(FIELD, 99L);
                });
        for (Runnable fault : faults) {
            try (Directory directory = newDirectory()) {
                models.current.clear();
                write(directory, codec(), 200);
                Map<String, String> before = terms(directory);
                fault.run();
                merge(directory);
                assertEquals(before, terms(directory));
            }
        }
    }

    /** Layouts of codes stay when the node that merges has no model. */
    public void testLayoutIsKeptWithoutModel() throws IOException {
        try (Directory directory = newDirectory()) {
            write(directory, codec(), 200);
            models.models.clear();
            merge(directory);
            try (DirectoryReader reader = DirectoryReader.open(directory)) {
                for (Region region : cells(reader.leaves().get(0).reader(), FIELD).regions()) {
                    long fingerprint = region.header().fingerprint();
                    CodeLayout layout = CodeLayout.NONE;
                    if (fingerprint != CellTerm.UNASSIGNED) {
                        layout = (fingerprint == 7 ? old : current).layout();
                    }
                    assertEquals(layout, region.header().layout());
                }
            }
        }
    }
}
