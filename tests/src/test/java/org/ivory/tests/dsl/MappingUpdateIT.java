package org.ivory.tests.dsl;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.ivory.tests.harness.Bulk;
import org.ivory.tests.harness.Client;
import org.ivory.tests.harness.Hits;
import org.ivory.tests.harness.IndexSpec;
import org.ivory.tests.harness.Json;
import org.ivory.tests.harness.Reply;
import org.ivory.tests.harness.SharedCluster;
import org.ivory.tests.harness.Space;
import org.ivory.tests.harness.VectorQuery;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.List;
import java.util.Map;

/** What may change in a mapping (the model) and what may not (dimension and metric). */
@ExtendWith(SharedCluster.class)
class MappingUpdateIT {
    private static final String INDEX = "mapping-update";
    private static final int COUNT = 500;

    private final Client client;
    private final int dimension = WordsIndex.set().dimension();

    MappingUpdateIT(Client client) {
        this.client = client;
    }

    @BeforeEach
    void load() {
        WordsIndex.ensure(client);
        client.create(INDEX, new IndexSpec().vector("v", dimension, Space.COSINE, null));
        new Bulk(client, INDEX, "v").load(WordsIndex.set().base(), 0, COUNT);
    }

    @AfterEach
    void drop() {
        client.drop(INDEX);
    }

    private Reply update(Map<String, ?> mapping) {
        return client.http()
                .put(
                        "/" + INDEX + "/_mapping",
                        Json.text(Map.of("properties", Map.of("v", mapping))));
    }

    private Reply update(int dimension, Space space, String model) {
        return update(IndexSpec.vectorMapping(dimension, space, model));
    }

    private void assertAllFound(int count) {
        float[] query = WordsIndex.query(0);
        for (VectorQuery asked :
                List.of(
                        VectorQuery.on("v", query).k(count).exact(),
                        VectorQuery.on("v", query).k(count).nprobe(WordsIndex.NLIST))) {
            Hits hits = client.search(INDEX, asked, count);
            Answers.areNearest(hits, query, count, i -> i < count);
        }
    }

    @Test
    void dimensionMayNotChange() {
        update(dimension + 1, Space.COSINE, null).refused("v", "dimension", "" + (dimension + 1));
        assertAllFound(COUNT);
    }

    @Test
    void metricMayNotChange() {
        update(dimension, Space.L2, null).refused("v", "space_type", "l2");
        assertAllFound(COUNT);
    }

    @Test
    void typeMayNotChange() {
        update(Map.of("type", "keyword")).refused("v", "keyword");
    }

    @Test
    void sameMappingAgainIsFine() {
        update(dimension, Space.COSINE, null).ok();
        assertAllFound(COUNT);
    }

    @Test
    void aModelMayBeGivenLater() {
        update(dimension, Space.COSINE, WordsIndex.MODEL).ok();
        assertAllFound(COUNT);
        new Bulk(client, INDEX, "v").load(WordsIndex.set().base(), COUNT, 2 * COUNT);
        assertAllFound(2 * COUNT);
    }

    @Test
    void anUnknownModelMayNot() {
        update(dimension, Space.COSINE, "never-made").refused("v", "never-made");
        assertAllFound(COUNT);
    }

    @Test
    void metaMayChange() {
        update(
                        Map.of(
                                "type",
                                "ivory_vector",
                                "dimension",
                                dimension,
                                "space_type",
                                "cosinesimil",
                                "meta",
                                Map.of("unit", "none")))
                .ok()
                .json();
        client.http().get("/" + INDEX + "/_mapping").ok().mentions("unit");
    }

    @Test
    void aFieldAliasAnswers() {
        client.http()
                .put(
                        "/" + INDEX + "/_mapping",
                        "{\"properties\":{\"other\":{\"type\":\"alias\",\"path\":\"v\"}}}")
                .ok();
        float[] query = WordsIndex.query(1);
        Hits hits = client.search(INDEX, VectorQuery.on("other", query).k(10).exact(), 10);
        Answers.areNearest(hits, query, 10, i -> i < COUNT);
    }

    @Test
    void aSecondVectorFieldMayBeAdded() {
        client.http()
                .put(
                        "/" + INDEX + "/_mapping",
                        Json.text(
                                Map.of(
                                        "properties",
                                        Map.of("w", IndexSpec.vectorMapping(2, Space.L2, null)))))
                .ok();
        client.put(INDEX, "w", "{\"w\":[1,2]}");
        client.refresh(INDEX);
        assertEquals(
                List.of("w"),
                client.search(INDEX, VectorQuery.on("w", new float[] {1, 2}).k(10), 10).ids());
        assertAllFound(COUNT);
    }

    @Test
    void aDynamicTemplateMakesVectorFields() {
        String body =
                "{\"mappings\":{\"dynamic_templates\":[{\"vectors\":{\"match\":\"*_vec\","
                        + "\"mapping\":{\"type\":\"ivory_vector\",\"dimension\":2,"
                        + "\"space_type\":\"l2\"}}}]}}";
        client.drop(INDEX);
        client.http().put("/" + INDEX, body).ok();
        client.put(INDEX, "1", "{\"a_vec\":[3,4]}");
        client.refresh(INDEX);
        assertEquals(
                List.of("1"),
                client.search(INDEX, VectorQuery.on("a_vec", new float[] {1, 2}).k(10), 10).ids());
    }

    @Test
    void anIndexTemplateMakesVectorFields() {
        client.http()
                .put(
                        "/_index_template/mapping-update-template",
                        "{\"index_patterns\":[\"mapping-update-t*\"],\"template\":{\"mappings\":{"
                                + "\"properties\":{\"v\":{\"type\":\"ivory_vector\","
                                + "\"dimension\":2,\"space_type\":\"l2\"}}}}}")
                .ok();
        client.put("mapping-update-test", "1", "{\"v\":[3,4]}");
        client.refresh("mapping-update-test");
        assertEquals(
                List.of("1"),
                client.search(
                                "mapping-update-test",
                                VectorQuery.on("v", new float[] {1, 2}).k(10),
                                10)
                        .ids());
        client.drop("mapping-update-test");
        client.http().delete("/_index_template/mapping-update-template").ok();
    }
}
