package org.ivory.opensearch.stats;

import org.ivory.opensearch.model.cache.CachedModelStats;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ToXContentFragment;
import org.opensearch.core.xcontent.XContentBuilder;

import java.io.IOException;
import java.util.List;

/**
 * Everything that one node tells of itself.
 *
 * @param models those in its memory, or on the way there
 */
public record IvoryStats(
        NativeStats library,
        List<CachedModelStats> models,
        SearchStats search,
        IndexingStats indexing,
        TrainingStats training,
        MemoryStats memory)
        implements Writeable, ToXContentFragment {

    public IvoryStats {
        models = List.copyOf(models);
    }

    public IvoryStats(StreamInput in) throws IOException {
        this(
                new NativeStats(in),
                in.readList(CachedModelStats::new),
                new SearchStats(in),
                new IndexingStats(in),
                new TrainingStats(in),
                new MemoryStats(in));
    }

    /** Memory that the models occupy. */
    long modelBytes() {
        return models.stream().mapToLong(CachedModelStats::bytes).sum();
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        library.writeTo(out);
        out.writeList(models);
        search.writeTo(out);
        indexing.writeTo(out);
        training.writeTo(out);
        memory.writeTo(out);
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        library.toXContent(builder, params);
        builder.startObject("models");
        builder.field("count", models.size());
        builder.field("size_in_bytes", modelBytes());
        builder.startArray("held");
        for (CachedModelStats model : models) {
            model.toXContent(builder, params);
        }
        builder.endArray();
        builder.endObject();
        search.toXContent(builder, params);
        indexing.toXContent(builder, params);
        training.toXContent(builder, params);
        return memory.toXContent(builder, params);
    }
}
