package org.ivory.opensearch.model.mapping;

import org.ivory.opensearch.model.metadata.ModelMetadata;
import org.ivory.opensearch.model.metadata.ModelState;
import org.opensearch.core.action.ActionListener;
import org.opensearch.index.mapper.MappingTransformer;

import java.util.Map;
import java.util.function.Function;

/**
 * Refuses mappings whose vector fields name a model that does not exist, has failed, or is of
 * another dimension or metric. It sees the mappings of requests (index creation, mapping updates,
 * templates) only, so that restoring or recovering an index never fails for a missing model. A
 * model that is still in training is accepted: until it is ready the field is searched exactly.
 */
public final class ModelMappingValidator implements MappingTransformer {
    private final Function<String, ModelMetadata> models;

    /**
     * @param models the model with an id, as it effectively stands, or null
     */
    public ModelMappingValidator(Function<String, ModelMetadata> models) {
        this.models = models;
    }

    @Override
    public void transform(
            Map<String, Object> mapping, TransformContext context, ActionListener<Void> listener) {
        try {
            VectorMappings.forEachField(mapping, this::check);
            VectorMappings.forEachDynamicTemplate(mapping, this::check);
        } catch (RuntimeException e) {
            listener.onFailure(e);
            return;
        }
        listener.onResponse(null);
    }

    private void check(String path, Map<String, Object> parameters, String nested) {
        if (VectorField.isVectorField(parameters) == false) {
            return;
        }
        VectorField field = VectorField.of(path, parameters);
        // A dynamic template may leave a part of the name open.
        if (field.model() == null || field.model().contains("{")) {
            return;
        }
        ModelMetadata model = models.apply(field.model());
        if (model == null) {
            throw new IllegalArgumentException(
                    "field ["
                            + path
                            + "] names the model ["
                            + field.model()
                            + "], which does not exist");
        }
        if (model.state() == ModelState.FAILED) {
            throw new IllegalArgumentException(
                    "field ["
                            + path
                            + "] names the model ["
                            + model.id()
                            + "], whose training failed: "
                            + model.reason());
        }
        if (field.dimension() != 0 && field.dimension() != model.dimension()) {
            throw mismatch(field, "dimension", field.dimension(), model.dimension());
        }
        if (field.metric() != null && field.metric() != model.metric()) {
            throw mismatch(
                    field, "space_type", field.metric().spaceType(), model.metric().spaceType());
        }
    }

    private static IllegalArgumentException mismatch(
            VectorField field, String parameter, Object ofField, Object ofModel) {
        return new IllegalArgumentException(
                "field ["
                        + field.path()
                        + "] has ["
                        + parameter
                        + "] ["
                        + ofField
                        + "], but its model ["
                        + field.model()
                        + "] has ["
                        + ofModel
                        + "]");
    }
}
