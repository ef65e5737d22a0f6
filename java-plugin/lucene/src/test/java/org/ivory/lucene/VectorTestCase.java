package org.ivory.lucene;

import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.ivory.nativelib.CentroidModel;
import org.ivory.nativelib.Metric;
import org.ivory.nativelib.VectorOps;

import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What tests of vector queries share. Leaves no reference to a model open. */
abstract class VectorTestCase extends LuceneTestCase {

    /** A model's fingerprint may be any number but 0; negative ones sort last as terms. */
    static final long FIRST = 0x0123456789abcdefL;

    static final long SECOND = 0xfedcba9876543210L;

    final SearchCounters counters = new SearchCounters();
    final Map<Long, CentroidModel> models = new HashMap<>();
    VectorOps ops;
    Runnable cancellation = () -> {};

    @Override
    public void setUp() throws Exception {
        super.setUp();
        ops = TestVectors.ops(random());
    }

    @Override
    public void tearDown() throws Exception {
        for (CentroidModel model : models.values()) {
            if (model instanceof ReferenceModel reference) {
                assertEquals("references to a model", 1, reference.references());
            }
        }
        super.tearDown();
    }

    SearchEnvironment environment() {
        return new SearchEnvironment(
                ops,
                fingerprint -> {
                    CentroidModel model = models.get(fingerprint);
                    return model != null && model.tryAcquire() ? model : null;
                },
                counters,
                () -> cancellation.run());
    }

    /** A model that queries find. */
    ReferenceModel model(long fingerprint, Metric metric, int dimension, int nlist) {
        ReferenceModel model =
                ReferenceModel.random(random(), fingerprint, metric, dimension, nlist);
        models.put(fingerprint, model);
        return model;
    }

    static Metric randomMetric() {
        return Metric.values()[random().nextInt(Metric.values().length)];
    }

    /** The query, which uses the searcher's threads for however few documents. */
    Query query(VectorQuerySpec spec) {
        return spec.k() > 0
                ? new TopKQuery(spec, environment(), 0)
                : VectorQueries.create(spec, environment());
    }

    static VectorQuerySpec topK(TestIndex index, float[] vector, int k, int nprobe, Query filter) {
        return spec(index, vector, k, nprobe, filter, null, false);
    }

    static VectorQuerySpec spec(
            TestIndex index,
            float[] vector,
            int k,
            int nprobe,
            Query filter,
            Float rawLimit,
            boolean exact) {
        return new VectorQuerySpec(
                TestIndex.FIELD,
                index.dimension,
                index.metric,
                vector,
                k,
                nprobe,
                filter,
                rawLimit,
                exact,
                null);
    }

    /** The cells that a query visits first. */
    static Set<Integer> probed(ReferenceModel model, float[] vector, int nprobe) {
        int[] order = model.order(VectorEncoding.normalised(model.metric(), vector));
        Set<Integer> cells = new HashSet<>();
        Arrays.stream(order).limit(nprobe).forEach(cells::add);
        return cells;
    }

    /** Runs a query and checks that it finds exactly these documents, with their scores. */
    static void assertHits(
            IndexSearcher searcher, Query query, Metric metric, List<TestIndex.Hit> expected)
            throws IOException {
        ScoreDoc[] hits =
                searcher.search(query, Math.max(1, searcher.getIndexReader().maxDoc())).scoreDocs;
        List<ScoreDoc> wanted =
                expected.stream()
                        .map(hit -> new ScoreDoc(hit.doc(), metric.score(hit.raw())))
                        .sorted(
                                Comparator.<ScoreDoc>comparingDouble(hit -> -hit.score)
                                        .thenComparingInt(hit -> hit.doc))
                        .toList();
        for (int i = 0; i < Math.min(hits.length, wanted.size()); i++) {
            assertEquals("document " + i + " of " + query, wanted.get(i).doc, hits[i].doc);
            assertEquals("score " + i + " of " + query, wanted.get(i).score, hits[i].score, 0f);
        }
        assertEquals("hits of " + query, wanted.size(), hits.length);
    }

    static <T> List<T> first(List<T> list, int count) {
        return list.subList(0, Math.min(count, list.size()));
    }
}
