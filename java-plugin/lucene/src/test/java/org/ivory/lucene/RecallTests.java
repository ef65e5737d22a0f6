package org.ivory.lucene;

import org.apache.lucene.document.Document;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;
import org.ivory.nativelib.CentroidModel;
import org.ivory.nativelib.Metric;
import org.ivory.nativelib.Trainer;
import org.ivory.nativelib.TrainingParameters;
import org.ivory.nativelib.VectorOps;

import java.io.IOException;
import java.util.Random;

/**
 * How many of the true neighbours a probe finds, with cells that the native library trained: on
 * segments as they were flushed and on one merged segment, with and without deletions and filters.
 * The vectors are drawn about 200 centres with a fixed seed, so the figures do not vary.
 */
public class RecallTests extends LuceneTestCase {

    private static final String FIELD = "vector";
    private static final int COUNT = 6000;
    private static final int DIMENSION = 16;
    private static final int NLIST = 64;
    private static final int QUERIES = 50;
    private static final int K = 10;

    private VectorOps ops;
    private CentroidModel model;
    private Metric metric;
    private float[][] vectors;
    private float[][] queries;

    @Override
    public void setUp() throws Exception {
        super.setUp();
        ops = TestVectors.nativeOps();
        assumeTrue("training needs the native library", ops != null);
        metric = randomMetric();
        Random fixed = new Random(17);
        float[][] centres = new float[200][];
        for (int i = 0; i < centres.length; i++) {
            centres[i] = gaussian(fixed, new float[DIMENSION], 1f);
        }
        vectors = new float[COUNT][];
        for (int i = 0; i < COUNT; i++) {
            vectors[i] = gaussian(fixed, centres[fixed.nextInt(centres.length)], 0.4f);
        }
        queries = new float[QUERIES][];
        for (int i = 0; i < QUERIES; i++) {
            queries[i] = gaussian(fixed, centres[fixed.nextInt(centres.length)], 0.4f);
        }
        try (Trainer trainer =
                ops.train(new TrainingParameters(metric, DIMENSION, NLIST, 3, 10, COUNT, 1))) {
            for (float[] vector : vectors) {
                trainer.add(vector, 1);
            }
            model = trainer.run();
        }
    }

    @Override
    public void tearDown() throws Exception {
        if (model != null) {
            model.close();
        }
        super.tearDown();
    }

    private static Metric randomMetric() {
        return Metric.values()[random().nextInt(Metric.values().length)];
    }

    private static float[] gaussian(Random random, float[] centre, float deviation) {
        float[] vector = new float[DIMENSION];
        for (int i = 0; i < DIMENSION; i++) {
            vector[i] = centre[i] + deviation * (float) random.nextGaussian();
        }
        return vector;
    }

    private VectorQuerySpec spec(float[] query, int nprobe, boolean exact) {
        return new VectorQuerySpec(
                FIELD, DIMENSION, metric, query, K, nprobe, null, null, exact, null);
    }

    /** The share of true neighbours found, by score, since there may be ties. */
    private double recall(DirectoryReader reader, int nprobe) throws IOException {
        SearchEnvironment environment =
                new SearchEnvironment(
                        ops,
                        fingerprint ->
                                fingerprint == model.fingerprint() && model.tryAcquire()
                                        ? model
                                        : null,
                        new SearchCounters(),
                        () -> {});
        IndexSearcher searcher = newSearcher(reader);
        int found = 0;
        for (float[] query : queries) {
            ScoreDoc[] truth =
                    searcher.search(VectorQueries.create(spec(query, 0, true), environment), K)
                            .scoreDocs;
            ScoreDoc[] hits =
                    searcher.search(
                                    VectorQueries.create(spec(query, nprobe, false), environment),
                                    K)
                            .scoreDocs;
            assertEquals(K, truth.length);
            assertEquals(K, hits.length);
            for (ScoreDoc hit : hits) {
                found += hit.score >= truth[K - 1].score ? 1 : 0;
            }
        }
        return (double) found / (QUERIES * K);
    }

    public void testRecall() throws IOException {
        IndexWriterConfig config = new IndexWriterConfig(null);
        config.setCodec(TestUtil.getDefaultCodec());
        config.setMergePolicy(NoMergePolicy.INSTANCE);
        try (Directory directory = newDirectory()) {
            try (IndexWriter writer = new IndexWriter(directory, config)) {
                int[] cell = new int[1];
                for (int i = 0; i < COUNT; i++) {
                    model.assign(VectorEncoding.normalised(metric, vectors[i]), 1, cell);
                    Document document = new Document();
                    VectorFields.add(
                            document::add, FIELD, metric, vectors[i], model.fingerprint(), cell[0]);
                    writer.addDocument(document);
                    if (i % 500 == 499) {
                        writer.commit();
                    }
                }
            }
            double flushed = check(directory, 12);
            try (IndexWriter writer =
                    new IndexWriter(
                            directory,
                            new IndexWriterConfig(null).setCodec(TestUtil.getDefaultCodec()))) {
                writer.forceMerge(1);
            }
            assertEquals("merging changes nothing", flushed, check(directory, 1), 0);
        }
    }

    private double check(Directory directory, int segments) throws IOException {
        try (DirectoryReader reader = DirectoryReader.open(directory)) {
            assertEquals(segments, reader.leaves().size());
            double few = recall(reader, 2);
            double byDefault = recall(reader, 0);
            String figures = metric + " recall: 2 cells " + few + ", by default " + byDefault;
            assertTrue(figures, few > 0.5);
            assertTrue(figures, byDefault >= 0.95);
            assertEquals(figures, 1.0, recall(reader, NLIST), 0);
            return byDefault;
        }
    }
}
