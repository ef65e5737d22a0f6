package org.ivory.tests.models;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.ivory.tests.harness.Bulk;
import org.ivory.tests.harness.Client;
import org.ivory.tests.harness.Cluster;
import org.ivory.tests.harness.Hits;
import org.ivory.tests.harness.IndexSpec;
import org.ivory.tests.harness.Models;
import org.ivory.tests.harness.SharedCluster;
import org.ivory.tests.harness.Space;
import org.ivory.tests.harness.VectorQuery;
import org.ivory.tests.harness.Vectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.ArrayList;
import java.util.List;

/** An index restored from a snapshot answers as it did before. */
@ExtendWith(SharedCluster.class)
class SnapshotIT {
    private static final String INDEX = "snapshot";
    private static final float[][] VECTORS = Vectors.random(5, 2000, 24);

    private final Cluster cluster;
    private final Client client;

    SnapshotIT(Cluster cluster) {
        this.cluster = cluster;
        this.client = cluster.client();
    }

    @Test
    void restoredIndexAnswersAsBefore() {
        client.create("snapshot-training", new IndexSpec().vector("v", 24, Space.L2, null));
        new Bulk(client, "snapshot-training", "v").load(VECTORS);
        Models models = new Models(client);
        models.train("snapshot-model", "snapshot-training", "v", 20, Space.L2);
        client.create(INDEX, new IndexSpec().shards(2).vector("v", 24, Space.L2, "snapshot-model"));
        new Bulk(client, INDEX, "v").refreshEach().batch(700).load(VECTORS);
        List<List<String>> before = answers(INDEX);

        String location = cluster.directory().resolve("snapshots").toString();
        client.http()
                .put(
                        "/_snapshot/ivory-tests",
                        "{\"type\":\"fs\",\"settings\":{\"location\":\"" + location + "/a\"}}")
                .ok();
        client.http()
                .put(
                        "/_snapshot/ivory-tests/one?wait_for_completion=true",
                        "{\"indices\":\"" + INDEX + "\",\"include_global_state\":false}")
                .ok()
                .mentions("SUCCESS");
        client.drop(INDEX);
        restore("");
        assertEquals(before, answers(INDEX));
        restore(",\"rename_pattern\":\"(.+)\",\"rename_replacement\":\"$1-restored\"");
        assertEquals(before, answers(INDEX + "-restored"));
        models.delete("snapshot-model").refused(INDEX);

        // Without its model, a restored index is searched exactly.
        client.drop(INDEX);
        client.drop(INDEX + "-restored");
        models.delete("snapshot-model").ok();
        restore("");
        for (float[] query : List.of(VECTORS[0], VECTORS[1])) {
            Hits hits = client.search(INDEX, VectorQuery.on("v", query).k(2000), 2000);
            assertEquals(2000, hits.size());
        }
        assertEquals(before.subList(0, 1), answers(INDEX).subList(0, 1));
        client.drop(INDEX);
        client.drop("snapshot-training");
        client.http().delete("/_snapshot/ivory-tests/one").ok();
        client.http().delete("/_snapshot/ivory-tests").ok();
    }

    private void restore(String more) {
        client.http()
                .post(
                        "/_snapshot/ivory-tests/one/_restore?wait_for_completion=true",
                        "{\"indices\":\"" + INDEX + "\"" + more + "}")
                .ok()
                .mentions("\"failed\":0");
    }

    /** The ids of some searches: first an exact one, then probed ones and a match. */
    private List<List<String>> answers(String index) {
        List<List<String>> all = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            float[] query = VECTORS[i * 100];
            VectorQuery asked = VectorQuery.on("v", query).k(20);
            all.add(client.search(index, i == 0 ? asked.exact() : asked.nprobe(i), 20).ids());
            all.add(client.search(index, VectorQuery.on("v", query).nprobe(3), 50).ids());
        }
        return all;
    }
}
