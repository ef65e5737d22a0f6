package org.ivory.opensearch.model.training;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.ivory.nativelib.Trainer;
import org.ivory.nativelib.TrainingParameters;
import org.ivory.nativelib.VectorOps;
import org.ivory.opensearch.model.lifecycle.ModelTransitions;
import org.ivory.opensearch.model.mapping.TrainingField;
import org.ivory.opensearch.model.metadata.ModelId;
import org.opensearch.OpenSearchStatusException;
import org.opensearch.action.admin.indices.refresh.RefreshRequest;
import org.opensearch.action.search.SearchRequest;
import org.opensearch.action.support.IndicesOptions;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.index.Index;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.index.IndexNotFoundException;
import org.opensearch.index.IndexSettings;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.search.builder.SearchSourceBuilder;
import org.opensearch.transport.client.Client;

import java.util.ArrayList;
import java.util.List;

/** Checks a training request against the cluster and fills in what it leaves open. */
public final class TrainingPlanner {
    /** The training index must exist and be open. */
    static final IndicesOptions INDICES_OPTIONS = IndicesOptions.strictExpandOpenAndForbidClosed();

    /** Fewer vectors than this a cell make poor centroids. */
    private static final int LEAST_PER_CELL = 39;

    /** Bytes of vectors to fetch at once. */
    private static final int PAGE_BYTES = 4 << 20;

    private static final int MAX_PAGE = 5_000;
    private static final Logger logger = LogManager.getLogger(TrainingPlanner.class);

    private final Client client;
    private final ClusterService clusterService;
    private final IndexNameExpressionResolver resolver;
    private final VectorOps ops;

    public TrainingPlanner(
            Client client,
            ClusterService clusterService,
            IndexNameExpressionResolver resolver,
            VectorOps ops) {
        this.client = client;
        this.clusterService = clusterService;
        this.resolver = resolver;
        this.ops = ops;
    }

    /**
     * Answers with a plan, or with an exception of a 4xx status (503 if this node cannot train).
     */
    public void plan(TrainingRequest request, ActionListener<TrainingPlan> listener) {
        try {
            ClusterState state = clusterService.state();
            ModelId.check(request.modelId());
            ModelTransitions.checkFree(state, request.modelId());
            List<IndexMetadata> indices = resolve(state, request.index());
            TrainingField field = TrainingField.find(indices, request.field());
            checkMetric(request, field);
            checkCanTrain(field);
            int page = pageSize(indices, field.dimension());
            countVectors(
                    request,
                    ActionListener.wrap(
                            count -> listener.onResponse(fill(request, field, page, count)),
                            listener::onFailure));
        } catch (RuntimeException e) {
            listener.onFailure(e);
        }
    }

    /** About {@code 4·√n} cells for n vectors, but with enough vectors a cell where possible. */
    static int defaultNlist(long vectors, long sampled) {
        long cells = Math.round(4 * Math.sqrt(vectors));
        cells = Math.min(cells, sampled / LEAST_PER_CELL);
        return (int) Math.max(1, Math.min(cells, TrainingParameters.MAX_NLIST));
    }

    private static TrainingPlan fill(
            TrainingRequest request, TrainingField field, int page, long vectors) {
        if (vectors == 0) {
            throw new IllegalArgumentException(
                    "[training_index] ["
                            + request.index()
                            + "] is empty: no document has a vector in field ["
                            + field.path()
                            + "]");
        }
        Integer given = request.maxVectors();
        int nlist =
                request.nlist() != null
                        ? request.nlist()
                        : defaultNlist(vectors, given == null ? vectors : Math.min(vectors, given));
        if (vectors < nlist) {
            throw new IllegalArgumentException(
                    "[training_index] ["
                            + request.index()
                            + "] has only ["
                            + vectors
                            + "] vectors in field ["
                            + field.path()
                            + "], fewer than [nlist] ["
                            + nlist
                            + "]");
        }
        int maxVectors = given != null ? given : TrainingParameters.DEFAULT_SAMPLE_PER_CELL * nlist;
        return new TrainingPlan(
                request.modelId(),
                request.index(),
                field.path(),
                field.metric(),
                field.dimension(),
                nlist,
                vectors,
                maxVectors,
                page,
                request.seed(),
                request.encoder(),
                request.description());
    }

    private List<IndexMetadata> resolve(ClusterState state, String expression) {
        Index[] resolved = resolver.concreteIndices(state, INDICES_OPTIONS, expression);
        if (resolved.length == 0) {
            throw new IndexNotFoundException(expression);
        }
        List<IndexMetadata> indices = new ArrayList<>();
        for (Index index : resolved) {
            indices.add(state.metadata().getIndexSafe(index));
        }
        return indices;
    }

    private static int pageSize(List<IndexMetadata> indices, int dimension) {
        int size = Math.max(1, Math.min(MAX_PAGE, PAGE_BYTES / (Float.BYTES * dimension)));
        for (IndexMetadata index : indices) {
            size = Math.min(size, IndexSettings.MAX_RESULT_WINDOW_SETTING.get(index.getSettings()));
        }
        return size;
    }

    /** Fields that name the model must have its metric: another one would be of no use. */
    private static void checkMetric(TrainingRequest request, TrainingField field) {
        if (request.metric() != null && request.metric() != field.metric()) {
            throw new IllegalArgumentException(
                    "[space_type] ["
                            + request.metric().spaceType()
                            + "] is not that of [training_field] ["
                            + field.path()
                            + "], which is ["
                            + field.metric().spaceType()
                            + "]");
        }
    }

    /** The library may be missing; better to say so now than in a failed model. */
    private void checkCanTrain(TrainingField field) {
        TrainingParameters smallest =
                new TrainingParameters(field.metric(), field.dimension(), 1, 0, 1, 1, 1);
        try (Trainer trainer = ops.train(smallest)) {
            logger.debug("{} can train", trainer);
        } catch (UnsupportedOperationException e) {
            throw new OpenSearchStatusException(
                    "this node cannot train models: " + e.getMessage(),
                    RestStatus.SERVICE_UNAVAILABLE);
        }
    }

    private void countVectors(TrainingRequest request, ActionListener<Long> listener) {
        Runnable count =
                () ->
                        client.search(
                                countRequest(request),
                                ActionListener.wrap(
                                        response ->
                                                listener.onResponse(
                                                        response.getHits().getTotalHits().value()),
                                        listener::onFailure));
        // What was indexed before the request belongs to the training, refreshed or not.
        client.admin()
                .indices()
                .refresh(
                        new RefreshRequest(request.index()).indicesOptions(INDICES_OPTIONS),
                        ActionListener.wrap(
                                refreshed -> count.run(),
                                e -> {
                                    logger.debug("training index could not be refreshed", e);
                                    count.run();
                                }));
    }

    private static SearchRequest countRequest(TrainingRequest request) {
        SearchSourceBuilder source =
                new SearchSourceBuilder()
                        .query(QueryBuilders.existsQuery(request.field()))
                        .size(0)
                        .trackTotalHits(true);
        return new SearchRequest(request.index())
                .source(source)
                .indicesOptions(INDICES_OPTIONS)
                .allowPartialSearchResults(false);
    }
}
