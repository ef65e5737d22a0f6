package org.ivory.tests.dsl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.ivory.tests.harness.Client;
import org.ivory.tests.harness.Hits;
import org.ivory.tests.harness.SharedCluster;
import org.ivory.tests.harness.Stats;
import org.ivory.tests.harness.VectorQuery;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Without {@code k}, every document of the probed cells matches, with its exact score: as a SHOULD
 * of the cells' terms would.
 */
@ExtendWith(SharedCluster.class)
class MatchModeIT {
    private static final int ALL = WordsIndex.DOCUMENTS;

    private final Client client;

    MatchModeIT(Client client) {
        this.client = client;
    }

    @BeforeEach
    void load() {
        WordsIndex.ensure(client);
    }

    @Test
    void everyCellProbedMatchesEveryDocument() {
        for (String index : List.of(WordsIndex.ONE, WordsIndex.THREE)) {
            float[] query = WordsIndex.query(0);
            Hits hits =
                    client.search(index, VectorQuery.on("v", query).nprobe(WordsIndex.NLIST), ALL);
            assertEquals(ALL, hits.total());
            Answers.areNearest(hits, query, ALL, i -> true);
        }
    }

    /** Each document lies in one cell: what the first cell matches, two cells match too. */
    @Test
    void moreCellsMatchMore() {
        for (int q = 0; q < 5; q++) {
            float[] query = WordsIndex.query(q);
            Set<String> fewer = Set.of();
            for (int nprobe = 1; nprobe <= WordsIndex.NLIST; nprobe *= 2) {
                Hits hits =
                        client.search(
                                WordsIndex.ONE, VectorQuery.on("v", query).nprobe(nprobe), ALL);
                Answers.arePassing(hits, query, i -> true);
                Set<String> now = new HashSet<>(hits.ids());
                assertTrue(now.containsAll(fewer), "a cell was lost at nprobe " + nprobe);
                assertTrue(now.size() > fewer.size(), "nothing won at nprobe " + nprobe);
                fewer = now;
            }
        }
    }

    /** The hits are those documents that top-k mode scans at the same {@code nprobe}. */
    @Test
    void matchesWhatTopKScans() {
        for (int q = 0; q < 5; q++) {
            float[] query = WordsIndex.query(q);
            long matched =
                    client.search(WordsIndex.ONE, VectorQuery.on("v", query).nprobe(3), 0).total();
            Stats before = Stats.of(client);
            Hits top =
                    client.search(WordsIndex.ONE, VectorQuery.on("v", query).nprobe(3).k(10), 10);
            long scanned = Stats.of(client).vectorsScanned() - before.vectorsScanned();
            assertEquals(10, top.size());
            assertEquals(matched, scanned, "query " + q);
        }
    }

    @Test
    void topKIsTheHeadOfMatch() {
        for (int q = 0; q < 5; q++) {
            float[] query = WordsIndex.query(q);
            for (String index : List.of(WordsIndex.ONE, WordsIndex.THREE)) {
                List<String> match =
                        client.search(index, VectorQuery.on("v", query).nprobe(4), 10).ids();
                List<String> top =
                        client.search(index, VectorQuery.on("v", query).nprobe(4).k(10), 10).ids();
                assertEquals(match, top);
            }
        }
    }

    @Test
    void filterLimitsWhatMatches() {
        float[] query = WordsIndex.query(2);
        String odd = "{\"term\":{\"parity\":\"odd\"}}";
        Hits filtered =
                client.search(
                        WordsIndex.ONE, VectorQuery.on("v", query).nprobe(4).filter(odd), ALL);
        Hits all = client.search(WordsIndex.ONE, VectorQuery.on("v", query).nprobe(4), ALL);
        List<String> expected =
                all.ids().stream().filter(id -> Integer.parseInt(id) % 2 == 1).toList();
        assertTrue(!expected.isEmpty());
        assertTrue(new HashSet<>(filtered.ids()).containsAll(expected));
        Answers.arePassing(filtered, query, i -> i % 2 == 1);
    }
}
