package org.ivory.opensearch.model;

import org.ivory.nativelib.EncoderSpec;
import org.ivory.opensearch.action.model.TrainModelAction;
import org.ivory.opensearch.action.model.TrainModelRequest;
import org.ivory.opensearch.action.model.TrainModelResponse;
import org.ivory.opensearch.model.metadata.ModelMetadata;
import org.ivory.opensearch.model.training.TrainingRequest;
import org.opensearch.action.bulk.BulkRequestBuilder;
import org.opensearch.action.support.WriteRequest.RefreshPolicy;
import org.opensearch.common.settings.Settings;
import org.opensearch.transport.client.Client;

import java.util.Map;
import java.util.Random;

/** Indices of random vectors, and models trained from them. */
public final class TrainingData {
    /** Name of the index that {@link #index} makes. */
    public static final String INDEX = "training";

    private TrainingData() {}

    /** The same vectors each time, around a few centres. */
    public static float[][] vectors(int count, int dimension) {
        Random random = new Random(17);
        float[][] centres = new float[20][dimension];
        for (float[] centre : centres) {
            for (int i = 0; i < dimension; i++) {
                centre[i] = (float) random.nextGaussian();
            }
        }
        float[][] vectors = new float[count][dimension];
        for (float[] vector : vectors) {
            float[] centre = centres[random.nextInt(centres.length)];
            for (int i = 0; i < dimension; i++) {
                vector[i] = centre[i] + 0.3f * (float) random.nextGaussian();
            }
        }
        return vectors;
    }

    /** An index {@link #INDEX} with {@code vectors} in field {@code v}. */
    public static void index(Client client, int shards, String spaceType, float[][] vectors) {
        create(client, INDEX, shards, vectors[0].length, spaceType, null);
        load(client, INDEX, vectors);
    }

    public static void create(
            Client client, String name, int shards, int dimension, String spaceType, String model) {
        String field =
                "{\"properties\":{\"v\":{\"type\":\"ivory_vector\",\"dimension\":"
                        + dimension
                        + ",\"space_type\":\""
                        + spaceType
                        + "\""
                        + (model == null ? "" : ",\"model\":\"" + model + "\"")
                        + "}}}";
        client.admin()
                .indices()
                .prepareCreate(name)
                .setSettings(Settings.builder().put("index.number_of_shards", shards))
                .setMapping(field)
                .get();
    }

    public static void load(Client client, String name, float[][] vectors) {
        BulkRequestBuilder bulk = client.prepareBulk();
        for (int i = 0; i < vectors.length; i++) {
            bulk.add(
                    client.prepareIndex(name)
                            .setId(String.valueOf(i))
                            .setSource(Map.of("v", vectors[i])));
        }
        if (bulk.setRefreshPolicy(RefreshPolicy.IMMEDIATE).get().hasFailures()) {
            throw new AssertionError("bulk failed");
        }
    }

    /** What a user asks for who leaves open all but the number of cells. */
    public static TrainingRequest request(String model, Integer nlist) {
        return new TrainingRequest(
                model, INDEX, "v", nlist, null, null, 42, EncoderSpec.AUTO, null);
    }

    /** Trains and waits; the result is ready or failed. */
    public static ModelMetadata train(Client client, TrainingRequest request) {
        return run(client, request, true).model();
    }

    public static TrainModelResponse run(Client client, TrainingRequest request, boolean wait) {
        return client.execute(TrainModelAction.INSTANCE, new TrainModelRequest(request, wait))
                .actionGet();
    }
}
