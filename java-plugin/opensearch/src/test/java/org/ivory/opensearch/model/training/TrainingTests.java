package org.ivory.opensearch.model.training;

import static org.hamcrest.Matchers.containsString;

import org.ivory.nativelib.EncoderSpec;
import org.ivory.nativelib.Metric;
import org.ivory.nativelib.NativeLibrary;
import org.ivory.opensearch.action.model.DeleteModelAction;
import org.ivory.opensearch.action.model.DeleteModelRequest;
import org.ivory.opensearch.model.ModelsTestCase;
import org.ivory.opensearch.model.SlowScrolls;
import org.ivory.opensearch.model.TrainingData;
import org.ivory.opensearch.model.metadata.ModelMetadata;
import org.ivory.opensearch.model.metadata.ModelState;
import org.ivory.opensearch.model.store.ModelIndex;
import org.ivory.opensearch.stats.TrainingStats;
import org.opensearch.OpenSearchStatusException;
import org.opensearch.action.admin.cluster.node.tasks.list.ListTasksResponse;
import org.opensearch.action.support.PlainActionFuture;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.xcontent.XContentType;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.core.tasks.TaskId;
import org.opensearch.tasks.TaskInfo;

import java.util.List;

/** Trainings in a node, from the request to the stored model, and every way they may end. */
public class TrainingTests extends ModelsTestCase {
    private static final int COUNT = 2_000;
    private static final int DIMENSION = 8;

    @Override
    protected Settings nodeSettings() {
        return Settings.builder()
                .put(super.nodeSettings())
                .put("thread_pool.ivory_training.queue_size", 1)
                .build();
    }

    public void testEveryMetricAndShardCount() {
        for (Metric metric : Metric.values()) {
            index(metric == Metric.L2 ? 3 : 1, metric);
            ModelMetadata model = train(request("m-" + metric.code(), 16));
            assertEquals(model.reason(), ModelState.READY, model.state());
            assertEquals(metric, model.metric());
            assertEquals(DIMENSION, model.dimension());
            assertEquals(16, model.nlist());
            assertEquals(COUNT, model.report().vectorsOffered());
            assertEquals(COUNT, model.report().vectorsUsed());
            assertTrue(model.report().iterations() > 0);
            assertTrue(model.report().inertia() > 0);
            assertTrue(model.report().largestCell() >= COUNT / 16);
            assertEquals(model, get(model.id()));
            client().admin().indices().prepareDelete(TrainingData.INDEX).get();
        }
        assertEquals(new TrainingStats(3, 3, 0, 0, 0), stats().training());
    }

    public void testDefaultNlist() {
        index(1, Metric.L2);
        assertEquals(COUNT / 39, train(request("m", null)).nlist());
    }

    public void testTheSameSeedMakesTheSameModel() {
        index(1, Metric.L2);
        long first = train(sampled("a", 600, 1)).file().fingerprint();
        assertEquals(first, train(sampled("b", 600, 1)).file().fingerprint());
        assertNotEquals(first, train(sampled("c", 600, 2)).file().fingerprint());
    }

    /** A sample is drawn by the index, so that not everything is fetched. */
    public void testASampleIsFetched() {
        index(2, Metric.L2);
        ModelMetadata model = train(sampled("m", 100, 3));
        assertEquals(100, model.report().vectorsUsed());
        long offered = model.report().vectorsOffered();
        assertTrue(offered + " offered", offered >= 100 && offered < 300);
    }

    public void testUnrefreshedDocumentsBelongToTheTraining() {
        TrainingData.create(client(), TrainingData.INDEX, 1, 2, "l2", null);
        for (int i = 0; i < 5; i++) {
            client().prepareIndex(TrainingData.INDEX)
                    .setSource("{\"v\":[" + i + ",1]}", XContentType.JSON)
                    .get();
        }
        assertEquals(5, train(request("m", 5)).report().vectorsUsed());
    }

    public void testCancelledWhileRunning() throws Exception {
        index(1, Metric.L2);
        SlowScrolls.hold();
        TaskId task = start("m");
        assertBusy(() -> assertEquals(TrainingPhase.COLLECTING, phase(tasks().get(0))));
        assertEquals(ModelState.TRAINING, get("m").state());
        TaskInfo info = tasks().get(0);
        assertEquals(task, info.getTaskId());
        assertTrue(info.isCancellable());
        assertThat(info.getDescription(), containsString("[m]"));
        cancel(task);
        SlowScrolls.letGo();
        assertCancelled("m");
        assertEquals(ModelState.READY, train(request("m", 16)).state());
    }

    public void testCancelledWhileQueued() throws Exception {
        index(1, Metric.L2);
        SlowScrolls.hold();
        TaskId first = start("first");
        TaskId second = start("second");
        assertEquals(ModelState.CREATED, get("second").state());
        assertBusy(() -> assertEquals(2, tasks().size()));
        cancel(second);
        assertBusy(() -> assertEquals("cancelled", get("second").reason()));
        assertBusy(() ->
                assertEquals(List.of(first), tasks().stream().map(TaskInfo::getTaskId).toList()));
        cancel(first);
        SlowScrolls.letGo();
        assertCancelled("first");
        assertEquals(2, stats().training().cancelled());
    }

    public void testTooManyAtOnceAreRefused() throws Exception {
        index(1, Metric.L2);
        SlowScrolls.hold();
        start("a");
        start("b");
        OpenSearchStatusException e =
                expectThrows(OpenSearchStatusException.class, () -> start("c"));
        assertEquals(RestStatus.TOO_MANY_REQUESTS, e.status());
        assertThat(e.getMessage(), containsString("model [c]"));
        assertNull(registry().models().get("c"));
        assertEquals(2, tasks().size());
        OpenSearchStatusException busy =
                expectThrows(OpenSearchStatusException.class, () -> delete("a"));
        assertThat(busy.getMessage(), containsString("cancel its task"));
        SlowScrolls.letGo();
        assertBusy(() -> assertEquals(ModelState.READY, get("b").state()));
        assertEquals(ModelState.READY, train(request("c", 4)).state());
    }

    /** Another may have given it up, because this node seemed to be gone. */
    public void testARunWhoseModelWasDeletedGivesUp() throws Exception {
        index(1, Metric.L2);
        SlowScrolls.hold();
        start("m");
        assertBusy(() -> assertEquals(ModelState.TRAINING, get("m").state()));
        client().admin().indices().prepareDelete(ModelIndex.NAME).get();
        SlowScrolls.letGo();
        assertBusy(() -> assertEquals(1, stats().training().failed()));
        assertBusy(() -> assertTrue(tasks().isEmpty()));
        assertFalse(client().admin().indices().prepareExists(ModelIndex.NAME).get().isExists());
        assertEquals(ModelState.READY, train(request("m", 4)).state());
    }

    public void testTheMemoryLimitCutsTheSampleOrFails() {
        index(1, Metric.L2);
        TrainingPlan plan =
                new TrainingPlan(
                        "m",
                        "i",
                        "v",
                        Metric.L2,
                        DIMENSION,
                        4,
                        COUNT,
                        COUNT,
                        10,
                        42,
                        EncoderSpec.AUTO,
                        null);
        set("breaker.ivory.limit", TrainingMemory.bytes(plan, 1_000) + "b");
        ModelMetadata cut =
                train(
                        new TrainingRequest(
                                "cut",
                                TrainingData.INDEX,
                                "v",
                                4,
                                null,
                                COUNT,
                                42,
                                EncoderSpec.AUTO,
                                null));
        assertEquals(1_000, cut.report().vectorsUsed());
        assertThat(cut.report().note(), containsString("[1000]"));
        set("breaker.ivory.limit", "1kb");
        ModelMetadata failed = train(request("failed", 4));
        assertEquals(ModelState.FAILED, failed.state());
        assertThat(failed.reason(), containsString("breaker.ivory.limit"));
        reset("breaker.ivory.limit");
        assertEquals(ModelState.READY, train(request("failed", 4)).state());
        assertEquals(0, stats().memory().used());
        assertEquals(1, stats().training().failed());
    }

    /** The index goes away between the request's checks and the job. */
    public void testAnIndexThatVanishesIsAClearFailure() throws Exception {
        index(1, Metric.L2);
        SlowScrolls.hold();
        start("before");
        start("m");
        client().admin().indices().prepareDelete(TrainingData.INDEX).get();
        SlowScrolls.letGo();
        assertBusy(() -> assertEquals(ModelState.FAILED, get("m").state()));
        assertThat(get("m").reason(), containsString("[" + TrainingData.INDEX + "]"));
    }

    /** What a failed or deleted model leaves in the system index is swept up. */
    public void testChunksThatNoModelNeedsAreDeleted() throws Exception {
        index(1, Metric.L2);
        train(request("keep", 4));
        train(request("gone", 4));
        assertEquals(2, chunks());
        delete("gone");
        assertBusy(() -> assertEquals(1, chunks()));
        assertEquals(ModelState.READY, get("keep").state());
    }

    public void testWithoutTheLibraryARequestIsRefused() {
        index(1, Metric.L2);
        NativeLibrary.Status missing =
                new NativeLibrary.Status(false, null, "no such file", "java", 0, List.of());
        TrainingPlanner planner =
                new TrainingPlanner(
                        client(),
                        getInstanceFromNode(ClusterService.class),
                        getInstanceFromNode(IndexNameExpressionResolver.class),
                        NativeLibrary.select(missing));
        PlainActionFuture<TrainingPlan> plan = PlainActionFuture.newFuture();
        planner.plan(request("m", 4), plan);
        OpenSearchStatusException e =
                expectThrows(OpenSearchStatusException.class, plan::actionGet);
        assertEquals(RestStatus.SERVICE_UNAVAILABLE, e.status());
        assertThat(e.getMessage(), containsString("native"));
        assertThat(e.getMessage(), containsString("no such file"));
    }

    private void index(int shards, Metric metric) {
        TrainingData.index(
                client(), shards, metric.spaceType(), TrainingData.vectors(COUNT, DIMENSION));
    }

    private static TrainingRequest request(String model, Integer nlist) {
        return TrainingData.request(model, nlist);
    }

    private static TrainingRequest sampled(String model, int sample, long seed) {
        return new TrainingRequest(
                model, TrainingData.INDEX, "v", 4, null, sample, seed, EncoderSpec.AUTO, null);
    }

    private ModelMetadata train(TrainingRequest request) {
        return TrainingData.train(client(), request);
    }

    private TaskId start(String model) {
        ModelMetadata created = TrainingData.run(client(), request(model, 16), false).model();
        assertEquals(ModelState.CREATED, created.state());
        return new TaskId(created.origin().task());
    }

    private void delete(String model) {
        client().execute(DeleteModelAction.INSTANCE, new DeleteModelRequest(model)).actionGet();
    }

    private void assertCancelled(String model) throws Exception {
        assertBusy(() -> assertEquals("cancelled", get(model).reason()));
        assertEquals(ModelState.FAILED, get(model).state());
        assertBusy(() -> assertTrue(tasks().isEmpty()));
        assertEquals(0, stats().memory().used());
        assertEquals(0, stats().training().running());
    }

    private static TrainingPhase phase(TaskInfo task) {
        return ((TrainingStatus) task.getStatus()).phase();
    }

    private List<TaskInfo> tasks() {
        ListTasksResponse response =
                client().admin()
                        .cluster()
                        .prepareListTasks()
                        .setActions("*ivory*job*")
                        .setDetailed(true)
                        .get();
        return response.getTasks();
    }

    private void cancel(TaskId task) {
        client().admin().cluster().prepareCancelTasks().setTaskId(task).get();
    }

    private long chunks() {
        client().admin().indices().prepareRefresh(ModelIndex.NAME).get();
        return client().prepareSearch(ModelIndex.NAME)
                .setTrackTotalHits(true)
                .get()
                .getHits()
                .getTotalHits()
                .value();
    }
}
