package org.ivory.tests.soak;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.ivory.tests.harness.Await;
import org.ivory.tests.harness.Bulk;
import org.ivory.tests.harness.Client;
import org.ivory.tests.harness.Cluster;
import org.ivory.tests.harness.IndexSpec;
import org.ivory.tests.harness.Measured;
import org.ivory.tests.harness.Models;
import org.ivory.tests.harness.Settings;
import org.ivory.tests.harness.Space;
import org.ivory.tests.harness.Vectors;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

/**
 * Eight clients that add, replace, delete and search beside refreshes, flushes and merges: no
 * error, no wrong exact answer, and resident memory that stays flat.
 *
 * <p>Memory is the node's anonymous resident memory: what it allocated, without the mapped index
 * files, which are page cache. The heap is touched at the start, so that only memory beside it can
 * grow. It may grow by 5% from the end of the warm-up (the first half) to the end; a node that
 * takes longer to warm up is given more time.
 */
class SoakIT {
    private static final int CLIENTS = 8;
    private static final int DIMENSION = 64;
    private static final int NLIST = 32;
    private static final double GROWTH = 1.05;
    private static final int MORE = 2;

    @Test
    void eightClients() throws Exception {
        Cluster.Options options =
                Cluster.Options.named("soak").withHeap("768m").withJvm("-XX:+AlwaysPreTouch");
        try (Cluster cluster = Cluster.start(options)) {
            Client client = cluster.client();
            client.create("training", new IndexSpec().vector("v", DIMENSION, Space.L2, null));
            new Bulk(client, "training", "v").load(Vectors.random(1, 5000, DIMENSION));
            new Models(client).train("model", "training", "v", NLIST, Space.L2);
            client.create(
                    "soak",
                    new IndexSpec()
                            .shards(2)
                            .setting("index.refresh_interval", "1s")
                            .vector("v", DIMENSION, Space.L2, "model")
                            .field("tag", "keyword"));
            soak(cluster, client);
        }
    }

    private static void soak(Cluster cluster, Client client) throws Exception {
        Duration time = Duration.ofSeconds(Settings.soakSeconds());
        AtomicBoolean goesOn = new AtomicBoolean(true);
        List<SoakClient> clients = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            SoakClient one = new SoakClient(client, "soak", DIMENSION, NLIST, i, goesOn::get);
            clients.add(one);
            threads.add(new Thread(one));
        }
        threads.forEach(Thread::start);
        double before;
        double after;
        try {
            before = mean(measured(cluster, client, time.dividedBy(2), 0.66));
            after = mean(measured(cluster, client, time.dividedBy(2), 0.70));
            // A slow node is still warming up then: what leaks goes on growing.
            for (int more = 0; more < MORE && after > before * GROWTH; more++) {
                before = after;
                after = mean(measured(cluster, client, time.dividedBy(2), 0.70));
            }
        } finally {
            goesOn.set(false);
            for (Thread thread : threads) {
                thread.join();
            }
        }
        for (SoakClient one : clients) {
            if (one.failure != null) {
                throw new AssertionError("a client failed: " + one.failure, one.failure);
            }
        }
        long searches = clients.stream().mapToLong(one -> one.searches).sum();
        long writes = clients.stream().mapToLong(one -> one.writes).sum();
        Measured.say(
                "soak of %d s: %d searches checked, %d writes; anonymous memory %.0f MiB, then"
                        + " %.0f MiB",
                time.toSeconds(), searches, writes, before / (1 << 20), after / (1 << 20));
        assertTrue(searches > 10L * CLIENTS && writes > 5L * CLIENTS, "hardly anything was done");
        assertTrue(
                after <= before * GROWTH,
                "memory grew from %s to %s bytes".formatted(Math.round(before), Math.round(after)));
    }

    /**
     * Merges and flushes for so long; the memory each second after the share {@code from} of it.
     */
    private static List<Long> measured(Cluster cluster, Client client, Duration time, double from) {
        List<Long> bytes = new ArrayList<>();
        long begun = System.nanoTime();
        for (int second = 0; System.nanoTime() - begun < time.toNanos(); second++) {
            if (second % 5 == 4) {
                client.http().post("/soak/_forcemerge?max_num_segments=2", null).ok();
            }
            if (second % 7 == 6) {
                client.flush("soak");
            }
            if (System.nanoTime() - begun > from * time.toNanos()) {
                bytes.add(cluster.anonymousBytes(0));
            }
            Await.sleep(1000);
        }
        bytes.add(cluster.anonymousBytes(0));
        return bytes;
    }

    private static double mean(List<Long> bytes) {
        return bytes.stream().collect(Collectors.averagingLong(value -> value));
    }
}
