package org.ivory.opensearch.model.cache;

import static org.hamcrest.Matchers.containsString;

import org.ivory.nativelib.CentroidModel;
import org.ivory.nativelib.ModelFormatException;
import org.ivory.nativelib.VectorOps;
import org.ivory.opensearch.action.model.DeleteModelAction;
import org.ivory.opensearch.action.model.DeleteModelRequest;
import org.ivory.opensearch.breaker.NativeMemory;
import org.ivory.opensearch.model.ModelService;
import org.ivory.opensearch.model.ModelsTestCase;
import org.ivory.opensearch.model.TrainingData;
import org.ivory.opensearch.model.metadata.ModelMetadata;
import org.ivory.opensearch.model.store.ModelIndex;
import org.ivory.opensearch.stats.IndexingCounters;
import org.opensearch.action.search.SearchResponse;
import org.opensearch.common.breaker.TestCircuitBreaker;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.search.SearchHit;
import org.opensearch.threadpool.ThreadPool;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Loading of stored models, with a cache of its own beside the node's. */
public class ModelCacheTests extends ModelsTestCase {
    /** More than one chunk: 4 · 600 · 600 bytes. */
    private static final int DIMENSION = 600;

    private static final int NLIST = 600;
    private static final String RECOVERIES =
            "cluster.routing.allocation.node_initial_primaries_recoveries";

    private final VectorOps ops = ops();
    private final IndexingCounters counters = new IndexingCounters();
    private final NativeMemory memory = new NativeMemory();
    private ModelMetadata model;
    private ModelCache cache;
    private ModelService service;
    private volatile long limit = Long.MAX_VALUE;
    private volatile long used;
    private volatile TimeValue longestWait = TimeValue.timeValueMinutes(1);

    @Override
    public void setUp() throws Exception {
        super.setUp();
        TrainingData.index(client(), 1, "l2", TrainingData.vectors(700, DIMENSION));
        model = TrainingData.train(client(), TrainingData.request("m", NLIST));
        assertEquals(2, model.file().chunks());
        memory.setBreaker(new CountingBreaker());
        cache =
                new ModelCache(
                        registry(),
                        store(),
                        ops,
                        memory,
                        getInstanceFromNode(ThreadPool.class),
                        () -> longestWait);
        service = new ModelService(registry(), cache, counters, true);
    }

    @Override
    public void tearDown() throws Exception {
        reset(RECOVERIES);
        cache.close();
        assertEquals(0, used);
        super.tearDown();
    }

    public void testConcurrentRequestsShareOneLoad() throws Exception {
        ThreadPool pool = getInstanceFromNode(ThreadPool.class);
        CountDownLatch start = new CountDownLatch(1);
        List<Future<CentroidModel>> futures = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            futures.add(
                    pool.generic()
                            .submit(() -> {
                                start.await();
                                return service.acquireForIndexing("m");
                            }));
        }
        start.countDown();
        for (Future<CentroidModel> future : futures) {
            try (CentroidModel acquired = future.get(2, TimeUnit.MINUTES)) {
                assertEquals(model.file().fingerprint(), acquired.fingerprint());
                assertEquals(NLIST, acquired.nlist());
            }
        }
        assertEquals(8, counters.snapshot().assigned());
        CachedModelStats stats = onlyStats();
        assertEquals("m", stats.id());
        assertEquals(CachedModel.State.LOADED, stats.state());
        assertEquals(used, stats.bytes());
        assertTrue(used > 4L * DIMENSION * NLIST);
    }

    public void testASearchDoesNotWait() throws Exception {
        long fingerprint = model.file().fingerprint();
        assertNull(service.acquire(fingerprint + 1));
        assertNull(cache.peek(fingerprint + 1));
        CentroidModel first = service.acquire(fingerprint);
        if (first != null) {
            first.close();
        }
        assertBusy(() -> {
            try (CentroidModel loaded = service.acquire(fingerprint)) {
                assertNotNull(loaded);
            }
        });
    }

    public void testWantedModelsAreLoadedUnasked() throws Exception {
        service.want("unknown");
        service.want("m");
        assertBusy(() -> assertEquals(CachedModel.State.LOADED, onlyStats().state()));
    }

    public void testAModelThatBecomesReadyLaterIsLoaded() throws Exception {
        service.want("later");
        assertTrue(cache.stats().isEmpty());
        assertNull(service.acquireForIndexing("later"));
        TrainingData.train(client(), TrainingData.request("later", 4));
        assertBusy(() -> assertEquals("later", onlyStats().id()));
        assertBusy(() -> assertEquals(CachedModel.State.LOADED, onlyStats().state()));
        assertEquals(1, counters.snapshot().unassigned());
    }

    public void testADeletedModelIsDropped() throws Exception {
        CentroidModel held = service.acquireForIndexing("m");
        client().execute(DeleteModelAction.INSTANCE, new DeleteModelRequest("m")).actionGet();
        assertBusy(() -> assertTrue(cache.stats().isEmpty()));
        assertBusy(() -> assertEquals(0, used));
        assertNull(service.acquire(model.file().fingerprint()));
        assertNull(service.acquireForIndexing("m"));
        // Who still holds it may go on using it.
        int[] cells = new int[1];
        held.assign(new float[DIMENSION], 1, cells);
        held.close();
    }

    public void testDamagedChunksAreNotUsed() throws Exception {
        SearchHit hit = chunks().getHits().getAt(randomIntBetween(0, 1));
        Map<String, Object> damaged = new HashMap<>(hit.getSourceAsMap());
        char[] data = damaged.get("data").toString().toCharArray();
        int at = randomIntBetween(0, 1000);
        data[at] = data[at] == 'A' ? 'B' : 'A';
        damaged.put("data", new String(data));
        client().prepareIndex(ModelIndex.NAME).setId(hit.getId()).setSource(damaged).get();
        assertUnusable("checksum is wrong");
    }

    public void testMissingChunksAreNoticed() throws Exception {
        client().prepareDelete(ModelIndex.NAME, chunks().getHits().getAt(0).getId()).get();
        assertUnusable("is missing");
    }

    /** The chunks of one model under the metadata of another. */
    public void testAnotherModelsBytesAreNotUsed() {
        ModelMetadata other = TrainingData.train(client(), TrainingData.request("n", NLIST - 1));
        ModelMetadata mixed =
                new ModelMetadata(
                        "m",
                        other.generation(),
                        model.state(),
                        null,
                        model.metric(),
                        model.dimension(),
                        model.nlist(),
                        model.encoder(),
                        model.origin(),
                        other.file(),
                        model.report(),
                        0);
        expectThrows(ModelFormatException.class, () -> store().read(mixed, ops, () -> {}));
        store().read(other, ops, () -> {}).close();
    }

    public void testALoadIsTriedAgain() throws Exception {
        client().admin().indices().prepareClose(ModelIndex.NAME).get();
        service.want("m");
        assertBusy(() -> assertEquals(CachedModel.State.FAILED, onlyStats().state()));
        assertThat(onlyStats().error(), containsString("closed"));
        long start = System.nanoTime();
        assertNull(service.acquireForIndexing("m"));
        assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(30));
        client().admin().indices().prepareOpen(ModelIndex.NAME).get();
        assertBusy(
                () -> assertEquals(CachedModel.State.LOADED, onlyStats().state()),
                2,
                TimeUnit.MINUTES);
        assertNull(onlyStats().error());
    }

    /** After the load that failed nobody asks for the model, but a mapping names it. */
    public void testAModelThatIsWantedOnceItFailedIsLoaded() throws Exception {
        client().admin().indices().prepareClose(ModelIndex.NAME).get();
        assertNull(service.acquireForIndexing("m"));
        assertEquals(CachedModel.State.FAILED, onlyStats().state());
        service.want("m");
        client().admin().indices().prepareOpen(ModelIndex.NAME).get();
        assertBusy(
                () -> assertEquals(CachedModel.State.LOADED, onlyStats().state()),
                2,
                TimeUnit.MINUTES);
    }

    /** As after a restart: documents are replayed while the system index is being recovered. */
    public void testIndexingWaitsForTheSystemIndex() throws Exception {
        takeAwayShard();
        Future<CentroidModel> waiting =
                getInstanceFromNode(ThreadPool.class)
                        .generic()
                        .submit(() -> service.acquireForIndexing("m"));
        assertBusy(() -> assertEquals(CachedModel.State.LOADING, onlyStats().state()));
        bringBackShard();
        try (CentroidModel acquired = waiting.get(2, TimeUnit.MINUTES)) {
            assertNotNull(acquired);
        }
    }

    public void testIndexingDoesNotWaitLongForAnIndexThatStaysAway() throws Exception {
        longestWait = TimeValue.timeValueMillis(500);
        takeAwayShard();
        long start = System.nanoTime();
        assertNull(service.acquireForIndexing("m"));
        long waited = System.nanoTime() - start;
        assertTrue(waited + " ns", waited > TimeUnit.MILLISECONDS.toNanos(400));
        longestWait = TimeValue.timeValueMinutes(1);
        start = System.nanoTime();
        for (int i = 0; i < 5; i++) {
            assertNull(service.acquireForIndexing("m"));
            Thread.sleep(300);
        }
        waited = System.nanoTime() - start;
        assertTrue(waited + " ns", waited < TimeUnit.SECONDS.toNanos(40));
        bringBackShard();
        service.want("m");
        assertBusy(() -> assertEquals(CachedModel.State.LOADED, onlyStats().state()));
    }

    public void testWhatDoesNotFitIsNotLoaded() throws Exception {
        limit = 1000;
        assertNull(service.acquireForIndexing("m"));
        assertThat(onlyStats().error(), containsString("breaker.ivory.limit"));
        assertEquals(0, used);
    }

    public void testNothingIsLoadedAfterTheEnd() {
        cache.close();
        assertNull(service.acquireForIndexing("m"));
        assertNull(service.acquire(model.file().fingerprint()));
    }

    private void takeAwayShard() {
        set(RECOVERIES, "0");
        client().admin().indices().prepareClose(ModelIndex.NAME).setWaitForActiveShards(0).get();
        client().admin().indices().prepareOpen(ModelIndex.NAME).setWaitForActiveShards(0).get();
    }

    private void bringBackShard() {
        set(RECOVERIES, "4");
        client().admin().cluster().prepareReroute().get();
    }

    private void assertUnusable(String error) throws Exception {
        long start = System.nanoTime();
        assertNull(service.acquireForIndexing("m"));
        assertNull(service.acquireForIndexing("m"));
        assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(30));
        assertThat(onlyStats().error(), containsString(error));
        assertEquals(CachedModel.State.FAILED, onlyStats().state());
        assertNull(service.acquire(model.file().fingerprint()));
        assertEquals(0, used);
    }

    private CachedModelStats onlyStats() {
        List<CachedModelStats> stats = cache.stats();
        assertEquals(stats.toString(), 1, stats.size());
        return stats.get(0);
    }

    private SearchResponse chunks() {
        SearchResponse chunks = client().prepareSearch(ModelIndex.NAME).get();
        assertEquals(2, Arrays.asList(chunks.getHits().getHits()).size());
        return chunks;
    }

    private final class CountingBreaker extends TestCircuitBreaker {
        @Override
        public long addWithoutBreaking(long bytes) {
            used += bytes;
            return used;
        }

        @Override
        public long getUsed() {
            return used;
        }

        @Override
        public long getLimit() {
            return limit;
        }
    }
}
