package org.ivory.lucene;

import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.codecs.PostingsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.IntPoint;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.join.BitSetProducer;
import org.apache.lucene.search.join.QueryBitSetProducer;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.NamedThreadFactory;
import org.ivory.lucene.codec.CodecModels;
import org.ivory.lucene.codec.IvoryDocValuesFormat;
import org.ivory.lucene.codec.IvoryPostingsFormat;
import org.ivory.nativelib.CentroidModel;
import org.ivory.nativelib.EncoderSpec;
import org.ivory.nativelib.Metric;
import org.ivory.nativelib.Trainer;
import org.ivory.nativelib.TrainingParameters;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** An exact search that leaves vectors out by their codes finds what comparing all finds. */
public class CodeBoundsTests extends VectorTestCase {

    private static final int DIMENSION = 12;
    private static final int DOCUMENTS = 2_400;
    private static final int CLUSTERS = 40;
    private static final String FIELD = TestIndex.FIELD;
    private static final Query PARENTS = new TermQuery(new Term("kind", "parent"));

    private final List<float[]> centers = new ArrayList<>();
    private final List<CentroidModel> owned = new ArrayList<>();
    private ExecutorService executor;
    private Directory directory;
    private DirectoryReader reader;

    @Override
    public void setUp() throws Exception {
        super.setUp();
        ops = TestVectors.nativeOps();
        assumeTrue("codes are read in place by the native library", ops != null);
        executor = Executors.newFixedThreadPool(2, new NamedThreadFactory("bounds"));
        for (int i = 0; i < CLUSTERS; i++) {
            centers.add(TestVectors.random(random(), DIMENSION));
        }
    }

    @Override
    public void tearDown() throws Exception {
        if (executor != null) {
            executor.shutdown();
        }
        owned.forEach(CentroidModel::close);
        super.tearDown();
    }

    /** A vector near one of the centers; some of them again and again, so that there are ties. */
    private float[] vector() {
        float[] vector = centers.get(random().nextInt(CLUSTERS)).clone();
        if (random().nextInt(8) > 0) {
            for (int i = 0; i < DIMENSION; i++) {
                vector[i] += 0.3f * (random().nextFloat() - 0.5f);
            }
        }
        return vector;
    }

    private CentroidModel train(Metric metric, String encoder, int parameter) {
        float[] sample = new float[500 * DIMENSION];
        for (int i = 0; i < 500; i++) {
            System.arraycopy(vector(), 0, sample, i * DIMENSION, DIMENSION);
        }
        EncoderSpec spec = new EncoderSpec(encoder, parameter);
        long seed = random().nextLong();
        try (Trainer trainer =
                ops.train(new TrainingParameters(metric, DIMENSION, 20, seed, 3, 500, 1, spec))) {
            trainer.add(sample, 500);
            CentroidModel model = trainer.run();
            owned.add(model);
            models.put(model.fingerprint(), model);
            return model;
        }
    }

    private IndexWriterConfig config() {
        CodecModels known =
                new CodecModels() {
                    @Override
                    public CentroidModel acquire(long fingerprint) {
                        return environment().models().acquire(fingerprint);
                    }

                    @Override
                    public CentroidModel current(String field) {
                        return null;
                    }
                };
        PostingsFormat postings = new IvoryPostingsFormat(known);
        DocValuesFormat values = new IvoryDocValuesFormat();
        Codec codec =
                new Lucene104Codec() {
                    @Override
                    public PostingsFormat getPostingsFormatForField(String field) {
                        return field.equals(FIELD)
                                ? postings
                                : super.getPostingsFormatForField(field);
                    }

                    @Override
                    public DocValuesFormat getDocValuesFormatForField(String field) {
                        return field.equals(FIELD)
                                ? values
                                : super.getDocValuesFormatForField(field);
                    }
                };
        return new IndexWriterConfig().setCodec(codec).setMergePolicy(NoMergePolicy.INSTANCE);
    }

    /**
     * Writes an index of families: some children with vectors, and their parent.
     *
     * @param share of the children that have one
     * @param segments about so many
     */
    private void index(Metric metric, double share, int segments, List<CentroidModel> chosen)
            throws IOException {
        directory = new MMapDirectory(createTempDir());
        try (IndexWriter writer = new IndexWriter(directory, config())) {
            List<Document> family = new ArrayList<>();
            for (int id = 0; id < DOCUMENTS; id++) {
                Document child = new Document();
                child.add(new IntPoint("id", id));
                child.add(new StringField("key", Integer.toString(id % 50), Field.Store.NO));
                if (random().nextDouble() < share) {
                    add(child, metric, chosen.get(random().nextInt(chosen.size())));
                }
                family.add(child);
                if (random().nextInt(3) == 0 || id == DOCUMENTS - 1) {
                    Document parent = new Document();
                    parent.add(new StringField("kind", "parent", Field.Store.NO));
                    family.add(parent);
                    writer.addDocuments(family);
                    family.clear();
                }
                if (id % (DOCUMENTS / segments) == DOCUMENTS / segments - 1) {
                    writer.flush();
                }
            }
            writer.commit();
            writer.deleteDocuments(new Term("key", Integer.toString(random().nextInt(50))));
            writer.commit();
            reader = DirectoryReader.open(directory);
        }
    }

    private void add(Document document, Metric metric, CentroidModel model) {
        float[] vector = vector();
        int[] cells = new int[1];
        byte[] code = new byte[model.codeLength()];
        model.encode(VectorEncoding.normalised(metric, vector), 1, cells, code);
        BytesRef payload = new BytesRef(code);
        long fingerprint = model.fingerprint();
        VectorFields.add(document::add, FIELD, metric, vector, fingerprint, cells[0], payload);
    }

    private void closeIndex() throws IOException {
        reader.close();
        directory.close();
    }

    private VectorQuerySpec exact(
            Metric metric, Query filter, Float limit, BitSetProducer parents) {
        int k = 1 + random().nextInt(20);
        return new VectorQuerySpec(
                FIELD, DIMENSION, metric, vector(), k, 0, filter, limit, true, parents);
    }

    /**
     * Compares what is found by bounds with what is found without.
     *
     * @return vectors skipped
     */
    private long check(VectorQuerySpec spec) throws IOException {
        IndexSearcher searcher =
                random().nextBoolean()
                        ? new IndexSearcher(reader)
                        : new IndexSearcher(reader, executor);
        searcher.setQueryCache(null);
        Query plain = new TopKQuery(spec, environment(), Integer.MAX_VALUE);
        long before = counters.snapshot().vectorsSkipped();
        ScoreDoc[] expected = searcher.search(plain, spec.k()).scoreDocs;
        assertEquals(before, counters.snapshot().vectorsSkipped());
        TopKQuery bounded = new TopKQuery(spec, environment(), 0);
        ScoreDoc[] found = searcher.search(bounded, spec.k()).scoreDocs;
        assertEquals("hits of " + spec, expected.length, found.length);
        for (int i = 0; i < found.length; i++) {
            assertEquals("document " + i + " of " + spec, expected[i].doc, found[i].doc);
            assertEquals("score " + i + " of " + spec, expected[i].score, found[i].score, 0f);
        }
        long skipped = counters.snapshot().vectorsSkipped() - before;
        assertTrue(bounded.toString(FIELD).contains("vectors_skipped=" + skipped + "]"));
        return skipped;
    }

    private long checkAll(Metric metric) throws IOException {
        BitSetProducer parents = new QueryBitSetProducer(PARENTS);
        Query many = IntPoint.newRangeQuery("id", DOCUMENTS / 10, DOCUMENTS);
        Query few = IntPoint.newRangeQuery("id", 0, DOCUMENTS / 400);
        float limit = metric == Metric.L2 ? 0.4f : metric == Metric.COSINE ? 0.97f : 60f;
        long skipped = 0;
        for (int i = 0; i < 4; i++) {
            skipped += check(exact(metric, null, null, null));
            skipped += check(exact(metric, many, null, null));
            skipped += check(exact(metric, null, limit, null));
            skipped += check(exact(metric, null, null, parents));
            skipped += check(exact(metric, many, limit, parents));
            assertEquals("they are compared", 0, check(exact(metric, few, null, null)));
        }
        return skipped;
    }

    public void testTheHitsAreThoseOfComparingAll() throws IOException {
        for (Metric metric : Metric.values()) {
            for (String encoder : new String[] {"pq", "sq"}) {
                int parameter = encoder.equals("pq") ? 2 : random().nextBoolean() ? 4 : 8;
                List<CentroidModel> chosen = new ArrayList<>();
                chosen.add(train(metric, encoder, parameter));
                if (random().nextBoolean()) {
                    chosen.add(train(metric, "sq", 8));
                }
                double share = random().nextBoolean() ? 1 : 0.7;
                index(metric, share, 1 + random().nextInt(3), chosen);
                try {
                    assertEquals("not measured yet", 0, check(exact(metric, null, null, null)));
                    long skipped = checkAll(metric);
                    assertTrue(metric + " " + encoder + ": " + skipped, skipped > DOCUMENTS);
                } finally {
                    closeIndex();
                }
            }
        }
    }

    /** Codes that stand for no vector, and segments with documents that have no code at all. */
    public void testWhereThereAreNoBoundsAllAreCompared() throws IOException {
        for (boolean lost : new boolean[] {false, true}) {
            CentroidModel model = train(Metric.L2, lost ? "pq" : "rabitq", lost ? 2 : 4);
            index(Metric.L2, 1, 2, List.of(model));
            if (lost) {
                models.remove(model.fingerprint());
            }
            try {
                assertEquals(0, checkAll(Metric.L2));
            } finally {
                closeIndex();
            }
        }
    }

    /** A query whose numbers say nothing, and a search that was cancelled while it measured. */
    public void testHostileQueriesAndCancellation() throws IOException {
        index(Metric.L2, 0.9, 1, List.of(train(Metric.L2, "sq", 8)));
        try {
            AtomicInteger calls = new AtomicInteger(1 + random().nextInt(3));
            cancellation =
                    () -> {
                        if (calls.decrementAndGet() == 0) {
                            throw new CancellationException("enough");
                        }
                    };
            VectorQuerySpec spec = exact(Metric.L2, null, null, null);
            Query query = new TopKQuery(spec, environment(), 0);
            expectThrows(
                    CancellationException.class,
                    () -> new IndexSearcher(reader).search(query, spec.k()));
            cancellation = () -> {};
            check(spec); // one share a search
            check(spec);
            assertTrue("measured in spite of it", check(exact(Metric.L2, null, null, null)) > 0);
            float[] far = new float[DIMENSION];
            far[0] = Float.MAX_VALUE;
            assertEquals(0, check(spec(far)));
            far[0] = 1e12f;
            assertEquals(0, check(spec(far)));
        } finally {
            closeIndex();
        }
    }

    private VectorQuerySpec spec(float[] vector) {
        return new VectorQuerySpec(
                FIELD, DIMENSION, Metric.L2, vector, 5, 0, null, null, true, null);
    }
}
