package org.ivory.opensearch.stats;

import org.ivory.lucene.SearchCounters;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ToXContentFragment;
import org.opensearch.core.xcontent.XContentBuilder;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the searches of a node did since its start.
 *
 * @param queries shard queries by the path that answered them
 * @param vectorsScanned vectors compared with a query, by their codes or exactly
 * @param vectorsRescored vectors compared exactly after their codes
 * @param cellsProbed cells visited, counted once a shard query
 * @param segmentsMapped segments whose codes a query scanned in place
 * @param segmentsCopied segments whose codes a query copied from payloads, which is slower
 * @param vectorsSkipped vectors that exact searches did not compare, being too far by their codes
 */
public record SearchStats(
        Map<String, Long> queries,
        long vectorsScanned,
        long vectorsRescored,
        long cellsProbed,
        long segmentsMapped,
        long segmentsCopied,
        long vectorsSkipped)
        implements Writeable, ToXContentFragment {
    static final SearchStats NONE = new SearchStats(Map.of(), 0, 0, 0, 0, 0, 0);

    public SearchStats {
        queries = new TreeMap<>(queries);
    }

    public SearchStats(StreamInput in) throws IOException {
        this(
                in.readMap(StreamInput::readString, StreamInput::readVLong),
                in.readVLong(),
                in.readVLong(),
                in.readVLong(),
                in.readVLong(),
                in.readVLong(),
                in.readVLong());
    }

    static SearchStats of(SearchCounters.Snapshot snapshot) {
        Map<String, Long> queries = new TreeMap<>();
        snapshot.queries().forEach((path, count) -> queries.put(path.label(), count));
        return new SearchStats(
                queries,
                snapshot.vectorsScanned(),
                snapshot.vectorsRescored(),
                snapshot.cellsProbed(),
                snapshot.segmentsMapped(),
                snapshot.segmentsCopied(),
                snapshot.vectorsSkipped());
    }

    SearchStats plus(SearchStats other) {
        Map<String, Long> sums = new TreeMap<>(queries);
        other.queries.forEach((path, count) -> sums.merge(path, count, Long::sum));
        return new SearchStats(
                sums,
                vectorsScanned + other.vectorsScanned,
                vectorsRescored + other.vectorsRescored,
                cellsProbed + other.cellsProbed,
                segmentsMapped + other.segmentsMapped,
                segmentsCopied + other.segmentsCopied,
                vectorsSkipped + other.vectorsSkipped);
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeMap(queries, StreamOutput::writeString, StreamOutput::writeVLong);
        out.writeVLong(vectorsScanned);
        out.writeVLong(vectorsRescored);
        out.writeVLong(cellsProbed);
        out.writeVLong(segmentsMapped);
        out.writeVLong(segmentsCopied);
        out.writeVLong(vectorsSkipped);
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject("search");
        builder.startObject("queries");
        for (Map.Entry<String, Long> path : queries.entrySet()) {
            builder.field(path.getKey(), path.getValue());
        }
        builder.endObject();
        builder.field("vectors_scanned", vectorsScanned);
        builder.field("vectors_rescored", vectorsRescored);
        builder.field("cells_probed", cellsProbed);
        builder.field("segments_mapped", segmentsMapped);
        builder.field("segments_copied", segmentsCopied);
        builder.field("vectors_skipped", vectorsSkipped);
        return builder.endObject();
    }
}
