package org.ivory.tests.recall;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.ivory.tests.harness.Await;
import org.ivory.tests.harness.BruteForce;
import org.ivory.tests.harness.Bulk;
import org.ivory.tests.harness.Client;
import org.ivory.tests.harness.Cluster;
import org.ivory.tests.harness.DataSet;
import org.ivory.tests.harness.IndexSpec;
import org.ivory.tests.harness.Measured;
import org.ivory.tests.harness.Models;
import org.ivory.tests.harness.Recall;
import org.ivory.tests.harness.Searches;
import org.ivory.tests.harness.SharedCluster;
import org.ivory.tests.harness.SiftIndex;
import org.ivory.tests.harness.Stats;
import org.ivory.tests.harness.VectorQuery;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Recall of probed search on 100,000 SIFT descriptors with 1,024 cells, in every state that an
 * index goes through. The states follow each other on one index, so the order of the methods
 * matters.
 */
@ExtendWith(SharedCluster.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class SiftRecall {
    static final String MODEL = "sift-1024";
    private static final int NLIST = 1024;
    private static final int QUERIES = 200;
    private static final int EXACT_QUERIES = 40;
    private static final double WANTED = 0.95;
    private static final double SHARE = 0.10;
    private static final int[] NPROBES = {24, 32, 48, 64};

    private final Cluster cluster;
    private final int shards;
    private final String index;
    private DataSet set;
    private List<double[]> truth;

    SiftRecall(Cluster cluster, int shards) {
        this.cluster = cluster;
        this.shards = shards;
        this.index = "sift-celled-" + shards;
    }

    @BeforeAll
    void trainAndLoad() {
        Client client = cluster.client();
        SiftIndex.ensure(client);
        set = SiftIndex.set(QUERIES);
        truth = Recall.truth(set, 10);
        Models models = new Models(client);
        if (models.get(MODEL).status() == 404) {
            models.train(MODEL, SiftIndex.NAME, SiftIndex.FIELD, NLIST, set.space());
        }
        client.create(index, new IndexSpec().shards(shards).vector("v", 128, set.space(), MODEL));
        new Bulk(client, index, "v").refreshEach().load(set.base());
    }

    @AfterAll
    void drop() {
        cluster.client().drop(index);
    }

    @Test
    @Order(1)
    void afterRefreshes() {
        int segments = cluster.client().segments(index).segments();
        // 50 refreshes; the host merges small segments at once, so that about three a shard stay.
        assertTrue(segments >= 2 * shards, segments + " segments are not several a shard");
        holds("after refreshes, " + segments + " segments");
    }

    @Test
    @Order(2)
    void afterForceMerge() {
        cluster.client().merge(index);
        assertEquals(shards, cluster.client().segments(index).segments());
        holds("after force-merge");
    }

    @Test
    @Order(3)
    void afterDeletingATenth() {
        IntPredicate stays = i -> i % 10 != 3;
        List<Integer> gone = new ArrayList<>();
        for (int i = 0; i < set.base().length; i++) {
            if (!stays.test(i)) {
                gone.add(i);
            }
        }
        new Bulk(cluster.client(), index, "v").delete(gone);
        truth = new ArrayList<>();
        for (float[] query : set.queries()) {
            truth.add(BruteForce.nearest(set.space(), set.base(), query, 10, stays));
        }
        assertEquals(set.base().length - gone.size(), cluster.client().count(index));
        assertTrue(cluster.client().segments(index).deleted() > 0, "deletes were merged away");
        holds("after deleting a tenth");
    }

    @Test
    @Order(4)
    void afterRestart() {
        cluster.restart();
        cluster.awaitHealth(0, "yellow");
        holds("after a restart");
    }

    @Test
    @Order(5)
    void afterMergingTheDeletes() {
        // The host keeps deleted documents for other copies until it has renewed its leases, which
        // it does twice a minute.
        Await.until(
                "the deletes merged away",
                Duration.ofSeconds(180),
                () -> {
                    cluster.client().merge(index);
                    return cluster.client().segments(index).deleted() == 0 ? true : null;
                });
        assertEquals(shards, cluster.client().segments(index).segments());
        holds("after merging the deletes away");
    }

    private void holds(String state) {
        Client client = cluster.client();
        String where = shards + " shard(s), " + state;
        double exact =
                Searches.recall(
                        client,
                        index,
                        set.firstQueries(EXACT_QUERIES),
                        truth,
                        v -> VectorQuery.on("v", v).k(10).exact());
        assertEquals(1.0, exact, "exact, " + where);

        double automatic = measured(client, where, 0);
        assertTrue(automatic >= WANTED, where + ": recall " + automatic + " by default");

        for (int nprobe : NPROBES) {
            Stats before = Stats.of(client);
            double recall = measured(client, where, nprobe);
            double share = share(before, Stats.of(client), client);
            if (recall >= WANTED && share <= SHARE) {
                return;
            }
            assertTrue(
                    share <= SHARE,
                    where + ": " + share + " of the vectors scanned before recall was reached");
        }
        throw new AssertionError(where + ": no nprobe reaches a recall of " + WANTED);
    }

    private double measured(Client client, String where, int nprobe) {
        Stats before = Stats.of(client);
        double recall =
                recall(
                        client,
                        v -> {
                            VectorQuery query = VectorQuery.on("v", v).k(10);
                            return nprobe == 0 ? query : query.nprobe(nprobe);
                        });
        double share = share(before, Stats.of(client), client);
        Measured.say(
                "SIFT, %s: nprobe %s: recall@10 %.4f, %.2f%% of the vectors scanned",
                where, nprobe == 0 ? "automatic" : nprobe, recall, 100 * share);
        return recall;
    }

    private double share(Stats before, Stats after, Client client) {
        double scanned = after.vectorsScanned() - before.vectorsScanned();
        assertTrue(scanned > 0, "no vector scanned: the counter stands still");
        return scanned / ((double) QUERIES * client.count(index));
    }

    private double recall(Client client, java.util.function.Function<float[], VectorQuery> query) {
        return Searches.recall(client, index, set, truth, query);
    }
}
