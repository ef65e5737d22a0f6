package org.ivory.tests.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.ivory.tests.harness.BruteForce;
import org.ivory.tests.harness.Bulk;
import org.ivory.tests.harness.Client;
import org.ivory.tests.harness.Cluster;
import org.ivory.tests.harness.DataSet;
import org.ivory.tests.harness.Hits;
import org.ivory.tests.harness.IndexSpec;
import org.ivory.tests.harness.Json;
import org.ivory.tests.harness.Models;
import org.ivory.tests.harness.Recall;
import org.ivory.tests.harness.SharedCluster;
import org.ivory.tests.harness.Stats;
import org.ivory.tests.harness.VectorQuery;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Fields whose documents know different models, or none: a field without a model, a model that came
 * after the documents, a mapping that changed to another model. Never an error, never a missed
 * document.
 */
@ExtendWith(SharedCluster.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RetrainIT {
    private static final String INDEX = "retrain";
    private static final int COUNT = 3000;
    private static final int NLIST = 30;

    private final Cluster cluster;
    private final Client client;
    private final DataSet set;

    RetrainIT(Cluster cluster) {
        this.cluster = cluster;
        this.client = cluster.client();
        DataSet all = DataSet.minilm().firstQueries(10);
        this.set =
                new DataSet(
                        "retrain",
                        all.space(),
                        Arrays.copyOf(all.base(), COUNT),
                        all.queries(),
                        all.truth());
    }

    @BeforeAll
    void train() {
        client.create("retrain-a", new IndexSpec().vector("v", 384, set.space(), null));
        new Bulk(client, "retrain-a", "v").load(set.base(), 0, 1500);
        client.create("retrain-b", new IndexSpec().vector("v", 384, set.space(), null));
        new Bulk(client, "retrain-b", "v").load(set.base(), 1500, COUNT);
        Models models = new Models(client);
        models.train("retrain-model-a", "retrain-a", "v", NLIST, set.space());
        models.train("retrain-model-b", "retrain-b", "v", NLIST, set.space());
        client.drop("retrain-a");
        client.drop("retrain-b");
    }

    private void create(String model) {
        create(model, "ivory");
    }

    private void create(String model, String codec) {
        client.create(
                INDEX,
                new IndexSpec()
                        .shards(2)
                        .setting("index.codec", codec)
                        .vector("v", 384, set.space(), model));
    }

    private void mapTo(String model) {
        Map<String, ?> mapping =
                Map.of("properties", Map.of("v", IndexSpec.vectorMapping(384, set.space(), model)));
        client.http().put("/" + INDEX + "/_mapping", Json.text(mapping)).ok();
    }

    /** Probing all cells and asking for all finds all {@code count} documents, rightly scored. */
    private void assertAllFound(int count) {
        for (float[] query : set.queries()) {
            double[] truth =
                    BruteForce.nearest(set.space(), set.base(), query, count, i -> i < count);
            for (VectorQuery asked :
                    List.of(
                            VectorQuery.on("v", query).k(count).exact(),
                            VectorQuery.on("v", query).k(count).nprobe(NLIST),
                            VectorQuery.on("v", query).nprobe(NLIST))) {
                Hits hits = client.search(INDEX, asked, count);
                assertEquals(count, hits.total());
                assertEquals(1.0, Recall.of(set, query, hits, truth));
            }
            double[] ten = Arrays.copyOf(truth, 10);
            Hits few = client.search(INDEX, VectorQuery.on("v", query).k(10).exact(), 10);
            assertEquals(1.0, Recall.of(set, query, few, ten));
        }
    }

    /** Whichever cells are probed, these documents are among the candidates. */
    private void assertCandidatesWhateverIsProbed(int from, int to) {
        for (float[] query : set.queries()) {
            List<String> ids =
                    client.search(INDEX, VectorQuery.on("v", query).nprobe(1), COUNT).ids();
            for (int i = from; i < to; i++) {
                assertTrue(ids.contains("" + i), "document " + i + " missed");
            }
        }
    }

    @Test
    void aFieldWithoutModelIsSearchedExactly() {
        create(null);
        new Bulk(client, INDEX, "v").load(set.base());
        assertAllFound(COUNT);
        float[] query = set.queries()[0];
        double[] ten = BruteForce.nearest(set.space(), set.base(), query, 10, i -> true);
        for (VectorQuery asked :
                List.of(
                        VectorQuery.on("v", query).k(10),
                        VectorQuery.on("v", query).k(10).nprobe(1))) {
            assertEquals(1.0, Recall.of(set, query, client.search(INDEX, asked, 10), ten));
        }
        assertEquals(COUNT, client.search(INDEX, VectorQuery.on("v", query).nprobe(1), 0).total());
    }

    @Test
    void anEmptyIndexAndAnEmptyFieldAnswer() {
        create("retrain-model-a");
        float[] query = set.queries()[0];
        assertEquals(0, client.search(INDEX, VectorQuery.on("v", query).k(10), 10).total());
        assertEquals(0, client.search(INDEX, VectorQuery.on("v", query), 10).total());
        client.put(INDEX, "1", "{\"other\":1}");
        client.refresh(INDEX);
        assertEquals(0, client.search(INDEX, VectorQuery.on("v", query).k(10), 10).total());
        assertEquals(0, client.search(INDEX, VectorQuery.on("v", query).exact(), 10).total());
    }

    @Test
    void documentsOlderThanTheirModelAreFound() {
        create(null, "default");
        new Bulk(client, INDEX, "v").load(set.base(), 0, 1000);
        mapTo("retrain-model-a");
        assertAllFound(1000);
        assertCandidatesWhateverIsProbed(0, 1000);
        new Bulk(client, INDEX, "v").load(set.base(), 1000, COUNT);
        assertAllFound(COUNT);
        assertCandidatesWhateverIsProbed(0, 1000);
        client.merge(INDEX);
        assertAllFound(COUNT);
        assertCandidatesWhateverIsProbed(0, 1000);
    }

    @Test
    void aMergeBringsOlderDocumentsToTheModel() {
        create(null);
        new Bulk(client, INDEX, "v").load(set.base());
        assertCandidatesWhateverIsProbed(0, COUNT);
        for (String model : List.of("retrain-model-a", "retrain-model-b")) {
            mapTo(model);
            // A merge does not wait for a model.
            cluster.awaitModels(0);
            assertAllFound(COUNT);
            // A second segment in each shard, so that there is something to merge.
            for (int i = 0; i < 20; i++) {
                client.put(INDEX, model + i, "{}");
            }
            client.refresh(INDEX);
            client.merge(INDEX);
            assertAllFound(COUNT);
            assertProbingCostsLess();
        }
    }

    /** One segment a shard without deletions: the host finds nothing to merge. */
    @Test
    void mergedShardsAreBroughtToTheModelByAnUpdate() {
        create(null);
        new Bulk(client, INDEX, "v").load(set.base());
        client.merge(INDEX);
        mapTo("retrain-model-a");
        client.merge(INDEX);
        assertEquals(2, client.segments(INDEX).segments());
        assertCandidatesWhateverIsProbed(0, COUNT);
        client.http().post("/" + INDEX + "/_update_by_query?refresh=true", null).ok();
        assertProbingCostsLess();
        assertAllFound(COUNT);
    }

    @Test
    void aMappingChangedToAnotherModel() {
        create("retrain-model-a");
        new Bulk(client, INDEX, "v").load(set.base(), 0, 1500);
        mapTo("retrain-model-b");
        cluster.awaitModels(0);
        assertAllFound(1500);
        new Bulk(client, INDEX, "v").load(set.base(), 1500, COUNT);
        assertAllFound(COUNT);
        assertProbingCostsLess();
        client.merge(INDEX);
        assertAllFound(COUNT);
        assertProbingCostsLess();
        new Models(client).delete("retrain-model-b").refused("retrain-model-b", INDEX);
    }

    /** The old model's documents are still probed, not scanned whole. */
    private void assertProbingCostsLess() {
        Stats before = Stats.of(client);
        for (float[] query : set.queries()) {
            client.search(INDEX, VectorQuery.on("v", query).k(10).nprobe(2), 10);
        }
        double each =
                (Stats.of(client).vectorsScanned() - before.vectorsScanned())
                        / (double) set.queries().length;
        assertTrue(each < COUNT / 3.0, each + " vectors scanned a query for 2 of 30 cells");
        assertTrue(each > 0);
    }

    /** The first model is deleted when only old documents know it: those are searched exactly. */
    @Test
    void theOldModelIsDeleted() {
        Models models = new Models(client);
        client.create("retrain-a", new IndexSpec().vector("v", 384, set.space(), null));
        new Bulk(client, "retrain-a", "v").load(set.base(), 500, 1500);
        models.train("retrain-model-c", "retrain-a", "v", NLIST, set.space());
        client.drop("retrain-a");
        create("retrain-model-c");
        new Bulk(client, INDEX, "v").load(set.base(), 0, 1500);
        mapTo("retrain-model-b");
        new Bulk(client, INDEX, "v").load(set.base(), 1500, COUNT);
        models.delete("retrain-model-c").ok();
        assertAllFound(COUNT);
        client.http().post("/" + INDEX + "/_close", null).ok();
        client.http().post("/" + INDEX + "/_open", null).ok();
        client.http().get("/_cluster/health/" + INDEX + "?wait_for_status=green").ok();
        assertAllFound(COUNT);
    }
}
