package org.ivory.tests.dsl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;

import org.ivory.tests.harness.Bulk;
import org.ivory.tests.harness.Client;
import org.ivory.tests.harness.DataSet;
import org.ivory.tests.harness.Hits;
import org.ivory.tests.harness.SharedCluster;
import org.ivory.tests.harness.VectorQuery;
import org.ivory.tests.harness.Vectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.ArrayList;
import java.util.List;

/** Documents that come, change and go: searches always see the latest state, and all of it. */
@ExtendWith(SharedCluster.class)
class DocumentsIT {
    private static final String INDEX = "documents";
    private static final String COPY = "documents-copy";
    private static final int COUNT = 600;

    private final Client client;
    private final DataSet set = WordsIndex.set();

    DocumentsIT(Client client) {
        this.client = client;
    }

    @BeforeEach
    void load() {
        WordsIndex.ensure(client);
        client.create(INDEX, WordsIndex.spec(1, WordsIndex.MODEL));
        new Bulk(client, INDEX, "v")
                .with(WordsIndex::members)
                .batch(200)
                .refreshEach()
                .load(set.base(), 0, COUNT);
    }

    @AfterEach
    void drop() {
        client.drop(INDEX);
        client.drop(COPY);
    }

    private List<String> nearest(float[] query, int k) {
        return client.search(INDEX, VectorQuery.on("v", query).k(k).exact(), k).ids();
    }

    /** Every document but those named is found by every kind of query, and no other. */
    private void assertHolds(String index, java.util.function.IntPredicate there) {
        for (int q = 0; q < 5; q++) {
            float[] query = WordsIndex.query(q);
            java.util.function.IntPredicate passes = i -> i < COUNT && there.test(i);
            int all = WordsIndex.passing(passes);
            for (VectorQuery asked :
                    List.of(
                            VectorQuery.on("v", query).k(COUNT).exact(),
                            VectorQuery.on("v", query).k(COUNT).nprobe(WordsIndex.NLIST),
                            VectorQuery.on("v", query).nprobe(WordsIndex.NLIST))) {
                Answers.areNearest(client.search(index, asked, COUNT), query, all, passes);
            }
            Answers.areNearest(
                    client.search(index, VectorQuery.on("v", query).k(10).exact(), 10),
                    query,
                    10,
                    passes);
        }
    }

    @Test
    void deletedOnesAreGone() {
        List<Integer> gone = new ArrayList<>();
        for (int i = 0; i < COUNT; i += 3) {
            gone.add(i);
        }
        new Bulk(client, INDEX, "v").delete(gone);
        assertHolds(INDEX, i -> i % 3 != 0);
        client.merge(INDEX);
        assertHolds(INDEX, i -> i % 3 != 0);
    }

    @Test
    void deletedByQuery() {
        JsonNode answer =
                client.http()
                        .post(
                                "/" + INDEX + "/_delete_by_query?refresh=true",
                                "{\"query\":{\"term\":{\"decile\":4}}}")
                        .ok()
                        .json();
        assertEquals(COUNT / 10, answer.path("deleted").asInt(), answer.toString());
        assertHolds(INDEX, i -> i % 10 != 4);
    }

    @Test
    void deletedByAVectorQuery() {
        String near = VectorQuery.on("v", WordsIndex.query(0)).nprobe(WordsIndex.NLIST).json();
        JsonNode answer =
                client.http()
                        .post(
                                "/" + INDEX + "/_delete_by_query?refresh=true",
                                "{\"query\":" + near + "}")
                        .ok()
                        .json();
        assertEquals(COUNT, answer.path("deleted").asInt(), answer.toString());
        assertEquals(0, nearest(WordsIndex.query(0), 10).size());
    }

    /** Document 7 takes the vector of document 1000: found there, and not where it was. */
    @Test
    void replacedOnesAreFoundByTheNewVector() {
        client.put(INDEX, "7", "{\"v\":\"" + Vectors.base64(set.base()[1000]) + "\"}");
        client.refresh(INDEX);
        assertEquals(List.of("7"), nearest(set.base()[1000], 1));
        assertTrue(!nearest(set.base()[7], 1).equals(List.of("7")));
        assertEquals(COUNT, client.count(INDEX));
    }

    @Test
    void partialUpdateKeepsTheVector() {
        client.http().post("/" + INDEX + "/_update/7", "{\"doc\":{\"title\":\"other\"}}").ok();
        client.refresh(INDEX);
        assertHolds(INDEX, i -> true);
        assertEquals(
                List.of("7"),
                client.search(
                                INDEX,
                                VectorQuery.on("v", set.base()[7])
                                        .k(5)
                                        .filter("{\"match\":{\"title\":\"other\"}}"),
                                5)
                        .ids());
    }

    @Test
    void partialUpdateOfTheVector() {
        client.http()
                .post(
                        "/" + INDEX + "/_update/7",
                        "{\"doc\":{\"v\":" + Vectors.array(set.base()[1000]) + "}}")
                .ok();
        client.refresh(INDEX);
        Hits hits = client.search(INDEX, VectorQuery.on("v", set.base()[1000]).k(1).nprobe(1), 1);
        assertEquals(List.of("7"), hits.ids());
        assertEquals(1.0, hits.list().get(0).score(), 1e-5);
    }

    @Test
    void removingTheVectorRemovesTheHit() {
        client.http()
                .post("/" + INDEX + "/_update/7", "{\"script\":\"ctx._source.remove('v')\"}")
                .ok();
        client.refresh(INDEX);
        assertHolds(INDEX, i -> i != 7);
        assertEquals(COUNT, client.count(INDEX));
    }

    @Test
    void updateByQueryKeepsTheVectors() {
        client.http()
                .post(
                        "/" + INDEX + "/_update_by_query?refresh=true",
                        "{\"query\":{\"term\":{\"decile\":3}},"
                                + "\"script\":\"ctx._source.title = 'new'\"}")
                .ok();
        assertHolds(INDEX, i -> true);
    }

    @Test
    void reindexToAnotherModel() {
        for (String model : new String[] {null, WordsIndex.MODEL}) {
            client.create(COPY, WordsIndex.spec(1, model));
            String body =
                    "{\"source\":{\"index\":\""
                            + INDEX
                            + "\"},\"dest\":{\"index\":\""
                            + COPY
                            + "\"}}";
            JsonNode answer = client.http().post("/_reindex?refresh=true", body).ok().json();
            assertEquals(COUNT, answer.path("created").asInt(), answer.toString());
            assertHolds(COPY, i -> true);
        }
    }

    @Test
    void aliasesWithAFilter() {
        client.http()
                .post(
                        "/_aliases",
                        "{\"actions\":[{\"add\":{\"index\":\""
                                + INDEX
                                + "\",\"alias\":\"documents-odd\","
                                + "\"filter\":{\"term\":{\"parity\":\"odd\"}}}},"
                                + "{\"add\":{\"index\":\""
                                + INDEX
                                + "\",\"alias\":\"documents-all\"}}]}")
                .ok();
        assertHolds("documents-all", i -> true);
        float[] query = WordsIndex.query(0);
        Hits odd =
                client.search(
                        "documents-odd",
                        VectorQuery.on("v", query).nprobe(WordsIndex.NLIST),
                        COUNT);
        Answers.areNearest(odd, query, COUNT, i -> i < COUNT && i % 2 == 1);
    }

    @Test
    void closedAndOpenedAgain() {
        client.http().post("/" + INDEX + "/_close", null).ok();
        client.http().post("/" + INDEX + "/_search", "{}").refused("closed");
        client.http().post("/" + INDEX + "/_open", null).ok();
        client.http().get("/_cluster/health/" + INDEX + "?wait_for_status=yellow").ok();
        assertHolds(INDEX, i -> true);
    }

    @Test
    void splitShrunkAndCloned() {
        resize(INDEX, "_clone", COPY, 1);
        client.drop(COPY);
        resize(INDEX, "_split", COPY, 4);
        resize(COPY, "_shrink", COPY + "-2", 2);
        client.drop(COPY + "-2");
    }

    private void resize(String from, String way, String to, int shards) {
        client.http().put("/" + from + "/_settings", "{\"index.blocks.write\":true}").ok();
        client.http()
                .post(
                        "/" + from + "/" + way + "/" + to,
                        "{\"settings\":{\"index.number_of_shards\":"
                                + shards
                                + ",\"index.number_of_replicas\":0,"
                                + "\"index.blocks.write\":null}}")
                .ok();
        client.http().get("/_cluster/health/" + to + "?wait_for_status=green&timeout=60s").ok();
        client.refresh(to);
        assertHolds(to, i -> true);
    }

    @Test
    void routedAndFoundByRouting() {
        client.create(COPY, WordsIndex.spec(3, WordsIndex.MODEL));
        for (int i = 0; i < 30; i++) {
            client.http()
                    .put(
                            "/" + COPY + "/_doc/" + i + "?routing=r" + i % 2,
                            "{\"v\":\"" + Vectors.base64(set.base()[i]) + "\"}")
                    .ok();
        }
        client.refresh(COPY);
        Hits all = client.search(COPY, VectorQuery.on("v", WordsIndex.query(0)).k(30).exact(), 30);
        assertEquals(30, all.size());
        Hits routed =
                Hits.of(
                        client.http()
                                .post(
                                        "/" + COPY + "/_search?routing=r1",
                                        VectorQuery.on("v", WordsIndex.query(0))
                                                .k(30)
                                                .exact()
                                                .search(30)));
        assertTrue(routed.size() >= 15, routed.size() + " of 15");
    }
}
