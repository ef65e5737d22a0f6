package org.ivory.tests.models;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;

import org.ivory.tests.harness.Await;
import org.ivory.tests.harness.Bulk;
import org.ivory.tests.harness.Client;
import org.ivory.tests.harness.IndexSpec;
import org.ivory.tests.harness.Models;
import org.ivory.tests.harness.SharedCluster;
import org.ivory.tests.harness.SiftIndex;
import org.ivory.tests.harness.Space;
import org.ivory.tests.harness.Vectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.Map;

/** A training under way: seen in the tasks API, cancelled, its index taken away. */
@ExtendWith(SharedCluster.class)
class TrainingTasksIT {
    private static final String MODEL = "tasks-model";
    private static final Duration SOON = Duration.ofSeconds(60);

    private final Client client;
    private final Models models;

    TrainingTasksIT(Client client) {
        this.client = client;
        this.models = new Models(client);
    }

    @BeforeEach
    void load() {
        models.delete(MODEL);
        SiftIndex.ensure(client);
    }

    @AfterEach
    void cancelAll() {
        client.http().post("/_tasks/_cancel?actions=*ivory*train*", null).ok();
        Await.until("no training", SOON, () -> task() == null ? true : null);
        models.delete(MODEL);
    }

    /** Long enough to be looked at: 100,000 vectors into 4,096 cells. */
    private void startLong() {
        models.tryTrain(MODEL, Models.body(SiftIndex.NAME, SiftIndex.FIELD, 4096, Space.L2)).ok();
    }

    /** The training's task with its id as {@code id}, or null. */
    private Map.Entry<String, JsonNode> task() {
        JsonNode nodes =
                client.http()
                        .get("/_tasks?detailed=true&actions=*ivory*train*")
                        .ok()
                        .json()
                        .path("nodes");
        for (JsonNode node : nodes) {
            for (Map.Entry<String, JsonNode> task : node.path("tasks").properties()) {
                return task;
            }
        }
        return null;
    }

    @Test
    void progressIsShownAndMoves() {
        startLong();
        Map.Entry<String, JsonNode> task =
                Await.until("a training task with progress", SOON, this::taskWithProgress);
        assertTrue(task.getValue().path("cancellable").asBoolean(), task.toString());
        assertTrue(task.getValue().toString().contains(MODEL), task.toString());
        String first = task.getValue().path("status").toString();
        Await.until(
                "progress other than " + first,
                SOON,
                () -> {
                    Map.Entry<String, JsonNode> now = task();
                    return now != null && !now.getValue().path("status").toString().equals(first)
                            ? now
                            : null;
                });
        assertTrue(models.describe(MODEL).path("state").asText().equals("training"));
    }

    private Map.Entry<String, JsonNode> taskWithProgress() {
        Map.Entry<String, JsonNode> task = task();
        return task == null || task.getValue().path("status").isMissingNode() ? null : task;
    }

    @Test
    void cancelEndsItSoonAndItCanBeTrainedAgain() {
        startLong();
        Map.Entry<String, JsonNode> task =
                Await.until("a training task with progress", SOON, this::taskWithProgress);
        client.http().post("/_tasks/" + task.getKey() + "/_cancel", null).ok();
        long begun = System.nanoTime();
        JsonNode model = models.awaitState(MODEL, "failed");
        assertTrue(System.nanoTime() - begun < 10e9, "cancelling took more than 10 s");
        assertTrue(model.toString().contains("cancel"), model.toString());
        Map<String, Object> small = Models.body(SiftIndex.NAME, SiftIndex.FIELD, 16, Space.L2);
        small.put("max_training_vector_count", 2000);
        models.tryTrain(MODEL, small).ok();
        models.awaitState(MODEL, "ready");
    }

    @Test
    void aTrainingUnderWayIsNotStartedTwice() {
        startLong();
        models.tryTrain(MODEL, Models.body(SiftIndex.NAME, SiftIndex.FIELD, 16, Space.L2))
                .refused(MODEL);
    }

    @Test
    void searchesGoOnMeanwhile() {
        startLong();
        Await.until("a training task with progress", SOON, this::taskWithProgress);
        float[][] queries = SiftIndex.set(20).queries();
        for (float[] query : queries) {
            client.search(
                    SiftIndex.NAME,
                    org.ivory.tests.harness.VectorQuery.on(SiftIndex.FIELD, query).k(10),
                    10);
        }
    }

    @Test
    void theIndexIsDeletedMeanwhile() {
        String index = "tasks-deleted";
        client.create(index, new IndexSpec().vector("v", 32, Space.L2, null));
        new Bulk(client, index, "v").load(Vectors.random(3, 20_000, 32));
        models.tryTrain(MODEL, Models.body(index, "v", 2000, Space.L2)).ok();
        client.drop(index);
        JsonNode model =
                Await.until(
                        "the training to end",
                        Duration.ofSeconds(120),
                        () -> {
                            JsonNode now = models.describe(MODEL);
                            String state = now.path("state").asText();
                            return state.equals("ready") || state.equals("failed") ? now : null;
                        });
        // Either it had read its vectors already, or it says why it could not.
        if (model.path("state").asText().equals("failed")) {
            assertTrue(model.toString().contains(index), model.toString());
        }
        client.http().get("/_cluster/health").ok();
    }
}
