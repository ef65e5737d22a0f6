package org.ivory.opensearch.action.model;

import org.ivory.nativelib.EncoderSpec;
import org.ivory.nativelib.Metric;
import org.ivory.nativelib.TrainingParameters;
import org.ivory.opensearch.model.training.TrainingRequest;

import java.util.Map;

/** The body of a training request. */
public final class TrainModelBody {
    /** Of every random choice, unless the user says otherwise. */
    public static final long DEFAULT_SEED = 42;

    private static final int MAX_DESCRIPTION = 1000;

    private TrainModelBody() {}

    /**
     * Reads a body.
     *
     * @throws IllegalArgumentException naming a parameter that is missing, unknown or wrong, with
     *     its value
     */
    public static TrainingRequest parse(String modelId, Map<String, Object> body) {
        BodyFields fields = new BodyFields(body);
        String index = fields.requiredString("training_index");
        String field = fields.requiredString("training_field");
        Integer nlist = fields.integer("nlist", 1, TrainingParameters.MAX_NLIST);
        String spaceType = fields.string("space_type");
        Metric metric = spaceType == null ? null : Metric.ofSpaceType(spaceType);
        Integer maxVectors = fields.integer("max_training_vector_count", 1, Integer.MAX_VALUE);
        Long seed = fields.longInteger("seed");
        EncoderSpec encoder = encoder(fields.object("encoder"));
        String description = fields.string("description");
        fields.checkAllRead();
        if (description != null && description.length() > MAX_DESCRIPTION) {
            throw new IllegalArgumentException(
                    "[description] must not be longer than "
                            + MAX_DESCRIPTION
                            + " characters, got ["
                            + description.length()
                            + "]");
        }
        if (nlist != null && maxVectors != null && maxVectors < nlist) {
            throw new IllegalArgumentException(
                    "[max_training_vector_count] ["
                            + maxVectors
                            + "] must not be less than [nlist] ["
                            + nlist
                            + "]");
        }
        return new TrainingRequest(
                modelId,
                index,
                field,
                nlist,
                metric,
                maxVectors,
                seed == null ? DEFAULT_SEED : seed,
                encoder,
                description);
    }

    /** An encoder as the k-NN plugin writes it: a name, and parameters that have defaults. */
    private static EncoderSpec encoder(BodyFields fields) {
        if (fields == null) {
            return EncoderSpec.AUTO;
        }
        String name = fields.requiredString("name");
        BodyFields parameters = fields.object("parameters");
        fields.checkAllRead();
        try {
            EncoderSpec usual = EncoderSpec.of(name, null);
            if (parameters == null) {
                return usual;
            }
            Integer value = null;
            if (usual.parameterName() != null) {
                value = parameters.integer(usual.parameterName(), 1, Integer.MAX_VALUE);
            }
            parameters.checkAllRead();
            return EncoderSpec.of(name, value);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("[encoder] " + e.getMessage());
        }
    }
}
