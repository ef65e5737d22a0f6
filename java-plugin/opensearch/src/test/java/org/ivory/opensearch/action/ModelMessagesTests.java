package org.ivory.opensearch.action;

import org.ivory.nativelib.EncoderSpec;
import org.ivory.nativelib.Metric;
import org.ivory.opensearch.action.model.DeleteModelRequest;
import org.ivory.opensearch.action.model.GetModelsRequest;
import org.ivory.opensearch.action.model.GetModelsResponse;
import org.ivory.opensearch.action.model.TrainModelRequest;
import org.ivory.opensearch.action.model.TrainModelResponse;
import org.ivory.opensearch.action.model.UpdateModelRequest;
import org.ivory.opensearch.model.metadata.ModelMetadata;
import org.ivory.opensearch.model.metadata.RandomModels;
import org.ivory.opensearch.model.training.TrainingRequest;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.common.xcontent.XContentFactory;
import org.opensearch.core.common.io.stream.NamedWriteableRegistry;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.core.xcontent.ToXContent;
import org.opensearch.test.OpenSearchTestCase;

import java.io.IOException;
import java.util.List;

/** Requests and responses about models, sent from node to node. */
public class ModelMessagesTests extends OpenSearchTestCase {
    private static final NamedWriteableRegistry NONE = new NamedWriteableRegistry(List.of());

    public void testTrainModelRequest() throws Exception {
        for (int i = 0; i < 50; i++) {
            TrainingRequest training =
                    new TrainingRequest(
                            randomAlphaOfLength(5),
                            randomAlphaOfLength(5),
                            randomAlphaOfLength(5),
                            randomBoolean() ? null : randomIntBetween(1, 65_536),
                            randomBoolean() ? null : randomFrom(Metric.values()),
                            randomBoolean() ? null : randomIntBetween(1, Integer.MAX_VALUE),
                            randomLong(),
                            randomFrom(EncoderSpec.AUTO, RandomModels.encoder()),
                            randomBoolean() ? null : randomAlphaOfLength(5));
            TrainModelRequest request = new TrainModelRequest(training, randomBoolean());
            TrainModelRequest copy = copy(request, TrainModelRequest::new);
            assertEquals(training, copy.training());
            assertEquals(request.waitForCompletion(), copy.waitForCompletion());
        }
    }

    public void testTrainModelResponse() throws Exception {
        ModelMetadata created = RandomModels.created("m", "n");
        TrainModelResponse accepted =
                copy(new TrainModelResponse(created), TrainModelResponse::new);
        assertEquals(created, accepted.model());
        assertEquals(RestStatus.OK, accepted.status());
        assertEquals(
                "{\"model_id\":\"m\",\"task\":\""
                        + created.origin().task()
                        + "\",\"state\":\"created\"}",
                json(accepted));
        TrainModelResponse failed =
                copy(new TrainModelResponse(created.failed("no luck")), TrainModelResponse::new);
        assertEquals(RestStatus.INTERNAL_SERVER_ERROR, failed.status());
        assertTrue(json(failed).contains("\"reason\":\"no luck\""));
    }

    public void testUpdateModelRequest() throws Exception {
        for (int i = 0; i < 20; i++) {
            ModelMetadata model = RandomModels.any("m");
            UpdateModelRequest request =
                    new UpdateModelRequest(model)
                            .clusterManagerNodeTimeout(TimeValue.timeValueSeconds(i));
            UpdateModelRequest copy = copy(request, UpdateModelRequest::new);
            assertEquals(model, copy.model());
            assertEquals(TimeValue.timeValueSeconds(i), copy.clusterManagerNodeTimeout());
        }
    }

    public void testDeleteModelRequest() throws Exception {
        assertEquals("m", copy(new DeleteModelRequest("m"), DeleteModelRequest::new).id());
    }

    public void testGetModels() throws Exception {
        assertNull(copy(new GetModelsRequest((String) null), GetModelsRequest::new).id());
        assertEquals("m", copy(new GetModelsRequest("m"), GetModelsRequest::new).id());
        List<ModelMetadata> models = List.of(RandomModels.any("a"), RandomModels.any("b"));
        GetModelsResponse all = copy(GetModelsResponse.all(models), GetModelsResponse::new);
        assertEquals(models, all.models());
        assertTrue(json(all).startsWith("{\"models\":[{\"model_id\":\"a\""));
        GetModelsResponse one = copy(GetModelsResponse.one(models.get(0)), GetModelsResponse::new);
        assertTrue(json(one).startsWith("{\"model_id\":\"a\""));
    }

    private static <T extends Writeable> T copy(T message, Writeable.Reader<T> reader)
            throws IOException {
        return copyWriteable(message, NONE, reader);
    }

    private static String json(ToXContent response) throws IOException {
        return response.toXContent(XContentFactory.jsonBuilder(), ToXContent.EMPTY_PARAMS)
                .toString();
    }
}
