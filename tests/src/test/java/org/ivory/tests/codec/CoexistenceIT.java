package org.ivory.tests.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.ivory.tests.harness.Bulk;
import org.ivory.tests.harness.Client;
import org.ivory.tests.harness.Cluster;
import org.ivory.tests.harness.Folders;
import org.ivory.tests.harness.Hits;
import org.ivory.tests.harness.IndexSpec;
import org.ivory.tests.harness.Models;
import org.ivory.tests.harness.Space;
import org.ivory.tests.harness.VectorQuery;
import org.ivory.tests.harness.Vectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Vector fields in indices of every kind of codec, in a node that has the k-NN plugin as well: the
 * same documents give the same hits, as loaded, merged, after a restart, restored.
 */
class CoexistenceIT {

    private static final int DIMENSION = 24;
    private static final float[][] VECTORS = Vectors.random(11, 3000, DIMENSION);
    private static final String MODEL = "coexistence";
    private static final Map<String, Object> PEER =
            Map.of(
                    "type",
                    "knn_vector",
                    "dimension",
                    DIMENSION,
                    "method",
                    Map.of("name", "hnsw", "engine", "lucene"));

    private static Cluster cluster;

    @BeforeAll
    static void start() {
        cluster = Cluster.start(Cluster.Options.named("coexistence").withPeer());
        Client client = cluster.client();
        client.http().delete("/*").ok();
        new Models(client).deleteAll();
        client.create("training", new IndexSpec().vector("v", DIMENSION, Space.L2, null));
        new Bulk(client, "training", "v").load(VECTORS);
        new Models(client).train(MODEL, "training", "v", 40, Space.L2);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static IndexSpec spec(String codec) {
        IndexSpec spec =
                new IndexSpec()
                        .setting("index.compound_format", false)
                        .setting("index.use_compound_file", false)
                        .vector("v", DIMENSION, Space.L2, MODEL);
        return codec == null ? spec : spec.setting("index.codec", codec);
    }

    private static void load(String index) {
        new Bulk(cluster.client(), index, "v")
                .with(i -> "\"p\":" + Vectors.array(VECTORS[i]))
                .refreshEach()
                .batch(800)
                .load(VECTORS);
    }

    /** Ids and scores of probed, exact and match searches. */
    private static List<String> answers(String index) {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            VectorQuery query = VectorQuery.on("v", VECTORS[i * 100]).k(20);
            all.add(text(cluster.client().search(index, query.nprobe(1 + i * 2), 20)));
            VectorQuery match = VectorQuery.on("v", VECTORS[i * 100]).nprobe(3);
            all.add(text(cluster.client().search(index, match, 100)));
        }
        return all;
    }

    private static String text(Hits hits) {
        StringBuilder text = new StringBuilder();
        hits.list().forEach(hit -> text.append(hit.id()).append('=').append(hit.score() + " "));
        return text.toString();
    }

    private static String codec(String index) {
        return cluster.client()
                .http()
                .get("/" + index + "/_settings?flat_settings=true")
                .ok()
                .json()
                .findPath("index.codec")
                .asText("none");
    }

    private static String uuid(String index) {
        return cluster.client()
                .http()
                .get("/" + index + "/_settings?flat_settings=true")
                .ok()
                .json()
                .findPath("index.uuid")
                .asText();
    }

    /** Whether the index has files of the postings format and of the doc values format. */
    private static boolean hasRegions(String index) {
        boolean regions = hasFiles(index, ".ivc");
        assertEquals(regions, hasFiles(index, ".ivv"), index);
        return regions;
    }

    private static boolean hasFiles(String index, String extension) {
        cluster.client().flush(index);
        String uuid = uuid(index);
        return Folders.files(cluster.directory()).stream()
                .anyMatch(file ->
                        file.toString().contains(uuid) && file.toString().endsWith(extension));
    }

    @Test
    void everyCodecGivesTheSameHits() {
        Client client = cluster.client();
        List<String> codecs =
                Arrays.asList(
                        null, "ivory_best_compression", "default", "best_compression", "zlib");
        List<String> expected = null;
        for (String codec : codecs) {
            String index = "codec-" + codec;
            client.create(index, spec(codec));
            load(index);
            boolean fast = codec == null || codec.startsWith("ivory");
            assertEquals(codec == null ? "ivory" : codec, codec(index));
            assertEquals(fast, hasRegions(index), index);
            List<String> answers = answers(index);
            expected = expected == null ? answers : expected;
            assertEquals(expected, answers, index);
        }
        client.merge("codec-null");
        client.merge("codec-default");
        assertTrue(hasRegions("codec-null"));
        assertEquals(expected, answers("codec-null"));
        assertEquals(expected, answers("codec-default"));
        cluster.restart();
        cluster.awaitHealth(0, "yellow");
        for (String codec : codecs) {
            assertEquals(expected, answers("codec-" + codec), codec);
        }
        // Segments of the other format are merged into regions when the codec changes.
        Client again = cluster.client();
        again.http().post("/codec-zlib/_close", null).ok();
        again.http().put("/codec-zlib/_settings", "{\"index.codec\":\"ivory\"}").ok();
        again.http().post("/codec-zlib/_open", null).ok();
        cluster.awaitHealth(0, "yellow");
        assertFalse(hasRegions("codec-zlib"));
        again.put("codec-zlib", "more", "{}");
        again.merge("codec-zlib");
        assertTrue(hasRegions("codec-zlib"));
        assertEquals(expected, answers("codec-zlib"));
    }

    @Test
    void bothPluginsInOneIndex() {
        Client client = cluster.client();
        client.create("plain", spec("default"));
        load("plain");
        List<String> expected = answers("plain");
        // The k-NN plugin owns the codec service of this index.
        client.create("both", spec(null).setting("index.knn", true).field("p", PEER));
        assertEquals("ivory", codec("both"));
        // Beside it, one of its own.
        client.create("peers", new IndexSpec().setting("index.knn", true).field("p", PEER));
        assertEquals("none", codec("peers"));
        client.create("both-default", spec("default").setting("index.knn", true).field("p", PEER));
        load("both");
        load("both-default");
        assertTrue(hasRegions("both"));
        assertFalse(hasRegions("both-default"));
        for (int round = 0; round < 2; round++) {
            for (String index : List.of("both", "both-default")) {
                assertEquals(expected, answers(index), index);
                String knn =
                        "{\"size\":10,\"_source\":false,\"query\":{\"knn\":{\"p\":{\"vector\":"
                                + Vectors.array(VECTORS[7])
                                + ",\"k\":10}}}}";
                assertEquals("7", client.search(index, knn).ids().get(0));
                client.merge(index);
            }
        }
    }

    @Test
    void templatesAndDataStreams() {
        Client client = cluster.client();
        String field =
                "{\"type\":\"ivory_vector\",\"dimension\":24,\"space_type\":\"l2\",\"model\":\""
                        + MODEL
                        + "\"}";
        String mapping = "\"mappings\":{\"properties\":{\"v\":" + field + "}}";
        template("logs", "\"index_patterns\":[\"logs*\"],\"data_stream\":{}", mapping);
        template("auto", "\"index_patterns\":[\"auto*\"]", mapping);
        template(
                "named",
                "\"index_patterns\":[\"named*\"]",
                "\"settings\":{\"index.codec\":\"best_compression\"}," + mapping);
        String document = "{\"@timestamp\":0,\"v\":" + Vectors.array(VECTORS[0]) + "}";
        client.http().post("/auto-1/_doc", document).ok();
        assertEquals("ivory", codec("auto-1"));
        client.http().post("/named-1/_doc", document).ok();
        assertEquals("best_compression", codec("named-1"));
        // Not even a mapping in the request changes what a template names.
        client.create("named-2", new IndexSpec().vector("w", DIMENSION, Space.L2, MODEL));
        assertEquals("best_compression", codec("named-2"));
        client.http().post("/logs/_doc", document).ok();
        client.http().post("/logs/_rollover", null).ok();
        assertEquals("ivory", codec(".ds-logs-000001"));
        assertEquals("ivory", codec(".ds-logs-000002"));
        client.http().delete("/_data_stream/logs").ok();
    }

    private static void template(String name, String head, String template) {
        cluster.client()
                .http()
                .put("/_index_template/" + name, "{" + head + ",\"template\":{" + template + "}}")
                .ok();
    }

    @Test
    void warnsWhereTheFastPathIsMissing() throws Exception {
        String field = "\"v\":{\"type\":\"ivory_vector\",\"dimension\":24}";
        String mappings = "\"mappings\":{\"properties\":{" + field + "}}";
        assertEquals(List.of(), Warnings.of(cluster, "/warned-0", "{" + mappings + "}"));
        String slow = "{\"settings\":{\"index.codec\":\"zlib\"}," + mappings + "}";
        assertTrue(Warnings.of(cluster, "/warned-1", slow).get(0).contains("index.codec [zlib]"));
        assertEquals(List.of(), Warnings.of(cluster, "/warned-2", "{}"));
        String mapping = "{\"properties\":{" + field + "}}";
        List<String> later = Warnings.of(cluster, "/warned-2/_mapping", mapping);
        assertTrue(later.get(0).contains("[warned-2]"), later.toString());
    }
}
