package org.ivory.tests.twin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.ivory.tests.harness.Bulk;
import org.ivory.tests.harness.Client;
import org.ivory.tests.harness.DataSet;
import org.ivory.tests.harness.Hits;
import org.ivory.tests.harness.IndexSpec;
import org.ivory.tests.harness.Models;
import org.ivory.tests.harness.Space;
import org.ivory.tests.harness.VectorQuery;
import org.ivory.tests.harness.Vectors;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * 3,000 word vectors, each in a field for every encoder, metrics taking turns, in two indices of
 * several segments with deletions: one whose codes are scanned in place, one of stock postings.
 */
final class EncodedWords {
    static final String FAST = "words-in-place";
    static final String STOCK = "words-stock";
    private static final String TRAINING = "words-training";
    private static final int COUNT = 3000;
    private static final int NLIST = 30;
    private static final int K = 10;

    private final DataSet set = DataSet.glove().firstQueries(5);
    private final float[][] vectors = vectors();
    private final List<Field> fields =
            List.of(
                    new Field("pq", "dims", 2, Space.COSINE),
                    new Field("pq", "dims", 4, Space.L2),
                    new Field("sq", "bits", 4, Space.IP),
                    new Field("sq", "bits", 8, Space.COSINE),
                    new Field("rabitq", "bits", 1, Space.L2),
                    new Field("rabitq", "bits", 2, Space.IP),
                    new Field("rabitq", "bits", 4, Space.COSINE),
                    new Field("none", null, 0, Space.L2));

    private record Field(String encoder, String parameter, int value, Space space) {
        String name() {
            return encoder + value;
        }

        Map<String, ?> asked() {
            return parameter == null
                    ? Map.of("name", encoder)
                    : Map.of("name", encoder, "parameters", Map.of(parameter, value));
        }
    }

    /** Of different lengths, so that no two metrics are the same. */
    private float[][] vectors() {
        float[][] all = new float[COUNT][];
        for (int i = 0; i < COUNT; i++) {
            all[i] = set.base()[i].clone();
            for (int j = 0; j < all[i].length; j++) {
                all[i][j] *= 1 + i % 7 / 5f;
            }
        }
        return all;
    }

    /** Trains the models and loads both indices. */
    void load(Client client) {
        IndexSpec training = new IndexSpec();
        for (Space space : Space.values()) {
            training.vector(space.type, set.dimension(), space, null);
        }
        client.create(TRAINING, training);
        new Bulk(client, TRAINING, Space.L2.type)
                .with(i -> member(Space.COSINE.type, i) + "," + member(Space.IP.type, i))
                .load(vectors);
        Models models = new Models(client);
        for (Field field : fields) {
            Map<String, Object> body =
                    new LinkedHashMap<>(
                            Models.body(TRAINING, field.space.type, NLIST, field.space));
            body.put("encoder", field.asked());
            models.tryTrain(field.name(), body).ok();
        }
        fields.forEach(field -> models.awaitState(field.name(), "ready"));
        client.drop(TRAINING);
        for (String index : List.of(FAST, STOCK)) {
            IndexSpec spec = new IndexSpec().field("number", "integer");
            if (index.equals(STOCK)) {
                spec.setting("index.codec", "default");
            }
            for (Field field : fields) {
                spec.vector(field.name(), set.dimension(), field.space, field.name());
            }
            client.create(index, spec);
            new Bulk(client, index, fields.get(0).name())
                    .with(this::otherMembers)
                    .batch(700)
                    .refreshEach()
                    .load(vectors);
            new Bulk(client, index, fields.get(0).name())
                    .delete(IntStream.range(0, COUNT).filter(i -> i % 11 == 4).boxed()::iterator);
            assertTrue(client.segments(index).segments() > 1, index);
            client.flush(index);
        }
    }

    private String member(String field, int i) {
        return "\"" + field + "\":\"" + Vectors.base64(vectors[i]) + "\"";
    }

    private String otherMembers(int i) {
        StringBuilder members = new StringBuilder("\"number\":" + i);
        fields.stream().skip(1).forEach(f -> members.append(",").append(member(f.name(), i)));
        return members.toString();
    }

    /** Every request, with the ids and the scores of its answer. */
    Map<String, String> answers(Client client, String index) {
        Map<String, String> answers = new LinkedHashMap<>();
        for (Field field : fields) {
            List<String> bodies = new ArrayList<>();
            for (float[] query : set.queries()) {
                asked(field, query).forEach(asked -> bodies.add(asked.search(2 * K)));
            }
            List<Hits> hits = client.searchMany(index, bodies);
            for (int i = 0; i < bodies.size(); i++) {
                assertTrue(hits.get(i).size() >= K, bodies.get(i));
                answers.put(bodies.get(i), text(hits.get(i)));
            }
        }
        assertEquals(fields.size() * set.queries().length * 8, answers.size());
        return answers;
    }

    private static List<VectorQuery> asked(Field field, float[] query) {
        VectorQuery[] all = new VectorQuery[8];
        Arrays.setAll(all, i -> VectorQuery.on(field.name(), query));
        all[0].k(K);
        all[1].k(K).exact();
        all[2].k(K).nprobe(NLIST / 4);
        all[3].k(K).nprobe(NLIST).with("rescore", false);
        all[4].k(K).nprobe(NLIST / 2).with("rescore", Map.of("oversample_factor", 3.5));
        all[5].k(K).filter(below(40));
        all[6].k(K).nprobe(NLIST / 3).filter(below(3));
        all[7].nprobe(2);
        return List.of(all);
    }

    private static String below(int percent) {
        return "{\"range\":{\"number\":{\"lt\":" + COUNT * percent / 100 + "}}}";
    }

    private static String text(Hits hits) {
        StringBuilder text = new StringBuilder(hits.total() + ":");
        hits.list().forEach(hit -> text.append(" " + hit.id() + "=" + hit.json().path("_score")));
        return text.toString();
    }
}
