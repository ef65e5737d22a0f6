package org.ivory.opensearch.model.metadata;

import static org.opensearch.test.OpenSearchTestCase.randomAlphaOfLength;
import static org.opensearch.test.OpenSearchTestCase.randomBoolean;
import static org.opensearch.test.OpenSearchTestCase.randomDouble;
import static org.opensearch.test.OpenSearchTestCase.randomFrom;
import static org.opensearch.test.OpenSearchTestCase.randomIntBetween;
import static org.opensearch.test.OpenSearchTestCase.randomLong;
import static org.opensearch.test.OpenSearchTestCase.randomNonNegativeLong;

import org.ivory.nativelib.EncoderSpec;
import org.ivory.nativelib.Metric;

/** Metadata of models for tests. */
public final class RandomModels {
    private RandomModels() {}

    /** A model in state created, trained by the process {@code ephemeralId}. */
    public static ModelMetadata created(String id, String ephemeralId) {
        return ModelMetadata.created(
                id,
                randomAlphaOfLength(12),
                randomFrom(Metric.values()),
                randomIntBetween(1, 2000),
                randomIntBetween(1, 65_536),
                randomBoolean() ? EncoderSpec.AUTO : encoder(),
                ModelOrigin.trained(
                        new TrainingSource(
                                randomAlphaOfLength(5),
                                randomAlphaOfLength(5),
                                randomLong(),
                                randomIntBetween(1, Integer.MAX_VALUE)),
                        randomBoolean() ? null : randomAlphaOfLength(20),
                        ephemeralId,
                        "node-" + ephemeralId,
                        "task:" + randomIntBetween(1, 1000)),
                randomNonNegativeLong());
    }

    /** A model that the process {@code ephemeralId} imports, in state created. */
    public static ModelMetadata imported(String id, String ephemeralId) {
        return ModelMetadata.created(
                id,
                randomAlphaOfLength(12),
                randomFrom(Metric.values()),
                randomIntBetween(1, 2000),
                randomIntBetween(1, 65_536),
                encoder(),
                ModelOrigin.imported(
                        randomAlphaOfLength(10),
                        ephemeralId,
                        "node-" + ephemeralId,
                        "task:" + randomIntBetween(1, 1000)),
                randomNonNegativeLong());
    }

    /** A model of that dimension and metric, in state created. */
    public static ModelMetadata created(String id, int dimension, Metric metric) {
        ModelMetadata any = created(id, "process");
        return ModelMetadata.created(
                id,
                any.generation(),
                metric,
                dimension,
                8,
                EncoderSpec.AUTO,
                any.origin(),
                any.createdMillis());
    }

    /** An encoder that a model can have. */
    public static EncoderSpec encoder() {
        return randomFrom(
                EncoderSpec.NONE,
                new EncoderSpec("pq", 4),
                new EncoderSpec("sq", 8),
                new EncoderSpec("rabitq", 2));
    }

    public static ModelFile file() {
        return new ModelFile(randomLong(), randomNonNegativeLong(), randomIntBetween(1, 1000));
    }

    public static TrainingReport report() {
        return new TrainingReport(
                randomNonNegativeLong(),
                randomNonNegativeLong(),
                randomIntBetween(1, 100),
                randomDouble(),
                randomIntBetween(0, 10),
                randomNonNegativeLong(),
                randomNonNegativeLong(),
                randomNonNegativeLong(),
                randomDouble(),
                randomDouble(),
                randomBoolean() ? null : randomAlphaOfLength(10));
    }

    /** A model in any state. */
    public static ModelMetadata any(String id) {
        if (randomIntBetween(0, 3) == 0) {
            ModelMetadata imported = imported(id, randomAlphaOfLength(8));
            return imported.ready(file(), imported.encoder(), null);
        }
        ModelMetadata created = created(id, randomAlphaOfLength(8));
        return switch (randomFrom(ModelState.values())) {
            case CREATED -> created;
            case TRAINING -> created.training();
            case READY -> created.ready(file(), encoder(), report());
            case FAILED -> created.failed(randomAlphaOfLength(10));
        };
    }
}
