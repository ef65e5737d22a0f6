package org.ivory.tests.nodes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;

import org.ivory.tests.harness.Await;
import org.ivory.tests.harness.BruteForce;
import org.ivory.tests.harness.Bulk;
import org.ivory.tests.harness.Client;
import org.ivory.tests.harness.Cluster;
import org.ivory.tests.harness.DataSet;
import org.ivory.tests.harness.Hits;
import org.ivory.tests.harness.IndexSpec;
import org.ivory.tests.harness.Measured;
import org.ivory.tests.harness.Models;
import org.ivory.tests.harness.Recall;
import org.ivory.tests.harness.SiftIndex;
import org.ivory.tests.harness.Space;
import org.ivory.tests.harness.VectorQuery;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Three nodes, a copy of each shard on each: all give the same answers, and searches go on while
 * one is killed and comes back. The methods follow each other on one cluster.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ThreeNodesIT {
    private static final String INDEX = "replicated";
    private static final int COUNT = 20_000;
    private static final int MORE = 2000;
    private static final int NLIST = 128;

    private final DataSet set = small();
    private Cluster cluster;

    private static DataSet small() {
        DataSet all = SiftIndex.set(30);
        return new DataSet(
                "sift-small",
                all.space(),
                Arrays.copyOf(all.base(), COUNT + MORE),
                all.queries(),
                all.truth());
    }

    @BeforeAll
    void startTrainAndLoad() {
        cluster = Cluster.start(Cluster.Options.named("three").withNodes(3).withHeap("512m"));
        Client client = cluster.client(1);
        client.create("training", new IndexSpec().vector("v", 128, Space.L2, null));
        new Bulk(client, "training", "v").load(set.base(), 0, COUNT);
        new Models(client).train("model", "training", "v", NLIST, Space.L2);
        client.create(
                INDEX, new IndexSpec().shards(2).replicas(2).vector("v", 128, Space.L2, "model"));
        new Bulk(cluster.client(2), INDEX, "v").refreshEach().load(set.base(), 0, COUNT);
        cluster.awaitHealth(0, "green");
    }

    @AfterAll
    void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    @Order(1)
    void everyNodeKnowsTheModel() {
        for (int node = 0; node < 3; node++) {
            assertEquals(
                    "ready",
                    new Models(cluster.client(node)).describe("model").path("state").asText());
        }
    }

    @Test
    @Order(2)
    void everyCopyGivesTheSameAnswers() {
        assertSameFromEveryCopy(3);
    }

    @Test
    @Order(3)
    void everyCopyGivesTheSameAnswersWhenMerged() {
        cluster.client().merge(INDEX);
        assertSameFromEveryCopy(3);
    }

    @Test
    @Order(4)
    void recallHolds() {
        assertRecall(0, COUNT);
    }

    @Test
    @Order(5)
    void searchesGoOnWhileANodeIsKilled() throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        AtomicInteger answered = new AtomicInteger();
        CountDownLatch begun = new CountDownLatch(200);
        List<Thread> searchers = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            Client client = cluster.client(t % 2);
            int first = t;
            Thread thread =
                    new Thread(() -> {
                        try {
                            boolean cut = false;
                            for (int q = first; !stop.get(); q++) {
                                try {
                                    searchOne(client, q);
                                } catch (AssertionError e) {
                                    if (cut || !cutByTheKill(e)) {
                                        throw e;
                                    }
                                    cut = true;
                                }
                                answered.incrementAndGet();
                                begun.countDown();
                            }
                        } catch (Throwable e) {
                            failure.compareAndSet(null, e);
                            while (begun.getCount() > 0) {
                                begun.countDown();
                            }
                        }
                    });
            thread.start();
            searchers.add(thread);
        }
        begun.await();
        int before = answered.get();
        cluster.kill(2);
        Await.sleep(4000);
        Await.until(
                "answers after the kill",
                Duration.ofSeconds(120),
                () -> failure.get() != null || answered.get() > before + 50 ? true : null);
        stop.set(true);
        for (Thread thread : searchers) {
            thread.join();
        }
        if (failure.get() != null) {
            throw new AssertionError("a search failed beside the kill", failure.get());
        }
        assertTrue(answered.get() > before + 50, "no answers after the kill");
        Measured.say("%d searches before and %d beside the kill", before, answered.get() - before);
        assertRecall(0, COUNT);
        assertRecall(1, COUNT);
    }

    private void searchOne(Client client, int q) {
        VectorQuery asked = VectorQuery.on("v", set.queries()[q % set.queries().length]).k(10);
        assertEquals(10, client.search(INDEX, q % 3 == 0 ? asked.exact() : asked, 10).size());
    }

    /**
     * Whether a search had found its hits on the node and was about to fetch them: the host does
     * not fetch from another copy, whatever the query. No searcher meets that twice.
     */
    private static boolean cutByTheKill(AssertionError e) {
        return e.getMessage().contains("node_disconnected_exception")
                || e.getMessage().contains("node_not_connected_exception");
    }

    @Test
    @Order(6)
    void documentsComeWhileANodeIsDown() {
        Client client = cluster.client(0);
        String limits = "&timeout=120s&cluster_manager_timeout=120s";
        client.http().get("/_cluster/health?wait_for_nodes=2" + limits).ok();
        new Bulk(client, INDEX, "v").load(set.base(), COUNT, COUNT + MORE);
        assertRecall(0, COUNT + MORE);
    }

    @Test
    @Order(7)
    void theNodeComesBackAndAnswersAsTheOthers() {
        cluster.up();
        cluster.awaitHealth(2, "green");
        cluster.client().refresh(INDEX);
        assertSameFromEveryCopy(3);
        assertRecall(2, COUNT + MORE);
        assertEquals(
                "ready", new Models(cluster.client(2)).describe("model").path("state").asText());
    }

    /** A shard that moves answers the same on a node that never saw the index before. */
    @Test
    @Order(8)
    void aShardIsRelocated() {
        Client client = cluster.client(0);
        String moving = "moving";
        Map<String, String> nodes = nodeIds();
        List<String> names = List.copyOf(nodes.keySet());
        client.create(
                moving,
                new IndexSpec()
                        .setting("index.routing.allocation.require._name", names.get(0))
                        .vector("v", 128, Space.L2, "model"));
        new Bulk(client, moving, "v").load(set.base(), 0, 5000);
        List<List<String>> before = answers(client, moving, "");
        for (String name : List.of(names.get(1), names.get(2), names.get(0))) {
            client.http()
                    .put(
                            "/" + moving + "/_settings",
                            "{\"index.routing.allocation.require._name\":\"" + name + "\"}")
                    .ok();
            Await.until(
                    "the shard on " + name,
                    Duration.ofSeconds(120),
                    () ->
                            client.http()
                                            .get("/_cat/shards/" + moving + "?h=state,node")
                                            .ok()
                                            .body()
                                            .trim()
                                            .matches("STARTED\\s+" + name)
                                    ? true
                                    : null);
            cluster.awaitModels(0);
            assertEquals(before, answers(client, moving, ""), "on " + name);
        }
    }

    @Test
    @Order(9)
    void theWholeClusterIsRestarted() {
        List<List<String>> before = answers(cluster.client(), INDEX, "");
        cluster.restart();
        cluster.awaitHealth(0, "green");
        assertEquals(before, answers(cluster.client(), INDEX, ""));
        assertSameFromEveryCopy(3);
    }

    @Test
    @Order(10)
    void theModelIsDeletedEverywhere() {
        new Models(cluster.client(1)).delete("model").refused("model", INDEX);
        for (String index : List.of(INDEX, "moving")) {
            cluster.client().drop(index);
        }
        new Models(cluster.client(2)).delete("model").ok();
        for (int node = 0; node < 3; node++) {
            new Models(cluster.client(node)).get("model").status(404);
        }
    }

    private void assertSameFromEveryCopy(int copies) {
        Map<String, List<List<String>>> all = new TreeMap<>();
        nodeIds()
                .forEach((name, id) ->
                        all.put(
                                name,
                                answers(cluster.client(), INDEX, "?preference=_only_nodes:" + id)));
        assertEquals(copies, all.size());
        List<List<String>> first = all.values().iterator().next();
        all.forEach((name, answers) -> assertEquals(first, answers, "answers of " + name));
    }

    /** Ids with scores of exact, probed and match searches. */
    private List<List<String>> answers(Client client, String index, String parameters) {
        List<List<String>> all = new ArrayList<>();
        for (float[] query : Arrays.copyOf(set.queries(), 10)) {
            for (VectorQuery asked :
                    List.of(
                            VectorQuery.on("v", query).k(10).exact(),
                            VectorQuery.on("v", query).k(10).nprobe(4),
                            VectorQuery.on("v", query).nprobe(2))) {
                Hits hits =
                        Hits.of(
                                client.http()
                                        .post(
                                                "/" + index + "/_search" + parameters,
                                                asked.search(10)));
                // Ties may come in any order from copies of other segments.
                all.add(
                        hits.list().stream()
                                .map(hit -> "%.9f".formatted(hit.score()))
                                .sorted()
                                .toList());
                all.add(hits.list().stream().limit(5).map(Hits.Hit::id).sorted().toList());
            }
        }
        return all;
    }

    private void assertRecall(int node, int count) {
        double exact = 0;
        double probed = 0;
        for (float[] query : set.queries()) {
            double[] truth = BruteForce.nearest(Space.L2, set.base(), query, 10, i -> i < count);
            VectorQuery asked = VectorQuery.on("v", query).k(10);
            probed += Recall.of(set, query, cluster.client(node).search(INDEX, asked, 10), truth);
            exact +=
                    Recall.of(
                            set,
                            query,
                            cluster.client(node).search(INDEX, asked.exact(), 10),
                            truth);
        }
        int queries = set.queries().length;
        assertEquals(1.0, exact / queries, "exact recall from node " + node);
        assertTrue(probed / queries >= 0.95, "recall " + probed / queries + " from node " + node);
    }

    private Map<String, String> nodeIds() {
        Map<String, String> ids = new TreeMap<>();
        for (JsonNode node :
                cluster.client(0)
                        .http()
                        .get("/_cat/nodes?full_id=true&h=id,name&format=json")
                        .ok()
                        .json()) {
            ids.put(node.path("name").asText(), node.path("id").asText());
        }
        return ids;
    }
}
