package org.ivory.opensearch.codec;

import org.apache.logging.log4j.Logger;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.codecs.PostingsFormat;
import org.ivory.lucene.codec.IvoryDocValuesFormat;
import org.ivory.lucene.codec.IvoryPostingsFormat;
import org.ivory.opensearch.NodeServices;
import org.ivory.opensearch.mapper.IvoryVectorFieldType;
import org.opensearch.index.codec.PerFieldMappingPostingFormatCodec;
import org.opensearch.index.mapper.MapperService;

/**
 * The host's codec, with other formats for fields of vectors. A segment keeps the name of Lucene's
 * codec and finds our formats by theirs.
 */
final class IvoryIndexCodec extends PerFieldMappingPostingFormatCodec {

    private final MapperService mapper;
    private final PostingsFormat postings;
    private final DocValuesFormat vectors = new IvoryDocValuesFormat();

    IvoryIndexCodec(Mode mode, MapperService mapper, NodeServices services, Logger logger) {
        super(mode, mapper, logger);
        this.mapper = mapper;
        this.postings = new IvoryPostingsFormat(new FieldModels(mapper, services));
    }

    private boolean isVector(String field) {
        return mapper.fieldType(field) instanceof IvoryVectorFieldType;
    }

    @Override
    public PostingsFormat getPostingsFormatForField(String field) {
        return isVector(field) ? postings : super.getPostingsFormatForField(field);
    }

    @Override
    public DocValuesFormat getDocValuesFormatForField(String field) {
        return isVector(field) ? vectors : super.getDocValuesFormatForField(field);
    }
}
