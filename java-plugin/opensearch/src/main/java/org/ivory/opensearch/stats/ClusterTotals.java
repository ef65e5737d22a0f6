package org.ivory.opensearch.stats;

import org.opensearch.core.xcontent.ToXContentFragment;
import org.opensearch.core.xcontent.XContentBuilder;

import java.io.IOException;
import java.util.Collection;

/**
 * Sums over nodes.
 *
 * @param librariesLoaded nodes that use the native library
 * @param copies models in memory, each counted on every node that holds it
 * @param bytes memory that they occupy
 */
public record ClusterTotals(
        int librariesLoaded,
        int copies,
        long bytes,
        SearchStats search,
        IndexingStats indexing,
        TrainingStats training,
        MemoryStats memory)
        implements ToXContentFragment {

    /** The sums over {@code nodes}. */
    public static ClusterTotals of(Collection<IvoryStats> nodes) {
        ClusterTotals totals =
                new ClusterTotals(
                        0,
                        0,
                        0,
                        SearchStats.NONE,
                        IndexingStats.NONE,
                        TrainingStats.NONE,
                        MemoryStats.NONE);
        for (IvoryStats node : nodes) {
            totals = totals.plus(node);
        }
        return totals;
    }

    private ClusterTotals plus(IvoryStats node) {
        return new ClusterTotals(
                librariesLoaded + (node.library().loaded() ? 1 : 0),
                copies + node.models().size(),
                bytes + node.modelBytes(),
                search.plus(node.search()),
                indexing.plus(node.indexing()),
                training.plus(node.training()),
                memory.plus(node.memory()));
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject("native_libraries").field("loaded", librariesLoaded).endObject();
        builder.startObject("models");
        builder.field("count", copies);
        builder.field("size_in_bytes", bytes);
        builder.endObject();
        search.toXContent(builder, params);
        indexing.toXContent(builder, params);
        training.toXContent(builder, params);
        return memory.toXContent(builder, params);
    }
}
