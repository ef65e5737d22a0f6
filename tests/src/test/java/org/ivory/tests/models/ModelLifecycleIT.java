package org.ivory.tests.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;

import org.ivory.tests.harness.Bulk;
import org.ivory.tests.harness.Client;
import org.ivory.tests.harness.Cluster;
import org.ivory.tests.harness.IndexSpec;
import org.ivory.tests.harness.Json;
import org.ivory.tests.harness.Models;
import org.ivory.tests.harness.SharedCluster;
import org.ivory.tests.harness.Space;
import org.ivory.tests.harness.Stats;
import org.ivory.tests.harness.VectorQuery;
import org.ivory.tests.harness.Vectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.Map;

/** A model from its training to its end: described, listed, protected while in use, deleted. */
@ExtendWith(SharedCluster.class)
class ModelLifecycleIT {
    private static final String INDEX = "lifecycle";
    private static final String TRAINING = "lifecycle-training";
    private static final String MODEL = "lifecycle-model";
    private static final int COUNT = 2000;
    private static final int NLIST = 20;
    private static final float[][] VECTORS = Vectors.random(11, COUNT, 16);

    private final Cluster cluster;
    private final Client client;
    private final Models models;

    ModelLifecycleIT(Cluster cluster) {
        this.cluster = cluster;
        this.client = cluster.client();
        this.models = new Models(client);
    }

    @BeforeEach
    void load() {
        client.drop(INDEX);
        models.delete(MODEL);
        client.create(TRAINING, new IndexSpec().shards(2).vector("v", 16, Space.L2, null));
        new Bulk(client, TRAINING, "v").load(VECTORS);
    }

    @AfterEach
    void drop() {
        client.drop(INDEX);
        client.drop(TRAINING);
    }

    @Test
    void isDescribed() {
        JsonNode model = models.train(MODEL, TRAINING, "v", NLIST, Space.L2);
        assertEquals(MODEL, model.path("model_id").asText(), model.toString());
        assertEquals("ready", model.path("state").asText(), model.toString());
        assertEquals(NLIST, model.path("nlist").asInt(), model.toString());
        assertEquals(16, model.path("dimension").asInt(), model.toString());
        assertEquals("l2", model.path("space_type").asText(), model.toString());
        assertEquals(COUNT, model.path("vectors_used").asInt(), model.toString());
        assertTrue(model.path("iterations").asInt() > 0, model.toString());
        assertTrue(model.path("inertia").asDouble() > 0, model.toString());
        assertTrue(model.path("seconds").asDouble() > 0, model.toString());
        JsonNode cells = model.path("cell_sizes");
        assertTrue(cells.path("smallest").asInt() > 0, model.toString());
        assertTrue(cells.path("largest").asInt() >= COUNT / NLIST, model.toString());
        assertTrue(models.list().ok().body().contains(MODEL));
        assertEquals(200, models.delete(MODEL).status());
        models.get(MODEL).status(404).mentions(MODEL);
        assertTrue(!models.list().ok().body().contains(MODEL));
    }

    @Test
    void isNotDeletedWhileAMappingNamesIt() {
        models.train(MODEL, TRAINING, "v", NLIST, Space.L2);
        client.create(INDEX, new IndexSpec().vector("v", 16, Space.L2, MODEL));
        models.delete(MODEL).refused(MODEL, INDEX);
        new Bulk(client, INDEX, "v").load(VECTORS, 0, 100);
        models.delete(MODEL).refused(MODEL, INDEX);
        client.http().post("/" + INDEX + "/_close", null).ok();
        models.delete(MODEL).refused(MODEL, INDEX);
        client.drop(INDEX);
        models.delete(MODEL).ok();
    }

    @Test
    void aNameInUseIsNotTrainedOver() {
        models.train(MODEL, TRAINING, "v", NLIST, Space.L2);
        models.tryTrain(MODEL, Models.body(TRAINING, "v", NLIST, Space.L2)).refused(MODEL);
        assertEquals("ready", models.describe(MODEL).path("state").asText());
    }

    @Test
    void theSameSeedMakesTheSameModel() {
        JsonNode first = models.train(MODEL, TRAINING, "v", NLIST, Space.L2);
        models.delete(MODEL).ok();
        JsonNode second = models.train(MODEL, TRAINING, "v", NLIST, Space.L2);
        assertTrue(first.has("fingerprint"), first.toString());
        assertEquals(first.path("fingerprint"), second.path("fingerprint"));
        models.delete(MODEL).ok();
        Map<String, Object> other = Models.body(TRAINING, "v", NLIST, Space.L2);
        other.put("seed", 43);
        models.tryTrain(MODEL, other).ok();
        JsonNode third = models.awaitState(MODEL, "ready");
        assertTrue(!first.path("fingerprint").equals(third.path("fingerprint")));
    }

    @Test
    void survivesARestart() {
        models.train(MODEL, TRAINING, "v", NLIST, Space.L2);
        client.create(INDEX, new IndexSpec().vector("v", 16, Space.L2, MODEL));
        new Bulk(client, INDEX, "v").load(VECTORS);
        VectorQuery query = VectorQuery.on("v", VECTORS[5]).k(10).nprobe(2);
        var before = client.search(INDEX, query, 10).ids();
        cluster.restart();
        Client again = cluster.client();
        cluster.awaitHealth(0, "yellow");
        assertEquals("ready", new Models(again).describe(MODEL).path("state").asText());
        assertEquals(before, again.search(INDEX, query, 10).ids());
        Stats start = Stats.of(again);
        assertEquals(before, again.search(INDEX, query, 10).ids());
        long scanned = Stats.of(again).vectorsScanned() - start.vectorsScanned();
        assertTrue(scanned < COUNT / 2, scanned + " vectors scanned for 2 of 20 cells");
        new Bulk(again, INDEX, "v").load(VECTORS, 0, 10);
        assertEquals(COUNT, again.count(INDEX));
    }

    @Test
    void trainsOnAtMostSoManyVectors() {
        Map<String, Object> body = Models.body(TRAINING, "v", NLIST, Space.L2);
        body.put("max_training_vector_count", 500);
        models.tryTrain(MODEL, body).ok();
        JsonNode model = models.awaitState(MODEL, "ready");
        assertEquals(500, model.path("vectors_used").asInt(), model.toString());
    }

    @Test
    void everyMetricTrains() {
        for (Space space : Space.values()) {
            client.create(TRAINING, new IndexSpec().vector("v", 16, space, null));
            new Bulk(client, TRAINING, "v").load(VECTORS);
            models.train(MODEL, TRAINING, "v", NLIST, space);
            client.create(INDEX, new IndexSpec().vector("v", 16, space, MODEL));
            new Bulk(client, INDEX, "v").load(VECTORS);
            Stats before = Stats.of(client);
            client.search(INDEX, VectorQuery.on("v", VECTORS[1]).k(10).nprobe(2), 10);
            long scanned = Stats.of(client).vectorsScanned() - before.vectorsScanned();
            assertTrue(scanned > 0 && scanned < COUNT / 2, space + " scanned " + scanned);
            client.drop(INDEX);
            models.delete(MODEL).ok();
        }
    }

    @Test
    void theSystemIndexIsNotForUsers() {
        models.train(MODEL, TRAINING, "v", NLIST, Space.L2);
        String listed = client.http().get("/_cat/indices?format=json").ok().body();
        assertTrue(Json.parse(listed).isArray());
        client.http().get("/_search").ok();
        assertEquals("ready", models.describe(MODEL).path("state").asText());
    }
}
