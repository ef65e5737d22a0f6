package org.ivory.tests.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;

import org.ivory.tests.harness.Await;
import org.ivory.tests.harness.Bulk;
import org.ivory.tests.harness.Client;
import org.ivory.tests.harness.IndexSpec;
import org.ivory.tests.harness.Models;
import org.ivory.tests.harness.SharedCluster;
import org.ivory.tests.harness.Space;
import org.ivory.tests.harness.Stats;
import org.ivory.tests.harness.VectorQuery;
import org.ivory.tests.harness.Vectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.List;

/** What the plugin tells of itself: the library, the models, and counters that count. */
@ExtendWith(SharedCluster.class)
class StatsIT {
    private static final String INDEX = "stats";
    private static final String MODEL = "stats-model";
    private static final int COUNT = 1000;

    private final Client client;

    StatsIT(Client client) {
        this.client = client;
    }

    @Test
    void theLibraryIsLoaded() {
        JsonNode library = Stats.of(client).node().path("native");
        assertTrue(library.path("loaded").asBoolean(), library.toString());
        String level = library.path("simd_level").asText();
        assertTrue(List.of("scalar", "avx2", "avx512", "neon").contains(level), level);
    }

    @Test
    void countersCount() {
        // A run is counted as ended a moment after its model is ready.
        awaitNoneRunning();
        Stats start = Stats.of(client);
        float[][] vectors = Vectors.random(9, COUNT, 8);
        client.create(INDEX, new IndexSpec().vector("v", 8, Space.L2, null));
        new Bulk(client, INDEX, "v").load(vectors);
        new Models(client).train(MODEL, INDEX, "v", 10, Space.L2);
        awaitNoneRunning();
        assertEquals(1, grown(start, "/training/started"));
        assertEquals(1, grown(start, "/training/succeeded"));

        client.create(INDEX, new IndexSpec().vector("v", 8, Space.L2, MODEL));
        new Bulk(client, INDEX, "v").load(vectors);
        assertEquals(COUNT, grown(start, "/indexing/assigned"));
        Stats loaded = Stats.of(client);
        assertTrue(loaded.total("/models/size_in_bytes") >= 10 * 8 * 4, loaded.toString());

        client.search(INDEX, VectorQuery.on("v", vectors[0]).k(5).exact(), 5);
        assertEquals(COUNT, grown(loaded, "/search/vectors_scanned"));
        assertEquals(0, grown(loaded, "/search/cells_probed"));
        Stats exact = Stats.of(client);
        client.search(INDEX, VectorQuery.on("v", vectors[0]).k(5).nprobe(3), 5);
        assertEquals(3, grown(exact, "/search/cells_probed"));
        long scanned = grown(exact, "/search/vectors_scanned");
        assertTrue(scanned >= 5 && scanned < COUNT, scanned + " scanned");

        client.drop(INDEX);
        new Models(client).delete(MODEL).ok();
    }

    private void awaitNoneRunning() {
        Await.until(
                "no training under way",
                Duration.ofSeconds(60),
                () -> Stats.of(client).total("/training/running") == 0 ? true : null);
    }

    private long grown(Stats before, String counter) {
        return Stats.of(client).total(counter) - before.total(counter);
    }
}
