package org.ivory.opensearch.stats;

import org.ivory.opensearch.model.cache.CachedModel;
import org.ivory.opensearch.model.cache.CachedModelStats;
import org.opensearch.common.xcontent.XContentFactory;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ToXContent;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.test.AbstractWireSerializingTestCase;

import java.util.List;
import java.util.Map;

public class IvoryStatsTests extends AbstractWireSerializingTestCase<IvoryStats> {
    @Override
    protected IvoryStats createTestInstance() {
        return stats(randomBoolean(), randomIntBetween(-1, 1000), randomIntBetween(0, 3));
    }

    @Override
    protected IvoryStats mutateInstance(IvoryStats stats) {
        return new IvoryStats(
                stats.library(),
                stats.models(),
                stats.search().plus(new SearchStats(Map.of("top_k", 1L), 0, 0, 0, 0, 0, 0)),
                stats.indexing(),
                stats.training(),
                stats.memory());
    }

    @Override
    protected Writeable.Reader<IvoryStats> instanceReader() {
        return IvoryStats::new;
    }

    public void testTotals() {
        IvoryStats first = stats(true, 100, 2);
        IvoryStats second = stats(false, 50, 1);
        ClusterTotals totals = ClusterTotals.of(List.of(first, second));
        assertEquals(1, totals.librariesLoaded());
        assertEquals(3, totals.copies());
        assertEquals(first.modelBytes() + second.modelBytes(), totals.bytes());
        assertEquals(150, totals.memory().limit());
        assertEquals(
                first.search().vectorsScanned() + second.search().vectorsScanned(),
                totals.search().vectorsScanned());
        assertEquals(
                first.search().queries().get("exact") + second.search().queries().get("exact"),
                (long) totals.search().queries().get("exact"));
        assertEquals(
                first.search().vectorsRescored() + second.search().vectorsRescored(),
                totals.search().vectorsRescored());
        assertEquals(
                first.search().segmentsMapped() + second.search().segmentsMapped(),
                totals.search().segmentsMapped());
        assertEquals(
                first.search().segmentsCopied() + second.search().segmentsCopied(),
                totals.search().segmentsCopied());
        assertEquals(
                first.search().vectorsSkipped() + second.search().vectorsSkipped(),
                totals.search().vectorsSkipped());
        assertEquals(
                first.training().failed() + second.training().failed(), totals.training().failed());
        assertEquals(-1, ClusterTotals.of(List.of(first, stats(true, -1, 0))).memory().limit());
    }

    public void testWhatUsersSee() throws Exception {
        XContentBuilder builder = XContentFactory.jsonBuilder().startObject();
        stats(false, 10, 1).toXContent(builder, ToXContent.EMPTY_PARAMS);
        String json = builder.endObject().toString();
        for (String key :
                new String[] {
                    "\"native\":{\"loaded\":false",
                    "\"reason\":",
                    "\"simd_level\":",
                    "\"held\":[{\"model_id\":",
                    "\"vectors_scanned\":",
                    "\"vectors_rescored\":",
                    "\"segments_mapped\":",
                    "\"segments_copied\":",
                    "\"vectors_skipped\":",
                    "\"unassigned\":",
                    "\"running\":",
                    "\"limit_in_bytes\":10"
                }) {
            assertTrue(key + " in " + json, json.contains(key));
        }
    }

    private static IvoryStats stats(boolean loaded, long limit, int models) {
        List<CachedModelStats> held =
                randomList(
                        models,
                        models,
                        () ->
                                new CachedModelStats(
                                        randomAlphaOfLength(4),
                                        randomLong(),
                                        randomFrom(CachedModel.State.values()),
                                        randomIntBetween(0, 1000),
                                        randomBoolean() ? null : "no luck"));
        return new IvoryStats(
                new NativeStats(loaded, loaded ? "/p" : null, loaded ? null : "missing", "avx2", 1),
                held,
                new SearchStats(
                        Map.of("exact", (long) randomIntBetween(0, 9)),
                        number(),
                        number(),
                        number(),
                        number(),
                        number(),
                        number()),
                new IndexingStats(number(), number()),
                new TrainingStats(number(), number(), number(), number(), number()),
                new MemoryStats(limit, number()));
    }

    private static long number() {
        return randomIntBetween(0, 1_000_000);
    }
}
