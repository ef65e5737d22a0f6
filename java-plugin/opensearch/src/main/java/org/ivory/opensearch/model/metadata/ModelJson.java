package org.ivory.opensearch.model.metadata;

import org.ivory.nativelib.EncoderSpec;
import org.ivory.nativelib.Metric;
import org.opensearch.common.xcontent.XContentFactory;
import org.opensearch.common.xcontent.XContentHelper;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.xcontent.XContentBuilder;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;

/**
 * A model's metadata as JSON: the one form in which it is stored in the cluster state, sent between
 * nodes and (without the internal fields) shown to users. Unknown fields are ignored, so that an
 * older node can read what a newer one wrote.
 */
public final class ModelJson {
    private static final String CELLS = "cell_sizes";
    private static final String IMPORTED_FROM = "imported_from";
    private static final String ENCODER = "encoder";
    private static final String PARAMETERS = "parameters";

    private ModelJson() {}

    /** The stored form. */
    public static String write(ModelMetadata model) {
        try (XContentBuilder builder = XContentFactory.jsonBuilder()) {
            builder.startObject();
            writeFields(builder, model, true);
            return builder.endObject().toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Adds the fields that users see to the object that {@code builder} is in. */
    public static void show(XContentBuilder builder, ModelMetadata model) throws IOException {
        writeFields(builder, model, false);
    }

    /**
     * Reads the stored form of the model {@code id}.
     *
     * @throws IllegalArgumentException saying which field is missing or wrong
     */
    public static ModelMetadata read(String id, String json) {
        try {
            return read(
                    id,
                    new JsonFields(
                            XContentHelper.convertToMap(JsonXContent.jsonXContent, json, false)));
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(
                    "metadata of model [" + id + "] cannot be read: " + e.getMessage(), e);
        }
    }

    private static void writeFields(XContentBuilder builder, ModelMetadata model, boolean internal)
            throws IOException {
        ModelOrigin origin = model.origin();
        builder.field("model_id", model.id());
        builder.field("state", model.state().label());
        optional(builder, "reason", model.reason());
        optional(builder, "description", origin.description());
        builder.field("space_type", model.metric().spaceType());
        builder.field("dimension", model.dimension());
        builder.field("nlist", model.nlist());
        writeEncoder(builder, model);
        if (model.file() != null) {
            builder.field("fingerprint", model.file().fingerprintText());
            builder.field("size_in_bytes", model.file().length());
        }
        optional(builder, IMPORTED_FROM, origin.importedFrom());
        if (origin.training() != null) {
            writeTraining(builder, origin.training());
        }
        builder.field("created_at", Instant.ofEpochMilli(model.createdMillis()).toString());
        builder.field("node", origin.nodeName());
        builder.field("task", origin.task());
        if (model.report() != null) {
            writeReport(builder, model.report());
        }
        if (internal) {
            builder.field("generation", model.generation());
            builder.field("created_millis", model.createdMillis());
            builder.field("node_ephemeral_id", origin.nodeEphemeralId());
            if (model.file() != null) {
                builder.field("chunks", model.file().chunks());
            }
        }
    }

    private static void writeEncoder(XContentBuilder builder, ModelMetadata model)
            throws IOException {
        EncoderSpec encoder = model.encoder();
        builder.startObject(ENCODER).field("name", encoder.name());
        if (encoder.parameterName() != null) {
            builder.startObject(PARAMETERS);
            builder.field(encoder.parameterName(), encoder.parameter());
            builder.endObject();
        }
        builder.endObject();
        if (encoder.equals(EncoderSpec.AUTO) == false) {
            builder.field(
                    "code_size_in_bytes", encoder.codeLength(model.metric(), model.dimension()));
        }
    }

    private static void writeTraining(XContentBuilder builder, TrainingSource training)
            throws IOException {
        builder.field("training_index", training.index());
        builder.field("training_field", training.field());
        builder.field("max_training_vector_count", training.maxVectors());
        builder.field("seed", training.seed());
    }

    private static void writeReport(XContentBuilder builder, TrainingReport report)
            throws IOException {
        builder.field("vectors_offered", report.vectorsOffered());
        builder.field("vectors_used", report.vectorsUsed());
        builder.field("iterations", report.iterations());
        builder.field("inertia", report.inertia());
        builder.startObject(CELLS);
        builder.field("smallest", report.smallestCell());
        builder.field("median", report.medianCell());
        builder.field("largest", report.largestCell());
        builder.field("imbalance", report.imbalance());
        builder.endObject();
        builder.field("repaired_cells", report.repairedCells());
        builder.field("seconds", report.seconds());
        optional(builder, "note", report.note());
    }

    private static void optional(XContentBuilder builder, String name, String value)
            throws IOException {
        if (value != null) {
            builder.field(name, value);
        }
    }

    private static ModelMetadata read(String id, JsonFields json) {
        ModelState state = ModelState.ofLabel(json.string("state"));
        ModelOrigin origin =
                new ModelOrigin(
                        json.has(IMPORTED_FROM) ? null : readTraining(json),
                        json.stringOrNull(IMPORTED_FROM),
                        json.stringOrNull("description"),
                        json.string("node_ephemeral_id"),
                        json.string("node"),
                        json.string("task"));
        boolean ready = state == ModelState.READY;
        return new ModelMetadata(
                id,
                json.string("generation"),
                state,
                json.stringOrNull("reason"),
                Metric.ofSpaceType(json.string("space_type")),
                json.integer("dimension"),
                json.integer("nlist"),
                readEncoder(json),
                origin,
                ready ? readFile(json) : null,
                ready && origin.isImport() == false ? readReport(json) : null,
                json.longInteger("created_millis"));
    }

    private static TrainingSource readTraining(JsonFields json) {
        return new TrainingSource(
                json.string("training_index"),
                json.string("training_field"),
                json.longInteger("seed"),
                json.integer("max_training_vector_count"));
    }

    /** Models from before there were encoders have none. */
    private static EncoderSpec readEncoder(JsonFields json) {
        if (json.has(ENCODER) == false) {
            return EncoderSpec.NONE;
        }
        JsonFields encoder = json.object(ENCODER);
        String name = encoder.string("name");
        String parameter = EncoderSpec.parameterName(name);
        return new EncoderSpec(
                name, parameter == null ? 0 : encoder.object(PARAMETERS).integer(parameter));
    }

    private static ModelFile readFile(JsonFields json) {
        return new ModelFile(
                Long.parseUnsignedLong(json.string("fingerprint"), 16),
                json.longInteger("size_in_bytes"),
                json.integer("chunks"));
    }

    private static TrainingReport readReport(JsonFields json) {
        JsonFields cells = json.object(CELLS);
        return new TrainingReport(
                json.longInteger("vectors_offered"),
                json.longInteger("vectors_used"),
                json.integer("iterations"),
                json.real("inertia"),
                json.integer("repaired_cells"),
                cells.longInteger("smallest"),
                cells.longInteger("median"),
                cells.longInteger("largest"),
                cells.real("imbalance"),
                json.real("seconds"),
                json.stringOrNull("note"));
    }
}
