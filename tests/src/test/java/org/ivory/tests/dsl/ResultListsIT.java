package org.ivory.tests.dsl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;

import org.ivory.tests.harness.Client;
import org.ivory.tests.harness.Hits;
import org.ivory.tests.harness.SharedCluster;
import org.ivory.tests.harness.Space;
import org.ivory.tests.harness.Stats;
import org.ivory.tests.harness.VectorQuery;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What is done with the hits: sorted, paged, counted, aggregated, collapsed, many at once. */
@ExtendWith(SharedCluster.class)
class ResultListsIT {
    private static final int ALL = WordsIndex.DOCUMENTS;
    private static final List<String> BOTH = List.of(WordsIndex.ONE, WordsIndex.THREE);

    private final Client client;

    ResultListsIT(Client client) {
        this.client = client;
    }

    @BeforeEach
    void load() {
        WordsIndex.ensure(client);
    }

    private static String body(VectorQuery query, String more) {
        return "{\"_source\":false," + more + ",\"query\":" + query.json() + "}";
    }

    @Test
    void pagesFollowEachOther() {
        float[] query = WordsIndex.query(0);
        for (VectorQuery asked :
                List.of(
                        VectorQuery.on("v", query).k(50).exact(),
                        VectorQuery.on("v", query).nprobe(WordsIndex.NLIST))) {
            for (String index : BOTH) {
                List<String> whole = client.search(index, asked, 50).ids();
                List<String> paged = new ArrayList<>();
                for (int from = 0; from < 50; from += 7) {
                    int size = Math.min(7, 50 - from);
                    paged.addAll(
                            client.search(
                                            index,
                                            body(asked, "\"from\":" + from + ",\"size\":" + size))
                                    .ids());
                }
                assertEquals(whole, paged);
            }
        }
    }

    @Test
    void aPageBeyondTheLastIsEmpty() {
        VectorQuery ten = VectorQuery.on("v", WordsIndex.query(0)).k(10);
        assertEquals(0, client.search(WordsIndex.ONE, body(ten, "\"from\":10,\"size\":10")).size());
        assertEquals(
                10, client.search(WordsIndex.ONE, body(ten, "\"from\":10,\"size\":10")).total());
    }

    /** Each shard gives its own k, as the k-NN plugin does; size cuts the merged list. */
    @Test
    void totalCountsTheKOfEveryShard() {
        VectorQuery ten = VectorQuery.on("v", WordsIndex.query(0)).k(10);
        assertEquals(10, client.search(WordsIndex.ONE, ten, 10).total());
        Hits three = client.search(WordsIndex.THREE, ten, 10);
        assertEquals(10, three.size());
        assertEquals(30, three.total());
    }

    @Test
    void sizeZeroAndTotalHits() {
        VectorQuery all = VectorQuery.on("v", WordsIndex.query(0)).nprobe(WordsIndex.NLIST);
        for (String index : BOTH) {
            Hits none = client.search(index, body(all, "\"size\":0"));
            assertEquals(0, none.size());
            assertEquals(ALL, none.total());
            Hits untracked =
                    client.search(index, body(all, "\"size\":10,\"track_total_hits\":false"));
            assertEquals(client.search(index, all, 10).ids(), untracked.ids());
            Hits few = client.search(index, body(all, "\"size\":10,\"track_total_hits\":100"));
            assertTrue(few.total() >= 100);
            assertEquals(client.search(index, all, 10).ids(), few.ids());
        }
    }

    @Test
    void sortsByAField() {
        VectorQuery ten = VectorQuery.on("v", WordsIndex.query(1)).k(10).exact();
        List<String> top = client.search(WordsIndex.ONE, ten, 10).ids();
        List<String> sorted =
                top.stream().sorted(Comparator.comparingInt(Integer::parseInt)).toList();
        assertEquals(
                sorted,
                client.search(
                                WordsIndex.ONE,
                                body(ten, "\"size\":10,\"sort\":[{\"number\":\"asc\"}]"))
                        .ids());
    }

    @Test
    void sortsByScoreUpwardsAndWithTies() {
        float[] query = WordsIndex.query(1);
        VectorQuery all = VectorQuery.on("v", query).nprobe(WordsIndex.NLIST);
        for (String index : BOTH) {
            Hits worst =
                    client.search(
                            index,
                            body(
                                    all,
                                    "\"size\":10,\"track_scores\":true,"
                                            + "\"sort\":[{\"_score\":\"asc\"},\"number\"]"));
            double[] truth = WordsIndex.nearest(query, ALL, i -> true);
            for (int i = 0; i < 10; i++) {
                double score = Space.COSINE.score(truth[ALL - 1 - i]);
                assertEquals(score, worst.list().get(i).score(), 1e-5);
            }
        }
    }

    @Test
    void searchAfterWalksThroughAll() {
        VectorQuery all = VectorQuery.on("v", WordsIndex.query(2)).nprobe(WordsIndex.NLIST);
        List<String> seen = new ArrayList<>();
        String after = "";
        while (seen.size() < ALL) {
            Hits page =
                    client.search(
                            WordsIndex.THREE,
                            body(
                                    all,
                                    "\"size\":700,\"sort\":[{\"_score\":\"desc\"},\"number\"]"
                                            + after));
            assertTrue(page.size() > 0, "stopped after " + seen.size());
            seen.addAll(page.ids());
            after = ",\"search_after\":" + page.list().get(page.size() - 1).json().path("sort");
        }
        assertEquals(ALL, seen.stream().distinct().count());
    }

    @Test
    void scrollWalksThroughAll() {
        VectorQuery all = VectorQuery.on("v", WordsIndex.query(2)).nprobe(WordsIndex.NLIST);
        JsonNode page =
                client.http()
                        .post(
                                "/" + WordsIndex.THREE + "/_search?scroll=1m",
                                body(all, "\"size\":700"))
                        .ok()
                        .json();
        List<String> seen = new ArrayList<>();
        while (page.path("hits").path("hits").size() > 0) {
            page.path("hits").path("hits").forEach(hit -> seen.add(hit.path("_id").asText()));
            String next = "{\"scroll\":\"1m\",\"scroll_id\":" + page.path("_scroll_id") + "}";
            page = client.http().post("/_search/scroll", next).ok().json();
        }
        client.http().delete("/_search/scroll/_all").ok();
        assertEquals(ALL, seen.stream().distinct().count());
        assertEquals(ALL, seen.size());
    }

    @Test
    void aggregatesOverTheHits() {
        float[] query = WordsIndex.query(3);
        String aggs =
                "\"size\":0,\"aggs\":{\"p\":{\"terms\":{\"field\":\"parity\"},"
                        + "\"aggs\":{\"sum\":{\"sum\":{\"field\":\"number\"}}}}}";
        for (VectorQuery asked :
                List.of(
                        VectorQuery.on("v", query).k(100).exact(),
                        VectorQuery.on("v", query).nprobe(5),
                        VectorQuery.on("v", query).nprobe(WordsIndex.NLIST))) {
            List<Integer> hits =
                    client.search(WordsIndex.ONE, asked, ALL).list().stream()
                            .map(Hits.Hit::number)
                            .toList();
            JsonNode buckets =
                    client.http()
                            .post("/" + WordsIndex.ONE + "/_search", body(asked, aggs))
                            .ok()
                            .json()
                            .path("aggregations")
                            .path("p")
                            .path("buckets");
            for (JsonNode bucket : buckets) {
                int rest = bucket.path("key").asText().equals("even") ? 0 : 1;
                List<Integer> of = hits.stream().filter(i -> i % 2 == rest).toList();
                assertEquals(of.size(), bucket.path("doc_count").asInt());
                assertEquals(
                        of.stream().mapToLong(i -> i).sum(),
                        bucket.path("sum").path("value").asLong());
            }
            assertEquals(2, buckets.size());
        }
    }

    @Test
    void collapsesByAField() {
        float[] query = WordsIndex.query(4);
        VectorQuery all = VectorQuery.on("v", query).nprobe(WordsIndex.NLIST);
        for (String index : BOTH) {
            Hits best =
                    client.search(
                            index, body(all, "\"size\":20,\"collapse\":{\"field\":\"parity\"}"));
            assertEquals(2, best.size());
            for (Hits.Hit hit : best.list()) {
                int rest = hit.number() % 2;
                double truth = WordsIndex.nearest(query, 1, i -> i % 2 == rest)[0];
                assertEquals(Space.COSINE.score(truth), hit.score(), 1e-5);
            }
        }
    }

    @Test
    void minScoreOfTheSearchCuts() {
        float[] query = WordsIndex.query(5);
        double[] nearest = WordsIndex.nearest(query, 21, i -> true);
        double cut = Space.COSINE.score((nearest[19] + nearest[20]) / 2);
        VectorQuery all = VectorQuery.on("v", query).nprobe(WordsIndex.NLIST);
        for (String index : BOTH) {
            Hits hits = client.search(index, body(all, "\"size\":100,\"min_score\":" + cut));
            assertEquals(20, hits.total());
            Answers.areNearest(hits, query, 20, i -> true);
        }
    }

    @Test
    void terminateAfterAndTimeoutAreObeyedWithoutError() {
        VectorQuery all = VectorQuery.on("v", WordsIndex.query(5)).nprobe(WordsIndex.NLIST);
        JsonNode answer =
                client.http()
                        .post(
                                "/" + WordsIndex.ONE + "/_search",
                                body(all, "\"size\":5,\"terminate_after\":10,\"timeout\":\"30s\""))
                        .ok()
                        .json();
        assertTrue(answer.path("terminated_early").asBoolean(), answer.toString());
        assertEquals(5, answer.path("hits").path("hits").size());
    }

    @Test
    void countApi() {
        VectorQuery all = VectorQuery.on("v", WordsIndex.query(5)).nprobe(WordsIndex.NLIST);
        VectorQuery ten = VectorQuery.on("v", WordsIndex.query(5)).k(10);
        assertEquals(ALL, count(WordsIndex.THREE, all));
        assertEquals(10, count(WordsIndex.ONE, ten));
    }

    private int count(String index, VectorQuery query) {
        String body = "{\"query\":" + query.json() + "}";
        return client.http().post("/" + index + "/_count", body).ok().json().path("count").asInt();
    }

    @Test
    void manySearchesInOneRequest() {
        List<String> bodies = new ArrayList<>();
        List<List<String>> alone = new ArrayList<>();
        for (int q = 0; q < 20; q++) {
            VectorQuery query = VectorQuery.on("v", WordsIndex.query(q)).k(10);
            VectorQuery asked = q % 2 == 0 ? query.exact() : query;
            bodies.add(asked.search(10));
            alone.add(client.search(WordsIndex.THREE, asked, 10).ids());
        }
        List<List<String>> together =
                client.searchMany(WordsIndex.THREE, bodies).stream().map(Hits::ids).toList();
        assertEquals(alone, together);
    }

    @Test
    void oneBadAmongManySearchesHarmsNoOther() {
        String good = VectorQuery.on("v", WordsIndex.query(0)).k(10).search(10);
        String bad = VectorQuery.on("v", new float[] {1, 2, 3}).k(10).search(10);
        JsonNode responses =
                client.http()
                        .post(
                                "/" + WordsIndex.ONE + "/_msearch",
                                "{}\n" + good + "\n{}\n" + bad + "\n{}\n" + good + "\n")
                        .ok()
                        .json()
                        .path("responses");
        assertEquals(200, responses.path(0).path("status").asInt());
        assertEquals(400, responses.path(1).path("status").asInt(), responses.path(1).toString());
        assertEquals(200, responses.path(2).path("status").asInt());
    }

    @Test
    void theSameAnswerEachTime() {
        for (String index : BOTH) {
            VectorQuery query = VectorQuery.on("v", WordsIndex.query(7)).k(20).nprobe(3);
            List<String> first = client.search(index, query, 20).ids();
            for (int i = 0; i < 5; i++) {
                assertEquals(first, client.search(index, query, 20).ids());
            }
        }
    }

    /** Whatever is done with the hits, no vector is compared twice. */
    @Test
    void everyVectorIsScannedOnce() {
        float[] query = WordsIndex.query(9);
        for (VectorQuery asked :
                List.of(
                        VectorQuery.on("v", query).k(10).exact(),
                        VectorQuery.on("v", query).k(10).nprobe(WordsIndex.NLIST),
                        VectorQuery.on("v", query).nprobe(WordsIndex.NLIST))) {
            for (String more : List.of("", ",\"aggs\":{\"a\":{\"max\":{\"field\":\"number\"}}}")) {
                for (String index : BOTH) {
                    String body = body(asked, "\"size\":10" + more);
                    Stats before = Stats.of(client);
                    assertEquals(10, client.search(index, body).size());
                    long scanned = Stats.of(client).vectorsScanned() - before.vectorsScanned();
                    assertEquals(ALL, scanned, index + ": " + body);
                }
            }
        }
    }

    @Test
    void severalIndicesAtOnce() {
        VectorQuery query = VectorQuery.on("v", WordsIndex.query(8)).k(5).exact();
        Hits hits = client.search(WordsIndex.ONE + "," + WordsIndex.THREE, query, 10);
        assertEquals(10, hits.size());
        assertEquals(5, hits.ids().stream().distinct().count());
    }
}
