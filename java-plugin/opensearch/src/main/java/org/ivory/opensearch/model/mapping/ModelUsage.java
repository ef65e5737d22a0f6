package org.ivory.opensearch.model.mapping;

import org.ivory.opensearch.model.metadata.ModelMetadata;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.cluster.metadata.MappingMetadata;
import org.opensearch.cluster.metadata.Metadata;
import org.opensearch.cluster.metadata.Template;
import org.opensearch.common.compress.CompressedXContent;
import org.opensearch.common.xcontent.XContentHelper;
import org.opensearch.common.xcontent.json.JsonXContent;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A mapping that names a model.
 *
 * @param where the index or template, for people: {@code index [x]}
 * @param field the vector field that names it
 */
public record ModelUsage(String where, VectorField field) {

    /** All mappings of indices and templates that name the model {@code id}. */
    public static List<ModelUsage> find(Metadata metadata, String id) {
        List<ModelUsage> usages = new ArrayList<>();
        for (IndexMetadata index : metadata.indices().values()) {
            MappingMetadata mapping = index.mapping();
            if (mapping != null) {
                collect("index [" + index.getIndex().getName() + "]", mapping.source(), id, usages);
            }
        }
        metadata.templates()
                .forEach((name, t) ->
                        collect("index template [" + name + "]", t.mappings(), id, usages));
        metadata.templatesV2()
                .forEach((name, t) ->
                        collect("index template [" + name + "]", t.template(), id, usages));
        metadata.componentTemplates()
                .forEach((name, t) ->
                        collect("component template [" + name + "]", t.template(), id, usages));
        return usages;
    }

    /** The place of the usage, for people. */
    public String describe() {
        return "field [" + field.path() + "] of " + where;
    }

    /** How the field contradicts the model, for people, or null if it does not. */
    public String conflict(ModelMetadata model) {
        if (field.dimension() != 0 && field.dimension() != model.dimension()) {
            return describe()
                    + " names it with dimension ["
                    + field.dimension()
                    + "], not ["
                    + model.dimension()
                    + "]";
        }
        if (field.metric() != null && field.metric() != model.metric()) {
            return describe()
                    + " names it with space_type ["
                    + field.metric().spaceType()
                    + "], not ["
                    + model.metric().spaceType()
                    + "]";
        }
        return null;
    }

    private static void collect(
            String where, Template template, String id, List<ModelUsage> usages) {
        if (template != null) {
            collect(where, template.mappings(), id, usages);
        }
    }

    private static void collect(
            String where, CompressedXContent source, String id, List<ModelUsage> usages) {
        // Parsing every mapping of a large cluster would take long: most have no vector field.
        if (source == null || source.string().contains(VectorMappings.TYPE) == false) {
            return;
        }
        Map<String, Object> mapping =
                XContentHelper.convertToMap(JsonXContent.jsonXContent, source.string(), false);
        VectorMappings.Visitor visitor =
                (path, parameters, nested) -> {
                    if (VectorField.isVectorField(parameters)) {
                        VectorField field = VectorField.of(path, parameters);
                        if (id.equals(field.model())) {
                            usages.add(new ModelUsage(where, field));
                        }
                    }
                };
        VectorMappings.forEachField(mapping, visitor);
        VectorMappings.forEachDynamicTemplate(mapping, visitor);
    }
}
