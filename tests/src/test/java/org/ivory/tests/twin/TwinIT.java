package org.ivory.tests.twin;

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
import org.ivory.tests.harness.Reply;
import org.ivory.tests.harness.Settings;
import org.ivory.tests.harness.Space;
import org.ivory.tests.harness.Stats;
import org.ivory.tests.harness.VectorQuery;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/**
 * A node whose kernels are held to a lower level, one whose native library is gone, and one that
 * has rubbish in its place: the plugin starts, says why, and goes on serving indices and models
 * that were made with the whole library, with the same answers to the last bit of the scores.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class TwinIT {
    private static final String INDEX = "twin";
    private static final int COUNT = 5000;
    private static final int NLIST = 50;

    /** Of each architecture, lowest first. */
    private static final List<List<String>> LEVELS =
            List.of(List.of("scalar", "avx2", "avx512"), List.of("scalar", "neon"));

    private final DataSet set = small();
    private Cluster cluster;
    private List<List<String>> probed;
    private final EncodedWords words = new EncodedWords();
    private Map<String, String> answers;

    private static DataSet small() {
        DataSet all = DataSet.minilm().firstQueries(20);
        return new DataSet(
                "twin", all.space(), Arrays.copyOf(all.base(), COUNT), all.queries(), all.truth());
    }

    /** What stands in the zip in place of the library. */
    private enum Library {
        MISSING,
        RUBBISH
    }

    @BeforeAll
    void startWithTheLibrary() {
        cluster = Cluster.start(Cluster.Options.named("twin").withHeap("512m"));
        Client client = cluster.client();
        IndexSpec plain = new IndexSpec().vector("v", set.dimension(), Space.COSINE, null);
        client.create("training", plain);
        new Bulk(client, "training", "v").load(set.base());
        new Models(client).train("model", "training", "v", NLIST, Space.COSINE);
        client.create(INDEX, new IndexSpec().vector("v", set.dimension(), Space.COSINE, "model"));
        new Bulk(client, INDEX, "v").load(set.base(), 0, COUNT / 2);
        client.flush(INDEX);
        probed = probed(client);
        words.load(client);
        answers = words.answers(client, EncodedWords.FAST);
    }

    @AfterAll
    void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    @Order(1)
    void withTheLibraryStatsSaySo() {
        JsonNode library = library();
        assertTrue(library.path("loaded").asBoolean(), library.toString());
    }

    /** In place and from stock postings, with the kernels of every level that the machine has. */
    @Test
    @Order(2)
    void everyLevelAnswersAlike() {
        String best = level();
        List<String> all = LEVELS.stream().filter(l -> l.contains(best)).findFirst().orElseThrow();
        List<String> levels = all.subList(0, all.indexOf(best) + 1);
        assertSameAnswers(best);
        for (String level : levels.subList(0, levels.size() - 1)) {
            restartAt(level);
            assertEquals(level, level());
            assertSameAnswers(level);
        }
        Measured.say("%d answers of levels %s are the same", answers.size(), levels);
        cluster = cluster.withEnvironment("IVORY_SIMD", "");
    }

    private String level() {
        return library().path("simd_level").asText();
    }

    private void restartAt(String level) {
        cluster.down();
        cluster = cluster.withEnvironment("IVORY_SIMD", level);
        cluster.up();
        cluster.awaitHealth(0, "yellow");
    }

    private void assertSameAnswers(String level) {
        Client client = cluster.client();
        boolean inPlace = library().path("loaded").asBoolean();
        Stats before = Stats.of(client);
        assertEquals(answers, words.answers(client, EncodedWords.FAST), level);
        Stats between = Stats.of(client);
        assertEquals(answers, words.answers(client, EncodedWords.STOCK), level);
        Stats after = Stats.of(client);
        assertTrue(grown(before, between, inPlace ? "segments_mapped" : "segments_copied") > 500);
        assertTrue(grown(between, after, "segments_copied") > 500, "stock postings are copied");
        assertEquals(
                grown(before, between, "vectors_rescored"),
                grown(between, after, "vectors_rescored"));
    }

    private static long grown(Stats before, Stats after, String counter) {
        return after.total("/search/" + counter) - before.total("/search/" + counter);
    }

    @Test
    @Order(3)
    void withoutTheLibrary() {
        startWith(Library.MISSING);
        assertServes(COUNT / 2);
        assertEquals(probed, probed(cluster.client()), "other answers than with the library");
        assertEquals("java", level());
        assertSameAnswers("java");
        new Bulk(cluster.client(), INDEX, "v").load(set.base(), COUNT / 2, COUNT);
        assertServes(COUNT);
        assertEquals(COUNT, cluster.client().count(INDEX));
    }

    @Test
    @Order(4)
    void withRubbishForALibrary() {
        startWith(Library.RUBBISH);
        assertServes(COUNT);
    }

    /** Documents that the twin assigned are where the library looks for them. */
    @Test
    @Order(5)
    void withTheLibraryAgain() {
        List<List<String>> byTwin = probed(cluster.client());
        cluster.down();
        cluster = cluster.withPlugin(Settings.plugin());
        cluster.up();
        cluster.awaitHealth(0, "yellow");
        assertTrue(library().path("loaded").asBoolean());
        assertEquals(byTwin, probed(cluster.client()));
        Client client = cluster.client();
        for (int i = 0; i < 200; i++) {
            int document = COUNT - 1 - i;
            Hits self =
                    client.search(
                            INDEX, VectorQuery.on("v", set.base()[document]).k(1).nprobe(1), 1);
            assertEquals(List.of("" + document), self.ids());
        }
    }

    private void startWith(Library library) {
        cluster.down();
        cluster = cluster.withPlugin(changed(library));
        cluster.up();
        cluster.awaitHealth(0, "yellow");
        JsonNode told = library();
        assertTrue(!told.path("loaded").asBoolean(true), told.toString());
        String reason = told.path("reason").asText();
        assertTrue(reason.length() > 10, "no reason in " + told);
    }

    private JsonNode library() {
        return Stats.of(cluster.client()).node().path("native");
    }

    private void assertServes(int count) {
        Client client = cluster.client();
        for (float[] query : set.queries()) {
            double[] truth =
                    BruteForce.nearest(Space.COSINE, set.base(), query, 10, i -> i < count);
            for (VectorQuery asked :
                    List.of(
                            VectorQuery.on("v", query).k(10).exact(),
                            VectorQuery.on("v", query).nprobe(NLIST),
                            VectorQuery.on("v", query).k(10).nprobe(NLIST).rescoring(100))) {
                Hits hits = client.search(INDEX, asked, 10);
                assertEquals(1.0, Recall.of(set, query, hits, truth), asked.json());
            }
        }
        assertEquals("ready", new Models(client).describe("model").path("state").asText());
        Models models = new Models(client);
        Reply refused =
                models.tryTrain("another", Models.body("training", "v", NLIST, Space.COSINE));
        assertTrue(refused.status() >= 400, refused.toString());
        refused.mentions("native");
        client.http().get("/_cluster/health").ok();
    }

    private List<List<String>> probed(Client client) {
        return Arrays.stream(set.queries())
                .map(q -> client.search(INDEX, VectorQuery.on("v", q).k(10).nprobe(3), 10).ids())
                .toList();
    }

    /** The plugin's zip with its library left out or made rubbish. */
    private static Path changed(Library library) {
        Path source = Settings.plugin();
        String name = library + "-" + source.getFileName();
        try {
            Path target = Files.createDirectories(Settings.work()).resolve(name);
            boolean changed = false;
            try (ZipInputStream in = new ZipInputStream(Files.newInputStream(source));
                    ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(target))) {
                for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                    boolean isLibrary = entry.getName().matches(".*\\.(so|dylib|dll)");
                    changed |= isLibrary;
                    if (isLibrary && library == Library.MISSING) {
                        continue;
                    }
                    out.putNextEntry(new ZipEntry(entry.getName()));
                    out.write(isLibrary ? "not a library".getBytes() : in.readAllBytes());
                }
            }
            assertTrue(changed, "no library in " + source);
            return target;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
