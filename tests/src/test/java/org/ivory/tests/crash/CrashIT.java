package org.ivory.tests.crash;

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
import org.ivory.tests.harness.Reply;
import org.ivory.tests.harness.SiftIndex;
import org.ivory.tests.harness.Space;
import org.ivory.tests.harness.VectorQuery;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;

/**
 * SIGKILL of the node: no acknowledged document and no ready model is lost, and a training that was
 * cut short is reported failed and can be started again.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CrashIT {
    private static final int NLIST = 64;

    private Cluster cluster;
    private final DataSet set = SiftIndex.set(20);

    @BeforeAll
    void start() {
        // By one thread, so that a training takes a while whatever the machine.
        cluster =
                Cluster.start(
                        Cluster.Options.named("crash")
                                .withSetting("plugins.ivory.training.threads", "1"));
        Client client = cluster.client();
        client.create("training", new IndexSpec().vector("v", 128, Space.L2, null));
        new Bulk(client, "training", "v").load(set.base(), 0, 40_000);
        Map<String, Object> body = Models.body("training", "v", NLIST, Space.L2);
        body.put("max_training_vector_count", 10_000);
        Models models = new Models(client);
        models.tryTrain("ready", body).ok();
        models.awaitState("ready", "ready");
    }

    @AfterAll
    void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void whileIndexing() throws Exception {
        Client client = cluster.client();
        client.create("documents", new IndexSpec().shards(2).vector("v", 128, Space.L2, "ready"));
        Set<Integer> acknowledged = ConcurrentHashMap.newKeySet();
        CountDownLatch enough = new CountDownLatch(30);
        Bulk bulk = new Bulk(client, "documents", "v");
        Thread[] writers = new Thread[2];
        for (int w = 0; w < writers.length; w++) {
            int from = w * 50_000;
            writers[w] =
                    new Thread(() -> {
                        // Again and again, until the node is killed.
                        for (int i = 0; true; i = (i + 200) % 50_000) {
                            if (!write(client, bulk, from + i, from + i + 200, acknowledged)) {
                                return;
                            }
                            enough.countDown();
                            if (i % 2000 == 0 && !refresh(client)) {
                                return;
                            }
                        }
                    });
            writers[w].start();
        }
        enough.await();
        cluster.kill(0);
        for (Thread writer : writers) {
            writer.join();
        }
        int before = acknowledged.size();
        assertTrue(before >= 30 * 200, "killed after " + before);

        cluster.up();
        cluster.awaitHealth(0, "yellow");
        Client again = cluster.client();
        again.refresh("documents");
        Measured.say("killed after %d acknowledged documents", before);
        Set<Integer> there = allIds(again, acknowledged.size());
        Set<Integer> lost =
                acknowledged.stream().filter(i -> !there.contains(i)).collect(Collectors.toSet());
        assertTrue(lost.isEmpty(), lost.size() + " acknowledged documents lost");

        assertEquals("ready", new Models(again).describe("ready").path("state").asText());
        for (float[] query : set.queries()) {
            double[] truth = BruteForce.nearest(Space.L2, set.base(), query, 10, there::contains);
            for (VectorQuery asked :
                    List.of(
                            VectorQuery.on("v", query).k(10).exact(),
                            VectorQuery.on("v", query).k(10).nprobe(NLIST))) {
                Hits hits = again.search("documents", asked, 10);
                assertEquals(1.0, Recall.of(set, query, hits, truth));
            }
        }
        new Bulk(again, "documents", "v").load(set.base(), 0, 1000);
    }

    private static boolean write(Client client, Bulk bulk, int from, int to, Set<Integer> done) {
        try {
            String body = bulk.body(SiftIndex.set(1).base(), from, to);
            Reply reply = client.http().trySend("POST", "/documents/_bulk", body);
            int i = from;
            for (JsonNode item : reply.ok().json().path("items")) {
                int status = item.path("index").path("status").asInt();
                if (status == 201 || status == 200) {
                    done.add(i);
                }
                i++;
            }
            return true;
        } catch (IOException e) {
            return false; // killed: what was not acknowledged may be there or not
        }
    }

    private static boolean refresh(Client client) {
        try {
            client.http().trySend("POST", "/documents/_refresh", null);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static Set<Integer> allIds(Client client, int expected) {
        Set<Integer> ids = ConcurrentHashMap.newKeySet();
        String after = "";
        while (true) {
            Hits page =
                    client.search(
                            "documents",
                            "{\"size\":10000,\"_source\":false,\"sort\":[\"_id\"]" + after + "}");
            if (page.size() == 0) {
                assertTrue(ids.size() >= expected, ids.size() + " of " + expected);
                return ids;
            }
            page.list().forEach(hit -> ids.add(hit.number()));
            after = ",\"search_after\":[\"" + page.ids().get(page.size() - 1) + "\"]";
        }
    }

    @Test
    void whileTraining() {
        JsonNode failed = null;
        for (int attempt = 0; failed == null; attempt++) {
            assertTrue(attempt < 10, "every training had ended when the node was killed");
            failed = killedWhileTraining();
        }
        Client again = cluster.client();
        Models after = new Models(again);
        String reason = failed.path("reason").asText();
        assertTrue(reason.length() > 10, "no reason in " + failed);
        assertEquals("ready", after.describe("ready").path("state").asText());

        Map<String, Object> body = Models.body("training", "v", NLIST, Space.L2);
        body.put("max_training_vector_count", 10_000);
        after.tryTrain("cut-short", body).ok();
        after.awaitState("cut-short", "ready");
        for (String model : Arrays.asList("ready", "cut-short")) {
            again.create("served", new IndexSpec().vector("v", 128, Space.L2, model));
            new Bulk(again, "served", "v").load(set.base(), 0, 2000);
            float[] query = set.queries()[0];
            double[] truth = BruteForce.nearest(Space.L2, set.base(), query, 10, i -> i < 2000);
            Hits hits = again.search("served", VectorQuery.on("v", query).k(10).nprobe(NLIST), 10);
            assertEquals(1.0, Recall.of(set, query, hits, truth), "with model " + model);
        }
    }

    /** The model whose training was cut short, or null if it had ended before. */
    private JsonNode killedWhileTraining() {
        Models models = new Models(cluster.client());
        models.delete("cut-short");
        models.tryTrain("cut-short", Models.body("training", "v", 4096, Space.L2)).ok();
        Await.until(
                "a training that has vectors, or its end",
                Duration.ofSeconds(120),
                () -> {
                    String state = models.describe("cut-short").path("state").asText();
                    Map.Entry<String, JsonNode> task = models.trainingTask();
                    boolean underWay =
                            task != null
                                    && task.getValue()
                                                    .path("status")
                                                    .path("vectors_offered")
                                                    .asInt()
                                            > 0;
                    return underWay || state.equals("ready") ? true : null;
                });
        cluster.kill(0);
        cluster.up();
        cluster.awaitHealth(0, "yellow");
        Models after = new Models(cluster.client());
        boolean ready = after.describe("cut-short").path("state").asText().equals("ready");
        return ready ? null : after.awaitState("cut-short", "failed");
    }
}
