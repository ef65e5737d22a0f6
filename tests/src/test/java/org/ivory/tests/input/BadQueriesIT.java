package org.ivory.tests.input;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.ivory.tests.harness.Client;
import org.ivory.tests.harness.IndexSpec;
import org.ivory.tests.harness.Refusals;
import org.ivory.tests.harness.SharedCluster;
import org.ivory.tests.harness.Space;
import org.ivory.tests.harness.VectorQuery;
import org.ivory.tests.harness.Vectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Queries that make no sense are refused with what is wrong with them. */
@ExtendWith(SharedCluster.class)
class BadQueriesIT {
    private static final String INDEX = "bad-queries";

    private final Client client;

    BadQueriesIT(Client client) {
        this.client = client;
    }

    @BeforeEach
    void create() {
        client.create(
                INDEX,
                new IndexSpec()
                        .vector("embedding", 4, Space.L2, null)
                        .vector("angle", 4, Space.COSINE, null)
                        .field("title", "text")
                        .field("number", "integer"));
        client.put(INDEX, "1", "{\"embedding\":[1,2,3,4],\"angle\":[1,2,3,4],\"title\":\"a\"}");
        client.refresh(INDEX);
    }

    /** The body of the ivory query, and what the refusal must say. */
    private record Bad(String name, String ivory, String... mentioned) {}

    private static Bad bad(String name, String ivory, String... mentioned) {
        return new Bad(name, ivory, mentioned);
    }

    /** The good vector and these further parameters. */
    private static Bad with(String name, String parameters, String... mentioned) {
        String all[] = new ArrayList<>(List.of(mentioned)).toArray(String[]::new);
        return new Bad(name, "{\"embedding\":{\"vector\":[1,2,3,4]," + parameters + "}}", all);
    }

    private static Bad vector(String name, String field, String vector, String... mentioned) {
        return new Bad(name, "{\"" + field + "\":{\"vector\":" + vector + ",\"k\":3}}", mentioned);
    }

    private static final List<Bad> BAD =
            List.of(
                    with("k of 0", "\"k\":0", "[k]", "0", "embedding"),
                    with("negative k", "\"k\":-1", "[k]", "-1", "embedding"),
                    with("k of a thousand million", "\"k\":1000000000", "[k]", "1000000000"),
                    with("k beyond int", "\"k\":10000000000", "k", "10000000000"),
                    with("k as a fraction", "\"k\":1.5", "k", "1.5"),
                    with("k as a word", "\"k\":\"ten\"", "k", "ten"),
                    with("k as null", "\"k\":null", "k"),
                    with("k as an array", "\"k\":[1]", "k"),
                    with("nprobe of 0", "\"k\":1,\"nprobe\":0", "[nprobe]", "0", "embedding"),
                    with("negative nprobe", "\"k\":1,\"nprobe\":-3", "[nprobe]", "-3"),
                    with("huge nprobe", "\"k\":1,\"nprobe\":1000000000", "[nprobe]", "1000000000"),
                    with("nprobe as a word", "\"k\":1,\"nprobe\":\"all\"", "nprobe", "all"),
                    with("unknown parameter", "\"k\":1,\"knn\":5", "[knn]"),
                    with("misspelt parameter", "\"kk\":1", "[kk]"),
                    with("unknown object", "\"k\":1,\"method\":{\"ef\":3}", "[method]"),
                    with("filter that is no query", "\"k\":1,\"filter\":{\"nope\":{}}", "nope"),
                    with("filter as a number", "\"k\":1,\"filter\":3", "filter"),
                    with("both limits", "\"max_distance\":1,\"min_score\":0.5", "max_distance"),
                    with("negative distance of l2", "\"max_distance\":-1", "max_distance", "-1"),
                    with("distance NaN", "\"max_distance\":NaN", "embedding", "NaN"),
                    with("distance infinite", "\"max_distance\":Infinity", "embedding", "Infinity"),
                    with("distance as a word", "\"max_distance\":\"far\"", "max_distance", "far"),
                    with("score of 0", "\"min_score\":0", "min_score", "0"),
                    with("negative score", "\"min_score\":-0.5", "min_score", "-0.5"),
                    with("score above all of l2", "\"min_score\":1.5", "min_score", "1.5"),
                    with("score NaN", "\"min_score\":NaN", "embedding", "NaN"),
                    with("exact as a word", "\"k\":1,\"exact\":\"very\"", "exact", "very"),
                    with("negative boost", "\"k\":1,\"boost\":-1", "boost", "-1"),
                    with("vector twice", "\"vector\":[1,2,3,4],\"k\":1", "vector"),
                    vector("too few numbers", "embedding", "[1,2,3]", "embedding", "3", "4"),
                    vector("too many numbers", "embedding", "[1,2,3,4,5]", "embedding", "5", "4"),
                    vector("NaN", "embedding", "[1,2,NaN,4]", "NaN"),
                    vector("infinity", "embedding", "[1,2,Infinity,4]", "Infinity"),
                    vector("beyond f32", "embedding", "[1,2,3,1e39]", "e39"),
                    vector("string in the array", "embedding", "[1,\"b\",3,4]", "b"),
                    vector("nested array", "embedding", "[[1,2,3,4]]", "vector"),
                    vector("empty array", "embedding", "[]", "vector"),
                    vector("null element", "embedding", "[1,null,3,4]", "null"),
                    vector("null", "embedding", "null", "vector"),
                    vector("object", "embedding", "{}", "vector"),
                    vector("number", "embedding", "7", "vector"),
                    vector("broken base64", "embedding", "\"A*AA\"", "A*AA"),
                    vector(
                            "base64 of another dimension",
                            "embedding",
                            "\"" + Vectors.base64(new float[] {1, 2, 3}) + "\"",
                            "embedding"),
                    vector("zero vector under cosine", "angle", "[0,0,0,0]", "angle", "zero"),
                    vector("text field", "title", "[1,2,3,4]", "title", "text"),
                    vector("numeric field", "number", "[1,2,3,4]", "number", "integer"),
                    vector("unknown field", "nowhere", "[1,2,3,4]", "nowhere"),
                    vector("_id", "_id", "[1,2,3,4]", "_id"),
                    bad("no vector", "{\"embedding\":{\"k\":3}}", "vector", "embedding"),
                    bad("no field", "{}", "ivory"),
                    bad("no object", "3", "ivory"),
                    bad("an array", "[]", "ivory"),
                    bad("field without object", "{\"embedding\":[1,2,3,4]}", "embedding"),
                    bad("empty object", "{\"embedding\":{}}", "embedding"),
                    bad(
                            "two fields",
                            "{\"embedding\":{\"vector\":[1,2,3,4],\"k\":1},"
                                    + "\"angle\":{\"vector\":[1,2,3,4],\"k\":1}}",
                            "angle"));

    @TestFactory
    Stream<DynamicTest> refused() {
        Refusals refusals = new Refusals(client);
        return BAD.stream()
                .map(bad ->
                        refusals.refused(
                                bad.name,
                                () ->
                                        client.http()
                                                .post(
                                                        "/" + INDEX + "/_search",
                                                        "{\"query\":{\"ivory\":"
                                                                + bad.ivory
                                                                + "}}"),
                                bad.mentioned));
    }

    @Test
    void theFieldStillAnswers() {
        float[] query = {1, 2, 3, 4};
        assertEquals(
                List.of("1"),
                client.search(INDEX, VectorQuery.on("embedding", query).k(3), 3).ids());
    }

    @Test
    void otherQueriesOnAVectorFieldAreRefused() {
        for (String query :
                List.of(
                        "{\"term\":{\"embedding\":3}}",
                        "{\"match\":{\"embedding\":\"a\"}}",
                        "{\"range\":{\"embedding\":{\"gt\":1}}}",
                        "{\"prefix\":{\"embedding\":\"a\"}}",
                        "{\"wildcard\":{\"embedding\":\"a*\"}}",
                        "{\"regexp\":{\"embedding\":\"a.*\"}}",
                        "{\"fuzzy\":{\"embedding\":\"a\"}}")) {
            client.http()
                    .post("/" + INDEX + "/_search", "{\"query\":" + query + "}")
                    .refused("embedding");
        }
    }

    @Test
    void sortingAndAggregatingOnAVectorFieldAreRefused() {
        client.http()
                .post("/" + INDEX + "/_search", "{\"sort\":[\"embedding\"]}")
                .refused("embedding");
        client.http()
                .post(
                        "/" + INDEX + "/_search",
                        "{\"aggs\":{\"a\":{\"terms\":{\"field\":\"embedding\"}}}}")
                .refused("embedding");
    }
}
