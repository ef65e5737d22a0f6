package org.ivory.opensearch.codec;

import org.ivory.lucene.codec.CodecModels;
import org.ivory.nativelib.CentroidModel;
import org.ivory.opensearch.NodeServices;
import org.ivory.opensearch.mapper.IvoryVectorFieldType;
import org.opensearch.index.mapper.MapperService;

/** The models of one index's fields, as its mapping names them now. */
record FieldModels(MapperService mapper, NodeServices services) implements CodecModels {

    @Override
    public CentroidModel acquire(long fingerprint) {
        return services.models().acquire(fingerprint);
    }

    @Override
    public CentroidModel current(String field) {
        if (!(mapper.fieldType(field) instanceof IvoryVectorFieldType type)
                || type.modelId() == null) {
            return null;
        }
        CentroidModel model = services.models().acquireReady(type.modelId());
        if (model != null && !type.accepts(model)) {
            model.close();
            return null;
        }
        return model;
    }
}
