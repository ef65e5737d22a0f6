package org.ivory.tests.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;

import org.ivory.tests.harness.Bulk;
import org.ivory.tests.harness.Client;
import org.ivory.tests.harness.Cluster;
import org.ivory.tests.harness.DataSet;
import org.ivory.tests.harness.Hits;
import org.ivory.tests.harness.IndexSpec;
import org.ivory.tests.harness.Measured;
import org.ivory.tests.harness.Models;
import org.ivory.tests.harness.Reply;
import org.ivory.tests.harness.S3Server;
import org.ivory.tests.harness.SiftIndex;
import org.ivory.tests.harness.Space;
import org.ivory.tests.harness.Stats;
import org.ivory.tests.harness.Trainer;
import org.ivory.tests.harness.VectorQuery;
import org.ivory.tests.harness.Vectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A model leaves two nodes and comes back, over HTTP and through repositories, and serves a field
 * as before; so does one that was never in a node. The methods follow each other on one cluster.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ModelTransferIT {
    private static final String INDEX = "moved";
    private static final String MODEL = "moved-model";
    private static final String PATH = "some/folders/model.ivory";
    private static final int COUNT = 6000;
    private static final int NLIST = 64;
    private static final int NPROBE = 6;

    private final DataSet set = SiftIndex.set(20);
    private final float[][] vectors = Arrays.copyOf(set.base(), COUNT);
    private S3Server s3;
    private Cluster cluster;
    private byte[] file;
    private List<String> before;
    private double recall;

    @BeforeAll
    void trainAndExport() {
        s3 = S3Server.start();
        Cluster.Options options = Cluster.Options.named("transfer").withNodes(2).withHeap("512m");
        cluster = Cluster.start(s3.usedBy(options));
        Client client = cluster.client(0);
        String folder = cluster.directory().resolve("snapshots/models").toString();
        register(
                client,
                "files",
                "{\"type\":\"fs\",\"settings\":{\"location\":\"" + folder + "\"}}");
        register(client, "s3", s3.repository("base"));
        client.create("training", new IndexSpec().vector("v", 128, Space.L2, null));
        new Bulk(client, "training", "v").load(vectors);
        Models models = new Models(client);
        models.train(MODEL, "training", "v", NLIST, Space.L2);
        load();
        before = answers(0);
        recall = recall();
        file = new Models(cluster.client(1)).export(MODEL);
        assertEquals(models.describe(MODEL).path("size_in_bytes").asInt(), file.length);
        for (String repository : List.of("files", "s3")) {
            models.exportTo(MODEL, repository, PATH).ok();
            models.exportTo(MODEL, repository, PATH).status(409).mentions(PATH, repository);
        }
    }

    @AfterAll
    void stop() {
        if (cluster != null) {
            cluster.close();
        }
        if (s3 != null) {
            s3.close();
        }
    }

    @Test
    @Order(1)
    void comesBackOverHttp() {
        forget();
        JsonNode model = new Models(cluster.client(1)).put(MODEL, file).status(201).json();
        assertEquals("ready", model.path("state").asText(), model.toString());
        servesAsBefore();
        new Models(cluster.client(0)).put(MODEL, file).status(200);
    }

    @Test
    @Order(2)
    void comesBackFromARepositoryOfFiles() {
        comesBackFrom("files");
    }

    @Test
    @Order(3)
    void comesBackFromS3() {
        comesBackFrom("s3");
    }

    @Test
    @Order(4)
    void survivesARestart() {
        cluster.restart();
        cluster.awaitHealth(0, "green");
        for (int node = 0; node < 2; node++) {
            assertEquals(before, answers(node), "node " + node);
            assertArrayEquals(file, new Models(cluster.client(node)).export(MODEL));
        }
    }

    @Test
    @Order(5)
    void aModelOfTheCommandServesAsWell() {
        byte[] trained = Trainer.train(vectors, "--nlist", "" + NLIST, "--seed", "7");
        forget();
        JsonNode model = new Models(cluster.client(0)).put(MODEL, trained).status(201).json();
        assertEquals(NLIST, model.path("nlist").asInt(), model.toString());
        load();
        double found = recall();
        Measured.say("recall@10 by the node's model %.4f, by the command's %.4f", recall, found);
        assertTrue(Math.abs(found - recall) < 0.03, found + " is not near " + recall);
        List<String> answers = answers(0);
        Models models = new Models(cluster.client(1));
        assertArrayEquals(trained, models.export(MODEL));
        for (String repository : List.of("files", "s3")) {
            models.exportTo(MODEL, repository, "commands.ivory").ok();
            forget();
            models.importFrom(MODEL, repository, "commands.ivory").status(201);
            load();
            assertEquals(answers, answers(1), repository);
        }
    }

    /** Longer than one chunk, so that a part of it could be left behind. */
    @Test
    @Order(6)
    void aLongModelGoesAllWaysAndDamageToItIsFound() {
        byte[] trained =
                Trainer.train(vectors, "--nlist", "2500", "--iterations", "1", "--encoder", "sq:8");
        assertTrue(trained.length > 1 << 20, trained.length + " bytes");
        Models models = new Models(cluster.client(1));
        models.awaitSwept();
        for (int length : new int[] {1 << 20, (1 << 20) + 1, trained.length - 1}) {
            models.put("long", Arrays.copyOf(trained, length)).status(400).mentions("[length]");
        }
        byte[] flipped = trained.clone();
        flipped[(1 << 20) + 77] ^= 4;
        models.put("long", flipped).status(400).mentions("[checksum]");
        models.get("long").status(404);
        assertEquals(0, models.strayChunks());

        models.put("long", trained).status(201);
        assertEquals(0, models.strayChunks());
        assertArrayEquals(trained, models.export("long"));
        models.exportTo("long", "s3", "long.ivory").ok();
        models.importFrom("again", "s3", "long.ivory").status(201);
        assertArrayEquals(trained, models.export("again"));
    }

    /** Of the same vectors in the same order: a node gives its own by {@code sort: _doc}. */
    @ParameterizedTest
    @EnumSource(Space.class)
    @Order(7)
    void theCommandAndTheNodeMakeTheSameFile(Space space) {
        Client client = cluster.client(0);
        String name = "same-" + space.type;
        client.create(name, new IndexSpec().vector("v", 128, space, null));
        new Bulk(client, name, "v").refreshEach().load(vectors);
        // One segment keeps its order from here on.
        client.merge(name);
        Models models = new Models(client);
        models.train(name, name, "v", NLIST, space);
        float[][] held = held(name);
        assertEquals(COUNT, held.length);
        String[] options = {"--nlist", "" + NLIST, "--seed", "42", "--space-type", space.type};
        assertArrayEquals(models.export(name), Trainer.train(held, options));
    }

    private void comesBackFrom(String repository) {
        forget();
        Models models = new Models(cluster.client(1));
        models.importFrom(MODEL, repository, "some/" + PATH).status(404).mentions(repository, PATH);
        JsonNode model = models.importFrom(MODEL, repository, PATH).status(201).json();
        String from = model.path("imported_from").asText();
        assertTrue(from.contains(repository) && from.contains(PATH), model.toString());
        assertArrayEquals(file, models.export(MODEL));
        servesAsBefore();
        models.importFrom(MODEL, repository, PATH).status(200);
    }

    private static void register(Client client, String name, String body) {
        client.http().put("/_snapshot/" + name, body).ok();
    }

    /** Deletes the index and the model and waits until no chunk is left. */
    private void forget() {
        cluster.client(0).drop(INDEX);
        Models models = new Models(cluster.client(0));
        models.delete(MODEL).ok();
        models.awaitSwept();
        assertEquals(0, models.chunks());
    }

    private void load() {
        Client client = cluster.client(0);
        client.create(INDEX, new IndexSpec().replicas(1).vector("v", 128, Space.L2, MODEL));
        cluster.awaitHealth(0, "green");
        new Bulk(client, INDEX, "v").refreshEach().load(vectors);
    }

    /** All vectors of an index as a training in its node gets them. */
    private float[][] held(String index) {
        String field = "{\"field\":\"v\",\"format\":\"base64\"}";
        String body =
                "{\"size\":%d,\"_source\":false,\"sort\":[\"_doc\"],\"docvalue_fields\":[%s]}";
        Hits hits = cluster.client(0).search(index, body.formatted(COUNT, field));
        return hits.list().stream()
                .map(hit -> hit.json().path("fields").path("v").path(0).asText())
                .map(Vectors::fromBase64)
                .toArray(float[][]::new);
    }

    private void servesAsBefore() {
        load();
        for (int node = 0; node < 2; node++) {
            assertEquals(before, answers(node), "node " + node);
        }
        assertEquals(recall, recall(), 0);
    }

    /** All hits of the queries, from the copy that the node holds. */
    private List<String> answers(int node) {
        Client client = cluster.client(node);
        Stats start = Stats.of(client);
        List<String> all = new ArrayList<>();
        for (float[] query : set.queries()) {
            String body = VectorQuery.on("v", query).k(10).nprobe(NPROBE).search(10);
            Reply reply = client.http().post("/" + INDEX + "/_search?preference=_local", body);
            all.add(Hits.of(reply).list().toString());
        }
        long scanned = Stats.of(client).vectorsScanned() - start.vectorsScanned();
        assertTrue(scanned > 0 && scanned < (long) COUNT * all.size() / 2, scanned + " scanned");
        return all;
    }

    /** Of the ten nearest by exact search. */
    private double recall() {
        Client client = cluster.client(0);
        int found = 0;
        for (float[] query : set.queries()) {
            VectorQuery exact = VectorQuery.on("v", query).k(10).exact();
            List<String> truth = client.search(INDEX, exact, 10).ids();
            VectorQuery probing = VectorQuery.on("v", query).k(10).nprobe(NPROBE);
            for (String id : client.search(INDEX, probing, 10).ids()) {
                found += truth.contains(id) ? 1 : 0;
            }
        }
        return found / (10.0 * set.queries().length);
    }
}
