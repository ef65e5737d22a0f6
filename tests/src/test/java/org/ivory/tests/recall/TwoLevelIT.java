package org.ivory.tests.recall;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;

import org.ivory.tests.harness.BruteForce;
import org.ivory.tests.harness.Bulk;
import org.ivory.tests.harness.Client;
import org.ivory.tests.harness.Cluster;
import org.ivory.tests.harness.DataSet;
import org.ivory.tests.harness.Hits;
import org.ivory.tests.harness.IndexSpec;
import org.ivory.tests.harness.Measured;
import org.ivory.tests.harness.Models;
import org.ivory.tests.harness.Recall;
import org.ivory.tests.harness.Searches;
import org.ivory.tests.harness.SharedCluster;
import org.ivory.tests.harness.VectorQuery;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;

/** A model of so many cells that they are in groups: trained, indexed by and searched in a node. */
@ExtendWith(SharedCluster.class)
class TwoLevelIT {
    private static final String TRAINING = "two-level-training";
    private static final String INDEX = "two-level";
    private static final String MODEL = "two-level";
    private static final int VECTORS = 30_000;
    private static final int CELLS = 5_000;
    private static final int QUERIES = 40;
    private static final int K = 10;
    private static final String SOME = "{\"range\":{\"percent\":{\"lt\":30}}}";

    private final Client client;
    private final DataSet set;

    TwoLevelIT(Cluster cluster) {
        this.client = cluster.client();
        DataSet all = DataSet.sift().firstQueries(QUERIES);
        float[][] base = Arrays.copyOf(all.base(), VECTORS);
        this.set = new DataSet(all.name(), all.space(), base, all.queries(), all.truth());
    }

    @AfterEach
    void drop() {
        client.drop(INDEX);
        client.drop(TRAINING);
    }

    @Test
    void servesAField() {
        client.create(TRAINING, new IndexSpec().vector("v", set.dimension(), set.space(), null));
        new Bulk(client, TRAINING, "v").batch(5000).load(set.base());
        JsonNode model = new Models(client).train(MODEL, TRAINING, "v", CELLS, set.space());
        assertEquals(CELLS, model.path("nlist").asInt());
        client.create(
                INDEX,
                new IndexSpec()
                        .field("percent", "integer")
                        .vector("v", set.dimension(), set.space(), MODEL));
        new Bulk(client, INDEX, "v")
                .with(i -> "\"percent\":" + i % 100)
                .batch(5000)
                .refreshEach()
                .load(set.base());
        holds("as loaded");
        client.merge(INDEX);
        holds("merged");
    }

    private void holds(String state) {
        List<double[]> truth = truth(i -> true);
        for (int nprobe : new int[] {0, 250, CELLS}) {
            double recall =
                    Searches.recall(
                            client,
                            INDEX,
                            set,
                            truth,
                            v -> {
                                VectorQuery query = VectorQuery.on("v", v).k(K);
                                return nprobe == 0 ? query : query.nprobe(nprobe);
                            });
            Measured.say("%d cells, %s: nprobe %d: recall@10 %.4f", CELLS, state, nprobe, recall);
            assertTrue(recall >= 0.95, state + ", nprobe " + nprobe + ": recall " + recall);
        }
        List<double[]> some = truth(i -> i % 100 < 30);
        for (int q = 0; q < QUERIES; q++) {
            float[] query = set.queries()[q];
            // One cell holds too few: the search has to go on.
            VectorQuery asked = VectorQuery.on("v", query).k(K).nprobe(1).filter(SOME);
            Hits hits = client.search(INDEX, asked, K);
            assertEquals(K, hits.size());
            assertTrue(Recall.of(set, query, hits, some.get(q)) > 0);
        }
    }

    private List<double[]> truth(IntPredicate passing) {
        List<double[]> truth = new ArrayList<>();
        for (float[] query : set.queries()) {
            truth.add(BruteForce.nearest(set.space(), set.base(), query, K, passing));
        }
        return truth;
    }
}
