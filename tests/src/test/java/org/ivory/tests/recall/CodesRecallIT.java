package org.ivory.tests.recall;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import org.ivory.tests.harness.Stats;
import org.ivory.tests.harness.VectorQuery;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

/**
 * Searches by codes on real vectors: recall as loaded, merged and after deletions, filtered and
 * not, and the same hits from an index whose codes are scanned in place as from one that keeps
 * stock postings.
 */
@ExtendWith(SharedCluster.class)
class CodesRecallIT {
    private static final int QUERIES = 80;
    private static final int CELLS = 256;

    // In so few vectors a tenth holds fewer of the nearest than in the whole sets.
    private static final double WANTED = 0.93;
    private static final double WANTED_WITH_A_TENTH = 0.90;
    private static final double WANTED_FILTERED = 0.95;
    private static final double SHARE = 0.10;
    private static final int[] NPROBES = {20, 22, 24, 28, 32};
    private static final int[] PERCENTS = {50, 10, 1};

    private final Client client;
    private DataSet set;
    private String fast;
    private String stock;

    CodesRecallIT(Cluster cluster) {
        this.client = cluster.client();
    }

    private static DataSet set(String name) {
        return switch (name) {
            case "glove" -> DataSet.glove();
            case "glove-ip" -> DataSet.gloveInnerProduct();
            default -> DataSet.minilm();
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"glove", "glove-ip", "minilm"})
    void recall(String name) {
        set = set(name).firstQueries(QUERIES);
        fast = "codes-" + name;
        stock = "codes-stock-" + name;
        load();
        IntPredicate all = i -> true;
        holds("as loaded", all, Recall.truth(set, 10));
        client.merge(fast);
        client.merge(stock);
        assertEquals(1, client.segments(fast).segments());
        holds("merged", all, Recall.truth(set, 10));
        IntPredicate stays = i -> i % 7 != 3;
        List<Integer> gone = new ArrayList<>();
        for (int i = 0; i < set.base().length; i++) {
            if (!stays.test(i)) {
                gone.add(i);
            }
        }
        new Bulk(client, fast, "v").delete(gone);
        new Bulk(client, stock, "v").delete(gone);
        holds("after deletions", stays, truth(stays));
        client.drop(fast);
        client.drop(stock);
    }

    private void load() {
        String model = "codes-" + set.name();
        for (String index : List.of(fast, stock)) {
            IndexSpec spec =
                    new IndexSpec()
                            .field("percent", "integer")
                            .vector("v", set.dimension(), set.space(), model);
            if (index.equals(stock)) {
                spec.setting("index.codec", "default");
            }
            if (index.equals(fast)) {
                String training = "codes-training";
                client.create(
                        training, new IndexSpec().vector("v", set.dimension(), set.space(), null));
                new Bulk(client, training, "v").load(set.base());
                new Models(client).train(model, training, "v", CELLS, set.space());
                client.drop(training);
            }
            client.create(index, spec);
            new Bulk(client, index, "v")
                    .with(i -> "\"percent\":" + percent(i))
                    .refreshEach()
                    .batch(900)
                    .load(set.base());
        }
    }

    /** Spread evenly, and not in step with any order of the vectors. */
    private static int percent(int i) {
        return (int) (i * 2654435761L >>> 7 & 0x7fffffff) % 100;
    }

    private List<double[]> truth(IntPredicate passing) {
        List<double[]> truth = new ArrayList<>();
        for (float[] query : set.queries()) {
            truth.add(BruteForce.nearest(set.space(), set.base(), query, 10, passing));
        }
        return truth;
    }

    private void holds(String state, IntPredicate live, List<double[]> truth) {
        double automatic = recall(state, 0, truth).recall;
        assertTrue(automatic >= WANTED, state + ": recall " + automatic + " by default");
        boolean reached = false;
        for (int nprobe : NPROBES) {
            Outcome outcome = recall(state, nprobe, truth);
            reached |= outcome.recall >= WANTED_WITH_A_TENTH && outcome.share <= SHARE;
        }
        assertTrue(
                reached, state + ": no recall of " + WANTED_WITH_A_TENTH + " with a tenth scanned");
        sameFromStockPostings(state);
        for (int percent : PERCENTS) {
            filtered(state, percent, i -> live.test(i) && percent(i) < percent);
        }
    }

    private record Outcome(double recall, double share) {}

    private Outcome recall(String state, int nprobe, List<double[]> truth) {
        Stats before = Stats.of(client);
        double recall =
                Searches.recall(
                        client,
                        fast,
                        set,
                        truth,
                        v -> {
                            VectorQuery query = VectorQuery.on("v", v).k(10);
                            return nprobe == 0 ? query : query.nprobe(nprobe);
                        });
        Stats after = Stats.of(client);
        double share =
                (double) (after.vectorsScanned() - before.vectorsScanned())
                        / ((double) QUERIES * client.count(fast));
        assertTrue(grown(before, after, "segments_mapped") >= QUERIES, "codes scanned in place");
        assertTrue(grown(before, after, "vectors_rescored") >= 10 * QUERIES, "rescored");
        Measured.say(
                "%s, %s: nprobe %s of %d: recall@10 %.4f, %.2f%% of the vectors scanned",
                set.name(), state, nprobe == 0 ? "automatic" : nprobe, CELLS, recall, 100 * share);
        return new Outcome(recall, share);
    }

    private static long grown(Stats before, Stats after, String counter) {
        return after.total("/search/" + counter) - before.total("/search/" + counter);
    }

    /** Ids and scores, with every kind of candidates: few, many, filtered. */
    private void sameFromStockPostings(String state) {
        Stats before = Stats.of(client);
        List<String> bodies = new ArrayList<>();
        for (float[] query : Arrays.copyOf(set.queries(), 20)) {
            bodies.add(VectorQuery.on("v", query).k(10).search(10));
            bodies.add(
                    VectorQuery.on("v", query)
                            .k(10)
                            .nprobe(7)
                            .with("rescore", Map.of("oversample_factor", 1.5))
                            .search(10));
            bodies.add(VectorQuery.on("v", query).k(10).filter(filter(50)).search(10));
        }
        List<Hits> inPlace = client.searchMany(fast, bodies);
        List<Hits> copied = client.searchMany(stock, bodies);
        for (int i = 0; i < bodies.size(); i++) {
            assertEquals(text(inPlace.get(i)), text(copied.get(i)), state + ": " + bodies.get(i));
        }
        assertTrue(grown(before, Stats.of(client), "segments_copied") >= bodies.size());
    }

    private static String text(Hits hits) {
        StringBuilder text = new StringBuilder();
        hits.list().forEach(hit -> text.append(hit.id() + "=" + hit.score() + " "));
        return text.toString();
    }

    private static String filter(int percent) {
        return "{\"range\":{\"percent\":{\"lt\":" + percent + "}}}";
    }

    private void filtered(String state, int percent, IntPredicate passing) {
        List<double[]> truth = truth(passing);
        List<String> bodies = new ArrayList<>();
        for (float[] query : set.queries()) {
            bodies.add(VectorQuery.on("v", query).k(10).filter(filter(percent)).search(10));
        }
        double sum = 0;
        List<Hits> answers = client.searchMany(fast, bodies);
        for (int q = 0; q < QUERIES; q++) {
            assertEquals(10, answers.get(q).size(), "hits of query " + q);
            for (Hits.Hit hit : answers.get(q).list()) {
                assertTrue(passing.test(hit.number()), hit.id() + " does not pass");
            }
            sum += Recall.of(set, set.queries()[q], answers.get(q), truth.get(q));
        }
        double recall = sum / QUERIES;
        Measured.say("%s, %s: filter of %d%%: recall@10 %.4f", set.name(), state, percent, recall);
        assertTrue(
                recall >= WANTED_FILTERED,
                state + ", filter of " + percent + "%: recall " + recall);
    }
}
