package org.ivory.opensearch.mapper;

import org.apache.lucene.util.BytesRef;
import org.ivory.lucene.CellTerm;
import org.ivory.lucene.VectorEncoding;
import org.ivory.lucene.VectorFields;
import org.ivory.nativelib.CentroidModel;
import org.ivory.nativelib.Metric;
import org.ivory.opensearch.NodeServices;
import org.opensearch.core.xcontent.XContentParser.Token;
import org.opensearch.index.mapper.DerivedFieldGenerator;
import org.opensearch.index.mapper.FieldMapper;
import org.opensearch.index.mapper.Mapper;
import org.opensearch.index.mapper.MapperParsingException;
import org.opensearch.index.mapper.MappingLookup;
import org.opensearch.index.mapper.ParametrizedFieldMapper;
import org.opensearch.index.mapper.ParseContext;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The field type {@value #TYPE}: one vector a document, indexed as the term of its cell with the
 * vector itself as doc value.
 */
public final class IvoryVectorFieldMapper extends ParametrizedFieldMapper {

    /** The value of {@code type} in mappings. */
    public static final String TYPE = "ivory_vector";

    /** Parameters that other types know (or once knew) and this one refuses. */
    private static final List<String> REFUSED =
            List.of(
                    "copy_to",
                    "fields",
                    "store",
                    "index",
                    "doc_values",
                    "boost",
                    "index_options",
                    "similarity");

    /** Reads a field's mapping. */
    public static Mapper.TypeParser typeParser(NodeServices services) {
        return (name, node, context) -> {
            for (String parameter : REFUSED) {
                if (node.containsKey(parameter)) {
                    throw new MapperParsingException(
                            "field ["
                                    + name
                                    + "] of type ["
                                    + TYPE
                                    + "] does not support the parameter ["
                                    + parameter
                                    + "]");
                }
            }
            if (context.isWithinMultiField()) {
                throw new MapperParsingException(
                        "field [" + name + "] of type [" + TYPE + "] cannot be a multi-field");
            }
            Builder builder = new Builder(name, services);
            builder.parse(name, context, node);
            return builder;
        };
    }

    /** Parameters of a field in the making. */
    public static final class Builder extends ParametrizedFieldMapper.Builder {

        private final NodeServices services;
        private final Parameter<Integer> dimension;
        private final Parameter<Metric> spaceType;
        private final Parameter<String> model;
        private final Parameter<Map<String, String>> meta = Parameter.metaParam();

        Builder(String name, NodeServices services) {
            super(name);
            this.services = services;
            this.dimension = MappingParameters.dimension(m -> type(m).dimension());
            this.spaceType = MappingParameters.spaceType(m -> type(m).metric());
            this.model = MappingParameters.model(m -> type(m).modelId());
            dimension.setValidator(value -> MappingParameters.required(name, value));
            spaceType.setSerializer(
                    (builder, parameter, metric) -> builder.field(parameter, metric.spaceType()),
                    Metric::spaceType);
            model.setSerializerCheck((includeDefaults, isConfigured, value) -> value != null);
        }

        private static IvoryVectorFieldType type(FieldMapper mapper) {
            return ((IvoryVectorFieldMapper) mapper).fieldType();
        }

        @Override
        protected List<Parameter<?>> getParameters() {
            return List.of(dimension, spaceType, model, meta);
        }

        @Override
        public IvoryVectorFieldMapper build(BuilderContext context) {
            IvoryVectorFieldType type =
                    new IvoryVectorFieldType(
                            buildFullName(context),
                            dimension.get(),
                            spaceType.get(),
                            model.get(),
                            meta.get(),
                            services);
            if (type.modelId() != null) {
                services.models().want(type.modelId());
            }
            return new IvoryVectorFieldMapper(
                    name, type, multiFieldsBuilder.build(this, context), copyTo.build(), services);
        }
    }

    private final NodeServices services;
    private final String what;

    private IvoryVectorFieldMapper(
            String simpleName,
            IvoryVectorFieldType type,
            MultiFields multiFields,
            CopyTo copyTo,
            NodeServices services) {
        super(simpleName, type, multiFields, copyTo);
        this.services = Objects.requireNonNull(services, "services");
        this.what = "field [" + type.name() + "]";
    }

    @Override
    public IvoryVectorFieldType fieldType() {
        return (IvoryVectorFieldType) super.fieldType();
    }

    @Override
    protected String contentType() {
        return TYPE;
    }

    @Override
    public Builder getMergeBuilder() {
        return (Builder) new Builder(simpleName(), services).init(this);
    }

    @Override
    public boolean parsesArrayValue() {
        return true;
    }

    /** The host says where, and its cause what; both belong into the first line. */
    @Override
    public void parse(ParseContext context) throws IOException {
        try {
            super.parse(context);
        } catch (MapperParsingException e) {
            if (e.getCause() instanceof IllegalArgumentException bad) {
                throw new MapperParsingException(
                        "failed to parse field ["
                                + name()
                                + "] of type ["
                                + TYPE
                                + "] in document with id '"
                                + context.sourceToParse().id()
                                + "': "
                                + bad.getMessage(),
                        bad);
            }
            throw e;
        }
    }

    @Override
    protected void parseCreateField(ParseContext context) throws IOException {
        if (context.parser().currentToken() == Token.VALUE_NULL) {
            return;
        }
        IvoryVectorFieldType type = fieldType();
        try {
            float[] vector = VectorParser.parse(context.parser(), type.dimension(), what);
            VectorRange.check(type.metric(), vector, what);
            if (context.doc().getField(type.name()) != null) {
                throw new IllegalArgumentException(
                        what + " takes one vector a document, but got a second one");
            }
            index(context.doc(), type, vector);
        } catch (IllegalArgumentException e) {
            // Tells where index.mapping.ignore_malformed lets the document pass without its vector.
            context.addIgnoredField(type.name());
            throw e;
        }
    }

    private void index(ParseContext.Document document, IvoryVectorFieldType type, float[] vector) {
        long fingerprint = CellTerm.UNASSIGNED;
        int cell = 0;
        BytesRef code = null;
        if (type.modelId() != null) {
            try (CentroidModel model = services.models().acquireForIndexing(type.modelId())) {
                if (model != null && type.accepts(model)) {
                    int[] cells = new int[1];
                    // The document is written when all of it was parsed, so the code gets an array.
                    byte[] bytes = new byte[model.codeLength()];
                    model.encode(VectorEncoding.normalised(type.metric(), vector), 1, cells, bytes);
                    fingerprint = model.fingerprint();
                    cell = cells[0];
                    code = bytes.length == 0 ? null : new BytesRef(bytes);
                }
            }
        }
        VectorFields.add(
                document::add, type.name(), type.metric(), vector, fingerprint, cell, code);
    }

    @Override
    protected void doValidate(MappingLookup mappers) {
        for (Mapper mapper : mappers) {
            if (mapper instanceof FieldMapper source
                    && source.copyTo() != null
                    && source.copyTo().copyToFields().contains(name())) {
                throw new IllegalArgumentException(
                        "field ["
                                + source.name()
                                + "] has a [copy_to] to field ["
                                + name()
                                + "] of type ["
                                + TYPE
                                + "], which takes no copies");
            }
        }
    }

    @Override
    protected void canDeriveSourceInternal() {
        // The doc value holds all of the vector.
    }

    @Override
    protected DerivedFieldGenerator derivedFieldGenerator() {
        return new DerivedFieldGenerator(
                mappedFieldType, new VectorSource(fieldType(), simpleName()), null);
    }
}
