package org.ivory.opensearch.model.training;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.ivory.nativelib.Metric;
import org.opensearch.OpenSearchException;
import org.opensearch.action.search.ClearScrollRequest;
import org.opensearch.action.search.SearchRequest;
import org.opensearch.action.search.SearchResponse;
import org.opensearch.action.search.SearchScrollRequest;
import org.opensearch.common.document.DocumentField;
import org.opensearch.common.lucene.search.function.CombineFunction;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.tasks.TaskId;
import org.opensearch.index.mapper.SeqNoFieldMapper;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.index.query.functionscore.FunctionScoreQueryBuilder;
import org.opensearch.index.query.functionscore.RandomScoreFunctionBuilder;
import org.opensearch.search.SearchHit;
import org.opensearch.search.builder.SearchSourceBuilder;
import org.opensearch.transport.client.Client;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;

/**
 * Fetches vectors of an index page by page, in an order that is the same each time as long as the
 * index does not change. Where the index holds many more than wanted, it fetches a random share.
 */
final class VectorCollector {
    private static final Logger logger = LogManager.getLogger(VectorCollector.class);
    private static final TimeValue KEEP_ALIVE = TimeValue.timeValueMinutes(5);

    /** A document's format for vectors as base64 of little-endian f32. */
    private static final String FORMAT = "base64";

    private final Client client;
    private final TrainingPlan plan;
    private final TaskId parent;

    /** Receives {@code count} vectors, row after row; the array is used again thereafter. */
    @FunctionalInterface
    interface Sink {
        void accept(float[] rows, int count);
    }

    VectorCollector(Client client, TrainingPlan plan, TaskId parent) {
        this.client = client;
        this.plan = plan;
        this.parent = parent;
    }

    /**
     * Fetches at least {@code wanted} vectors, or all if there are fewer; waits for them.
     *
     * @param checkpoint is run before each page and may throw to give up
     */
    void collect(int wanted, Runnable checkpoint, Sink sink) {
        checkpoint.run();
        try {
            readPages(wanted, checkpoint, sink);
        } catch (OpenSearchException e) {
            throw new IllegalStateException(
                    "field ["
                            + plan.field()
                            + "] of index ["
                            + plan.index()
                            + "] could not be read",
                    e);
        }
    }

    private void readPages(int wanted, Runnable checkpoint, Sink sink) {
        SearchResponse page = client.search(firstPage(wanted)).actionGet();
        String scroll = page.getScrollId();
        try {
            float[] rows = new float[plan.pageSize() * plan.dimension()];
            while (page.getHits().getHits().length > 0) {
                checkFailures(page);
                int count = 0;
                for (SearchHit hit : page.getHits().getHits()) {
                    count += read(hit, rows, count) ? 1 : 0;
                }
                sink.accept(rows, count);
                checkpoint.run();
                page = client.searchScroll(nextPage(scroll)).actionGet();
                scroll = page.getScrollId();
            }
            checkFailures(page);
        } finally {
            clear(scroll);
        }
    }

    /**
     * The share of documents to fetch so that at least {@code wanted} of {@code total} come: four
     * standard deviations above the mean of the number of those that come by chance.
     */
    static double share(int wanted, long total) {
        return (wanted + 4 * Math.sqrt(wanted) + 16) / total;
    }

    private SearchRequest firstPage(int wanted) {
        SearchSourceBuilder source =
                new SearchSourceBuilder()
                        .query(query(wanted))
                        .size(plan.pageSize())
                        .sort("_doc")
                        .fetchSource(false)
                        .docValueField(plan.field(), FORMAT);
        // Copies may hold the documents in another order: the model would depend on the copy.
        SearchRequest request =
                new SearchRequest(plan.index())
                        .source(source)
                        .scroll(KEEP_ALIVE)
                        .preference("_primary_first")
                        .indicesOptions(TrainingPlanner.INDICES_OPTIONS)
                        .allowPartialSearchResults(false);
        request.setParentTask(parent);
        return request;
    }

    private SearchScrollRequest nextPage(String scroll) {
        SearchScrollRequest request = new SearchScrollRequest(scroll).scroll(KEEP_ALIVE);
        request.setParentTask(parent);
        return request;
    }

    private QueryBuilder query(int wanted) {
        QueryBuilder all = QueryBuilders.existsQuery(plan.field());
        double share = share(wanted, plan.vectors());
        if (share > 0.9) {
            return all;
        }
        RandomScoreFunctionBuilder random =
                new RandomScoreFunctionBuilder().seed(plan.seed()).setField(SeqNoFieldMapper.NAME);
        return new FunctionScoreQueryBuilder(all, random)
                .boostMode(CombineFunction.REPLACE)
                .setMinScore((float) (1 - share));
    }

    /** Reads a hit's vector into row {@code row}; false if it has none that can be clustered. */
    private boolean read(SearchHit hit, float[] rows, int row) {
        DocumentField field = hit.field(plan.field());
        if (field == null || field.getValue() == null) {
            return false;
        }
        int dimension = plan.dimension();
        byte[] bytes = Base64.getDecoder().decode(field.getValue().toString());
        if (bytes.length != dimension * Float.BYTES) {
            throw new IllegalStateException(
                    "document ["
                            + hit.getId()
                            + "] has a vector of "
                            + bytes.length
                            + " bytes in field ["
                            + plan.field()
                            + "], expected "
                            + dimension * Float.BYTES);
        }
        ByteBuffer.wrap(bytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(rows, row * dimension, dimension);
        return plan.metric() != Metric.COSINE || hasLength(rows, row * dimension);
    }

    /** Whether the vector has a direction; a zero vector has none to be clustered by. */
    private boolean hasLength(float[] rows, int offset) {
        for (int i = offset; i < offset + plan.dimension(); i++) {
            if (rows[i] != 0) {
                return true;
            }
        }
        return false;
    }

    private void checkFailures(SearchResponse page) {
        if (page.getFailedShards() > 0) {
            throw new IllegalStateException(
                    "vectors of index ["
                            + plan.index()
                            + "] could not be read: "
                            + (page.getShardFailures().length > 0
                                    ? page.getShardFailures()[0]
                                    : "shards failed"));
        }
    }

    private void clear(String scroll) {
        ClearScrollRequest request = new ClearScrollRequest();
        request.addScrollId(scroll);
        client.clearScroll(
                request,
                ActionListener.wrap(
                        cleared -> {},
                        e ->
                                logger.debug(
                                        "a scroll could not be closed; it expires by itself", e)));
    }
}
