package org.ivory.lucene;

import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.IntPoint;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.tests.index.RandomIndexWriter;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;
import org.ivory.lucene.codec.IvoryDocValuesFormat;
import org.ivory.nativelib.Metric;
import org.ivory.nativelib.VectorOps;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;

/** A random index beside a plain list of what is in it. */
final class TestIndex implements Closeable {

    static final String FIELD = "vector";

    /** A document; without a vector if that is null. */
    record Doc(int id, float[] vector, long fingerprint, int cell) {}

    /** A document that a query should find. */
    record Hit(int doc, int id, float raw) {}

    final Metric metric;
    final int dimension;
    final Map<Integer, Doc> docs = new LinkedHashMap<>();
    private final Random random;
    private final Directory directory;
    private final RandomIndexWriter writer;
    private DirectoryReader reader;

    TestIndex(Random random, Metric metric, int dimension) throws IOException {
        this(random, metric, dimension, random.nextBoolean());
    }

    /**
     * @param mapped whether vectors are sure to be readable in place
     */
    TestIndex(Random random, Metric metric, int dimension, boolean mapped) throws IOException {
        this.random = random;
        this.metric = metric;
        this.dimension = dimension;
        // Only where nothing wraps the files can their vectors be read in place.
        directory =
                mapped || random.nextBoolean()
                        ? new MMapDirectory(LuceneTestCase.createTempDir())
                        : LuceneTestCase.newDirectory(random);
        IndexWriterConfig config = LuceneTestCase.newIndexWriterConfig(random, null);
        if (mapped || random.nextBoolean()) {
            config.setCodec(TestUtil.alwaysDocValuesFormat(new IvoryDocValuesFormat()));
        }
        if (random.nextInt(4) == 0) {
            config.setIndexSort(new Sort(new SortField("order", SortField.Type.LONG)));
        }
        writer = new RandomIndexWriter(random, directory, config);
    }

    /** Adds or replaces a document. */
    void put(int id, float[] vector, ReferenceModel model) throws IOException {
        long fingerprint = model == null ? CellTerm.UNASSIGNED : model.fingerprint();
        int cell = model == null || vector == null ? 0 : model.cellOf(vector);
        Document document = new Document();
        document.add(new StringField("key", Integer.toString(id), Field.Store.NO));
        document.add(new NumericDocValuesField("id", id));
        document.add(new IntPoint("id", id));
        document.add(new NumericDocValuesField("order", random.nextInt(100)));
        if (vector != null) {
            BytesRef code = model == null ? null : model.code(vector);
            VectorFields.add(document::add, FIELD, metric, vector, fingerprint, cell, code);
        }
        if (docs.containsKey(id)) {
            writer.updateDocument(new Term("key", Integer.toString(id)), document);
        } else {
            writer.addDocument(document);
        }
        docs.put(id, new Doc(id, vector, fingerprint, cell));
    }

    void delete(int id) throws IOException {
        writer.deleteDocuments(new Term("key", Integer.toString(id)));
        docs.remove(id);
    }

    /**
     * Adds documents, updates and deletes some of them, and makes segments as it goes.
     *
     * @param withVector share of documents with a vector
     * @param deleted share of documents deleted or replaced
     * @param models chosen from at random; null stands for none
     */
    void fill(int count, double withVector, double deleted, ReferenceModel... models)
            throws IOException {
        int next = docs.size();
        for (int i = 0; i < count; i++) {
            put(next + i, vector(withVector), models[random.nextInt(models.length)]);
            if (random.nextInt(Math.max(2, count / 4)) == 0) {
                writer.commit();
            }
        }
        for (int id : List.copyOf(docs.keySet())) {
            if (random.nextDouble() < deleted) {
                if (random.nextBoolean()) {
                    delete(id);
                } else {
                    put(id, vector(withVector), models[random.nextInt(models.length)]);
                }
            }
        }
    }

    private float[] vector(double withVector) {
        return random.nextDouble() < withVector ? TestVectors.random(random, dimension) : null;
    }

    void flush() throws IOException {
        writer.flush();
    }

    void merge() throws IOException {
        writer.forceMerge(1);
    }

    DirectoryReader reader() throws IOException {
        if (reader != null) {
            reader.close();
        }
        reader = writer.getReader();
        return reader;
    }

    /** A filter for documents with certain ids. */
    static Query ids(List<Integer> ids) {
        return IntPoint.newSetQuery("id", ids);
    }

    /** All documents of the reader with a vector that pass, nearest first. */
    List<Hit> nearest(VectorOps ops, float[] query, Predicate<Doc> passing) throws IOException {
        List<Hit> hits = new ArrayList<>();
        for (LeafReaderContext leaf : reader.leaves()) {
            Bits live = leaf.reader().getLiveDocs();
            NumericDocValues ids = leaf.reader().getNumericDocValues("id");
            for (int doc = 0; doc < leaf.reader().maxDoc(); doc++) {
                if (live != null && !live.get(doc) || !ids.advanceExact(doc)) {
                    continue;
                }
                Doc source = docs.get((int) ids.longValue());
                if (source.vector != null && passing.test(source)) {
                    float raw = TestVectors.raw(ops, metric, query, source.vector);
                    hits.add(new Hit(leaf.docBase + doc, source.id, raw));
                }
            }
        }
        Comparator<Hit> nearer = Comparator.comparing(Hit::raw);
        hits.sort((metric == Metric.L2 ? nearer : nearer.reversed()).thenComparing(Hit::doc));
        return hits;
    }

    @Override
    public void close() throws IOException {
        if (reader != null) {
            reader.close();
        }
        writer.close();
        directory.close();
    }
}
