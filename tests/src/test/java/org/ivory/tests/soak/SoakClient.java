package org.ivory.tests.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.ivory.tests.harness.Bulk;
import org.ivory.tests.harness.Client;
import org.ivory.tests.harness.Hits;
import org.ivory.tests.harness.Space;
import org.ivory.tests.harness.VectorQuery;
import org.ivory.tests.harness.Vectors;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/**
 * One of the soak test's clients. Its documents carry its own tag and nobody else touches them, so
 * that it knows what a search with a filter of its tag must find.
 */
final class SoakClient implements Runnable {
    private static final int MOST = 1500;
    private static final int K = 10;

    private final Client client;
    private final String index;
    private final int dimension;
    private final int nlist;
    private final int number;
    private final BooleanSupplier goesOn;
    private final Random random;
    private final Map<Integer, float[]> documents = new TreeMap<>();
    private int next;

    long writes;
    long searches;
    volatile Throwable failure;

    SoakClient(
            Client client,
            String index,
            int dimension,
            int nlist,
            int number,
            BooleanSupplier goesOn) {
        this.client = client;
        this.index = index;
        this.dimension = dimension;
        this.nlist = nlist;
        this.number = number;
        this.goesOn = goesOn;
        this.random = new Random(1000 + number);
    }

    @Override
    public void run() {
        try {
            while (goesOn.getAsBoolean()) {
                for (int i = 0; i < 4; i++) {
                    write();
                }
                client.refresh(index);
                for (int i = 0; i < 6; i++) {
                    search();
                }
            }
        } catch (Throwable e) {
            failure = e;
        }
    }

    /** Adds, replaces and deletes some documents in one request. */
    private void write() {
        StringBuilder lines = new StringBuilder();
        boolean full = documents.size() >= MOST;
        for (int i = full ? 0 : 1 + random.nextInt(20); i > 0; i--) {
            put(lines, next++);
        }
        for (int i = random.nextInt(6); i > 0 && !documents.isEmpty(); i--) {
            put(lines, any());
        }
        for (int i = full ? 60 : random.nextInt(8); i > 0 && documents.size() > 20; i--) {
            int gone = any();
            documents.remove(gone);
            lines.append("{\"delete\":{\"_id\":\"").append(id(gone)).append("\"}}\n");
        }
        if (!lines.isEmpty()) {
            Bulk.check(client.http().post("/" + index + "/_bulk", lines.toString()));
            writes++;
        }
    }

    private void put(StringBuilder lines, int document) {
        float[] vector = vector();
        documents.put(document, vector);
        lines.append("{\"index\":{\"_id\":\"").append(id(document)).append("\"}}\n");
        lines.append("{\"tag\":\"t").append(number).append("\",\"v\":\"");
        lines.append(Vectors.base64(vector)).append("\"}\n");
    }

    private int any() {
        List<Integer> all = new ArrayList<>(documents.keySet());
        return all.get(random.nextInt(all.size()));
    }

    private String id(int document) {
        return number + "-" + document;
    }

    private float[] vector() {
        float[] vector = new float[dimension];
        for (int i = 0; i < dimension; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        return vector;
    }

    private void search() {
        float[] query = vector();
        String mine = "{\"term\":{\"tag\":\"t" + number + "\"}}";
        VectorQuery asked = VectorQuery.on("v", query);
        switch (random.nextInt(5)) {
            case 0 -> expectNearest(find(asked.k(K).exact().filter(mine).json(), K), query, K);
            case 1 ->
                    expectNearest(find(asked.k(K).nprobe(nlist).filter(mine).json(), K), query, K);
            case 2 -> {
                String must =
                        "{\"bool\":{\"must\":"
                                + asked.nprobe(nlist).json()
                                + ",\"filter\":"
                                + mine
                                + "}}";
                expectNearest(find(must, K), query, K);
            }
            case 3 -> {
                Hits hits = find(asked.k(K).nprobe(2).filter(mine).json(), K);
                assertEquals(Math.min(K, documents.size()), hits.size(), "filtered hits");
                hits.list().forEach(hit -> expectScore(hit, query));
            }
            default -> assertTrue(find(asked.k(K).json(), K).size() == K, "unfiltered hits");
        }
        searches++;
    }

    private Hits find(String query, int size) {
        return client.search(
                index, "{\"size\":" + size + ",\"_source\":false,\"query\":" + query + "}");
    }

    private void expectNearest(Hits hits, float[] query, int k) {
        double[] truth =
                documents.values().stream()
                        .mapToDouble(vector -> Space.L2.value(vector, query))
                        .sorted()
                        .limit(k)
                        .toArray();
        assertEquals(truth.length, hits.size(), "hits of an exact search");
        for (int i = 0; i < truth.length; i++) {
            expectScore(hits.list().get(i), query);
            assertTrue(
                    Space.L2.sameScore(hits.list().get(i).score(), truth[i]),
                    "rank " + i + ": " + hits.list().get(i) + " but " + truth[i]);
        }
    }

    private void expectScore(Hits.Hit hit, float[] query) {
        assertTrue(hit.id().startsWith(number + "-"), "a document of another: " + hit.id());
        float[] vector = documents.get(Integer.parseInt(hit.id().split("-")[1]));
        assertTrue(vector != null, "a deleted document: " + hit.id());
        double value = Space.L2.value(vector, query);
        assertTrue(Space.L2.sameScore(hit.score(), value), hit + " but " + value);
    }
}
