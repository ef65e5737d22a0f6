package org.ivory.tests.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.ivory.tests.harness.Bulk;
import org.ivory.tests.harness.Client;
import org.ivory.tests.harness.Cluster;
import org.ivory.tests.harness.IndexSpec;
import org.ivory.tests.harness.Json;
import org.ivory.tests.harness.Models;
import org.ivory.tests.harness.Reply;
import org.ivory.tests.harness.SharedCluster;
import org.ivory.tests.harness.Space;
import org.ivory.tests.harness.Vectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What is no whole and sound model file is refused with its cause and leaves nothing behind. */
@ExtendWith(SharedCluster.class)
class RefusedModelsIT {
    private static final String TRAINED = "refused-trained";
    private static final String MODEL = "refused-model";
    private static final String REPOSITORY = "refused-files";
    private static final String LIMIT = "plugins.ivory.model.max_import_size";
    private static final float[][] VECTORS = Vectors.random(13, 1000, 12);

    private final Cluster cluster;
    private final Client client;
    private final Models models;
    private byte[] file;

    RefusedModelsIT(Cluster cluster) {
        this.cluster = cluster;
        this.client = cluster.client();
        this.models = new Models(client);
    }

    @BeforeEach
    void train() {
        client.create("refused", new IndexSpec().vector("v", 12, Space.COSINE, null));
        new Bulk(client, "refused", "v").load(VECTORS);
        models.delete(TRAINED);
        models.train(TRAINED, "refused", "v", 10, Space.COSINE);
        file = models.export(TRAINED);
        models.awaitSwept();
    }

    @AfterEach
    void drop() {
        models.delete(MODEL);
        models.delete(TRAINED);
        client.drop("refused");
        client.http().delete("/_snapshot/" + REPOSITORY);
    }

    @Test
    void truncated() {
        for (int length = 1; length < file.length; length += 61) {
            models.put(MODEL, Arrays.copyOf(file, length)).status(400).mentions(MODEL, "[length]");
        }
        models.put(MODEL, Arrays.copyOf(file, file.length - 1)).status(400).mentions("[length]");
        models.put(MODEL, Arrays.copyOf(file, file.length + 1)).status(400).mentions("[length]");
        client.http().put("/_plugins/_ivory/models/" + MODEL, new byte[0]).status(400);
        leftNothing();
    }

    @Test
    void everySeventhByteFlipped() {
        for (int at = 0; at < file.length; at += 7) {
            byte[] flipped = file.clone();
            flipped[at] ^= (byte) (1 << at % 8);
            models.put(MODEL, flipped).status(400).mentions(MODEL, "model file: [");
        }
        leftNothing();
    }

    @Test
    void oversized() throws IOException {
        try {
            limit("1kb");
            assertTrue(file.length > 1024, file.length + " bytes");
            String[] named = {MODEL, "[" + file.length + "]", "[1kb]", LIMIT};
            models.put(MODEL, file).status(413).mentions(named);
            place("large.ivory", file);
            models.importFrom(MODEL, REPOSITORY, "large.ivory").status(413).mentions(named);
        } finally {
            limit(null);
        }
        leftNothing();
        models.put(MODEL, file).status(201);
    }

    @Test
    void damagedInARepository() throws IOException {
        place("short.ivory", Arrays.copyOf(file, file.length / 2));
        byte[] flipped = file.clone();
        flipped[file.length / 2] ^= 1;
        place("folder/flipped.ivory", flipped);
        place(
                "other.txt",
                "no model at all, but long enough to be one, were it not text".repeat(2));
        models.importFrom(MODEL, REPOSITORY, "short.ivory")
                .status(400)
                .mentions("[length]", "short.ivory", REPOSITORY);
        models.importFrom(MODEL, REPOSITORY, "folder/flipped.ivory")
                .status(400)
                .mentions("[checksum]", "folder/flipped.ivory", REPOSITORY);
        models.importFrom(MODEL, REPOSITORY, "other.txt").status(400).mentions("[magic]");
        leftNothing();
    }

    @Test
    void notInARepository() throws IOException {
        place("model.ivory", file);
        Path outside = cluster.directory().resolve("snapshots/outside.ivory");
        Files.write(outside, file);
        for (String path :
                List.of(
                        "../outside.ivory",
                        "a/../../outside.ivory",
                        outside.toString(),
                        "..\\outside.ivory",
                        "",
                        "/",
                        "./model.ivory",
                        "*.ivory")) {
            models.importFrom(MODEL, REPOSITORY, path).status(400).mentions("path");
            models.exportTo(TRAINED, REPOSITORY, path).status(400).mentions("path");
        }
        models.importFrom(MODEL, REPOSITORY, "absent.ivory").status(404).mentions("absent.ivory");
        models.importFrom(MODEL, REPOSITORY, "a/b/c.ivory").status(404).mentions("a/b/c.ivory");
        assertFalse(Files.exists(outside.resolveSibling("refused/a")), "a folder was made");
        models.importFrom(MODEL, "no-such", "model.ivory").status(404).mentions("no-such");
        models.exportTo(TRAINED, "no-such", "model.ivory").status(404).mentions("no-such");
        models.exportTo(TRAINED, REPOSITORY, "index-0").status(400).mentions("index-0", ".ivory");
        models.exportTo(TRAINED, REPOSITORY, "model.ivory").status(409).mentions("model.ivory");
        for (String body :
                List.of(
                        "{}",
                        "{\"repository\":\"r\"}",
                        "{\"path\":\"p\"}",
                        "{\"repository\":7,\"path\":\"p\"}",
                        "{\"repository\":\"r\",\"path\":\"p\",\"more\":1}",
                        "[]")) {
            client.http().post("/_plugins/_ivory/models/" + MODEL + "/_import", body).status(400);
        }
        leftNothing();
        models.importFrom(MODEL, REPOSITORY, "model.ivory").status(201);
    }

    @Test
    void anIdInUse() {
        models.put(MODEL, file).status(201);
        models.put(MODEL, file).status(200);
        assertEquals(0, models.strayChunks());
        Map<String, Object> body = Models.body("refused", "v", 11, Space.COSINE);
        models.delete(TRAINED).ok();
        models.tryTrain(TRAINED, body).ok();
        models.awaitState(TRAINED, "ready");
        byte[] other = models.export(TRAINED);
        models.put(MODEL, other).status(409).mentions(MODEL, "fingerprint");
        models.tryTrain(MODEL, body).status(409);
        assertArrayEquals(file, models.export(MODEL));
    }

    @Test
    void invalidIdsAndAbsentModels() {
        models.put("_bad", file).status(400).mentions("_bad");
        client.http().get("/_plugins/_ivory/models/absent/_export").status(404).mentions("absent");
        models.exportTo("absent", REPOSITORY, "a.ivory").status(404).mentions("absent");
        leftNothing();
    }

    private void limit(String value) {
        Map<String, Object> setting = new HashMap<>(Collections.singletonMap(LIMIT, value));
        client.http().put("/_cluster/settings", Json.text(Map.of("persistent", setting))).ok();
    }

    private void place(String path, String text) throws IOException {
        place(path, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Puts a file where the repository of the tests has it; the node only reads it. */
    private void place(String path, byte[] bytes) throws IOException {
        Path folder = cluster.directory().resolve("snapshots/refused");
        Path target = folder.resolve(path);
        Files.createDirectories(target.getParent());
        Files.write(target, bytes);
        Reply registered =
                client.http()
                        .put(
                                "/_snapshot/" + REPOSITORY + "?verify=false",
                                Json.text(
                                        Map.of(
                                                "type",
                                                "fs",
                                                "settings",
                                                Map.of("location", folder.toString()))));
        registered.ok();
    }

    private void leftNothing() {
        models.get(MODEL).status(404);
        assertEquals(0, models.strayChunks());
    }
}
