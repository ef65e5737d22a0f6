package org.ivory.tests.models;

import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;

import org.ivory.tests.harness.Await;
import org.ivory.tests.harness.Bulk;
import org.ivory.tests.harness.Client;
import org.ivory.tests.harness.IndexSpec;
import org.ivory.tests.harness.Json;
import org.ivory.tests.harness.Models;
import org.ivory.tests.harness.SharedCluster;
import org.ivory.tests.harness.SiftIndex;
import org.ivory.tests.harness.Space;
import org.ivory.tests.harness.VectorQuery;
import org.ivory.tests.harness.Vectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;

/** A training under way: seen in the tasks API, cancelled, its index taken away. */
@ExtendWith(SharedCluster.class)
class TrainingTasksIT {
    private static final String MODEL = "tasks-model";
    private static final Duration SOON = Duration.ofSeconds(120);
    private static final Set<String> ENDED = Set.of("ready", "failed");
    private static final int ATTEMPTS = 10;

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
        threads(1);
    }

    @AfterEach
    void cancelAll() {
        client.http().post("/_tasks/_cancel?actions=*ivory*train*", null).ok();
        Await.until("no training", SOON, () -> models.trainingTask() == null ? true : null);
        models.delete(MODEL);
        threads(null);
    }

    private void threads(Integer count) {
        Map<String, Object> setting =
                Collections.singletonMap("plugins.ivory.training.threads", count);
        client.http().put("/_cluster/settings", Json.text(Map.of("persistent", setting))).ok();
    }

    /** Long enough to be looked at: 100,000 vectors into 4,096 cells, by one thread. */
    private void startLong() {
        models.tryTrain(MODEL, Models.body(SiftIndex.NAME, SiftIndex.FIELD, 4096, Space.L2)).ok();
    }

    /**
     * Starts a long training and looks at it; once more if it ended before it could be looked at.
     *
     * @param look whether it saw what it looked for
     */
    private void beside(BooleanSupplier look) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            startLong();
            if (look.getAsBoolean()) {
                return;
            }
            models.delete(MODEL).ok();
        }
        throw new AssertionError("no training took long enough to be looked at");
    }

    /** The model's state; fails the test if its training failed. */
    private String state() {
        JsonNode model = models.describe(MODEL);
        assertNotEquals("failed", model.path("state").asText(), model.toString());
        return model.path("state").asText();
    }

    /** Waits until the training ends, well or not. */
    private JsonNode awaitEnd() {
        return Await.until(
                "the training to end",
                SOON,
                () -> {
                    JsonNode model = models.describe(MODEL);
                    return ENDED.contains(model.path("state").asText()) ? model : null;
                });
    }

    @Test
    void progressIsShownAndMoves() {
        beside(() -> {
            Set<String> shown = new HashSet<>();
            Set<String> states = new HashSet<>();
            return Await.until(
                    "progress of a training",
                    SOON,
                    () -> {
                        String state = state();
                        states.add(state);
                        Map.Entry<String, JsonNode> task = models.trainingTask();
                        if (task != null) {
                            JsonNode told = task.getValue();
                            assertTrue(told.path("cancellable").asBoolean(), task.toString());
                            assertTrue(told.toString().contains(MODEL), task.toString());
                            assertTrue(told.path("status").isObject(), task.toString());
                            shown.add(told.path("status").toString());
                        }
                        boolean seen = shown.size() > 1 && states.contains("training");
                        return seen || ENDED.contains(state) ? (Boolean) seen : null;
                    });
        });
    }

    /** The task of the training that was just started, or null if that has ended. */
    private Map.Entry<String, JsonNode> taskUnderWay() {
        return Await.until(
                        "a training task, or its end",
                        SOON,
                        () -> {
                            Map.Entry<String, JsonNode> task = models.trainingTask();
                            return task != null || ENDED.contains(state())
                                    ? Optional.ofNullable(task)
                                    : null;
                        })
                .orElse(null);
    }

    @Test
    void cancelEndsItSoonAndItCanBeTrainedAgain() {
        beside(() -> {
            Map.Entry<String, JsonNode> task = taskUnderWay();
            if (task == null) {
                return false;
            }
            client.http().post("/_tasks/" + task.getKey() + "/_cancel", null);
            long begun = System.nanoTime();
            JsonNode model = awaitEnd();
            if (model.path("state").asText().equals("ready")) {
                return false;
            }
            assertTrue(System.nanoTime() - begun < 60e9, "cancelling took more than a minute");
            assertTrue(model.toString().contains("cancel"), model.toString());
            return true;
        });
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
        float[][] queries = SiftIndex.set(20).queries();
        beside(() -> {
            if (taskUnderWay() == null) {
                return false;
            }
            for (float[] query : queries) {
                client.search(SiftIndex.NAME, VectorQuery.on(SiftIndex.FIELD, query).k(10), 10);
            }
            return true;
        });
    }

    @Test
    void theIndexIsDeletedMeanwhile() {
        String index = "tasks-deleted";
        client.create(index, new IndexSpec().vector("v", 32, Space.L2, null));
        new Bulk(client, index, "v").load(Vectors.random(3, 20_000, 32));
        models.tryTrain(MODEL, Models.body(index, "v", 2000, Space.L2)).ok();
        client.drop(index);
        JsonNode model = awaitEnd();
        // Either it had read its vectors already, or it says why it could not.
        if (model.path("state").asText().equals("failed")) {
            assertTrue(model.toString().contains(index), model.toString());
        }
        client.http().get("/_cluster/health").ok();
    }
}
