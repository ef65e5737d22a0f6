package org.ivory.tests.exact;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.ivory.tests.harness.Bulk;
import org.ivory.tests.harness.Client;
import org.ivory.tests.harness.DataSet;
import org.ivory.tests.harness.IndexSpec;
import org.ivory.tests.harness.Measured;
import org.ivory.tests.harness.Models;
import org.ivory.tests.harness.Recall;
import org.ivory.tests.harness.Searches;
import org.ivory.tests.harness.SharedCluster;
import org.ivory.tests.harness.SiftIndex;
import org.ivory.tests.harness.VectorQuery;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.function.Function;

/**
 * Exact search finds every one of the ten nearest on each data set and metric, and its scores are
 * those of the formulas (which {@link Recall} checks for each hit): in several segments and in one,
 * with and without a model, and when every cell is probed.
 */
@ExtendWith(SharedCluster.class)
class ExactSearchIT {
    private static final int QUERIES = 100;
    private static final int NLIST = 64;

    private final Client client;

    ExactSearchIT(Client client) {
        this.client = client;
    }

    @Test
    void gloveCosine() {
        everyWay(DataSet.glove().firstQueries(QUERIES));
    }

    @Test
    void gloveInnerProduct() {
        everyWay(DataSet.gloveInnerProduct().firstQueries(QUERIES));
    }

    @Test
    void minilmCosine() {
        everyWay(DataSet.minilm().firstQueries(QUERIES));
    }

    @Test
    void siftWithoutModel() {
        SiftIndex.ensure(client);
        DataSet set = SiftIndex.set(QUERIES);
        assertTrue(client.segments(SiftIndex.NAME).segments() > 1, "loaded into one segment");
        finds(SiftIndex.NAME, set, v -> query(v).exact());
        finds(SiftIndex.NAME, set, ExactSearchIT::query);
        client.merge(SiftIndex.NAME);
        assertEquals(1, client.segments(SiftIndex.NAME).segments());
        finds(SiftIndex.NAME, set, v -> query(v).exact());
    }

    private void everyWay(DataSet set) {
        String index = "exact-" + set.name();
        String model = index;
        client.create(index, new IndexSpec().vector("v", set.dimension(), set.space(), null));
        new Bulk(client, index, "v").refreshEach().load(set.base());
        assertTrue(client.segments(index).segments() > 1, "loaded into one segment");
        finds(index, set, v -> query(v).exact());
        finds(index, set, ExactSearchIT::query);
        client.merge(index);
        assertEquals(1, client.segments(index).segments());
        finds(index, set, v -> query(v).exact());

        new Models(client).train(model, index, "v", NLIST, set.space());
        String celled = index + "-celled";
        client.create(celled, new IndexSpec().vector("v", set.dimension(), set.space(), model));
        new Bulk(client, celled, "v").refreshEach().load(set.base());
        finds(celled, set, v -> query(v).exact());
        finds(celled, set, v -> query(v).nprobe(NLIST).rescoring(100));
        client.merge(celled);
        finds(celled, set, v -> query(v).exact());
        finds(celled, set, v -> query(v).nprobe(NLIST).rescoring(100));
        client.drop(index);
        client.drop(celled);
    }

    private static VectorQuery query(float[] vector) {
        return VectorQuery.on("v", vector).k(10);
    }

    private void finds(String index, DataSet set, Function<float[], VectorQuery> query) {
        double recall = Searches.recall(client, index, set, Recall.truth(set, 10), query);
        String what = index + " by " + query.apply(new float[] {}).json();
        Measured.say("recall@10 %.4f of %s", recall, what);
        assertEquals(1.0, recall, what);
    }
}
