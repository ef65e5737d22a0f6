package org.ivory.opensearch.model;

import static org.hamcrest.Matchers.containsString;

import org.ivory.opensearch.IvoryPlugin;
import org.ivory.opensearch.action.model.GetModelsAction;
import org.ivory.opensearch.action.model.GetModelsRequest;
import org.ivory.opensearch.action.stats.IvoryNodeStats;
import org.ivory.opensearch.action.stats.IvoryStatsAction;
import org.ivory.opensearch.action.stats.IvoryStatsRequest;
import org.ivory.opensearch.action.stats.IvoryStatsResponse;
import org.ivory.opensearch.model.cache.CachedModel;
import org.ivory.opensearch.model.metadata.ModelMetadata;
import org.ivory.opensearch.model.metadata.ModelRegistry;
import org.ivory.opensearch.model.metadata.ModelState;
import org.opensearch.common.CheckedRunnable;
import org.opensearch.common.settings.Settings;
import org.opensearch.plugins.Plugin;
import org.opensearch.test.InternalTestCluster.RestartCallback;
import org.opensearch.test.OpenSearchIntegTestCase;
import org.opensearch.test.OpenSearchIntegTestCase.ClusterScope;
import org.opensearch.test.OpenSearchIntegTestCase.Scope;
import org.opensearch.transport.client.Client;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Models in a cluster whose nodes come and go. */
@ClusterScope(scope = Scope.TEST, numDataNodes = 0, numClientNodes = 0)
public class ModelsInClusterTests extends OpenSearchIntegTestCase {
    private final float[][] vectors = TrainingData.vectors(1_000, 8);

    @Override
    protected Collection<Class<? extends Plugin>> nodePlugins() {
        return List.of(IvoryPlugin.class, SlowScrolls.class);
    }

    /** As the host's, but patient: on a busy machine what takes milliseconds may take seconds. */
    public static void assertBusy(CheckedRunnable<Exception> check) throws Exception {
        assertBusy(check, 60, TimeUnit.SECONDS);
    }

    /** It demands that every search ends, which one of a node that is stopped need not. */
    @Override
    protected boolean addMockTelemetryPlugin() {
        return false;
    }

    @Override
    public void tearDown() throws Exception {
        SlowScrolls.letGo();
        super.tearDown();
    }

    public void testEveryNodeKnowsAndHoldsTheModel() throws Exception {
        List<String> nodes = internalCluster().startNodes(3);
        TrainingData.index(client(nodes.get(0)), 2, "l2", vectors);
        ModelMetadata model =
                TrainingData.train(client(nodes.get(0)), TrainingData.request("m", 8));
        for (String node : nodes) {
            assertEquals(model, get(client(node), "m"));
        }
        TrainingData.create(client(), "documents", 3, 8, "l2", "m");
        assertBusy(() -> {
            for (IvoryNodeStats node : stats().getNodes()) {
                assertEquals(1, node.stats().models().size());
                assertEquals(CachedModel.State.LOADED, node.stats().models().get(0).state());
            }
        });
        TrainingData.load(client(), "documents", vectors);
        long assigned =
                stats().getNodes().stream().mapToLong(n -> n.stats().indexing().assigned()).sum();
        assertTrue(assigned + " assigned", assigned >= vectors.length);
    }

    public void testAModelSurvivesARestart() throws Exception {
        internalCluster().startNodes(2);
        TrainingData.index(client(), 1, "cosinesimil", vectors);
        ModelMetadata model = TrainingData.train(client(), TrainingData.request("m", 8));
        TrainingData.create(client(), "documents", 1, 8, "cosinesimil", "m");
        internalCluster().fullRestart();
        ensureYellow();
        assertEquals(model, get(client(), "m"));
        TrainingData.load(client(), "documents", vectors);
        long unassigned =
                stats().getNodes().stream().mapToLong(n -> n.stats().indexing().unassigned()).sum();
        assertEquals(0, unassigned);
    }

    /** The elected cluster manager stays; the node that trains goes. */
    public void testATrainingWhoseNodeLeavesIsReportedFailed() throws Exception {
        String manager = internalCluster().startClusterManagerOnlyNode();
        String data = internalCluster().startDataOnlyNode();
        String trainer = internalCluster().startCoordinatingOnlyNode(Settings.EMPTY);
        TrainingData.index(client(data), 2, "l2", vectors);
        ensureYellow();
        SlowScrolls.hold();
        TrainingData.run(client(trainer), TrainingData.request("m", 8), false);
        assertBusy(() -> assertEquals(ModelState.TRAINING, get(client(data), "m").state()));
        internalCluster().stopRandomNode(settings -> trainer.equals(settings.get("node.name")));
        SlowScrolls.letGo();
        assertBusy(() -> assertEquals(ModelState.FAILED, get(client(data), "m").state()));
        assertThat(get(client(data), "m").reason(), containsString(trainer));
        assertBusy(() -> {
            ModelRegistry registry = internalCluster().getInstance(ModelRegistry.class, manager);
            assertEquals(ModelState.FAILED, registry.models().get("m").state());
        });
        // Its scroll would stay open until it expires.
        client(data).admin().indices().prepareDelete(TrainingData.INDEX).get();
    }

    public void testATrainingCutShortByARestartIsReportedFailed() throws Exception {
        internalCluster().startNode();
        TrainingData.index(client(), 1, "l2", vectors);
        SlowScrolls.hold();
        TrainingData.run(client(), TrainingData.request("m", 8), false);
        assertBusy(() -> assertEquals(ModelState.TRAINING, get(client(), "m").state()));
        internalCluster()
                .fullRestart(
                        new RestartCallback() {
                            @Override
                            public Settings onNodeStopped(String nodeName) {
                                SlowScrolls.letGo();
                                return Settings.EMPTY;
                            }
                        });
        ensureYellow();
        ModelMetadata failed = get(client(), "m");
        assertEquals(ModelState.FAILED, failed.state());
        assertBusy(() -> {
            ModelRegistry registry = internalCluster().getInstance(ModelRegistry.class);
            assertEquals(ModelState.FAILED, registry.models().get("m").state());
        });
        ModelMetadata again = TrainingData.train(client(), TrainingData.request("m", 8));
        assertEquals(again.reason(), ModelState.READY, again.state());
    }

    private static ModelMetadata get(Client client, String id) {
        return client.execute(GetModelsAction.INSTANCE, new GetModelsRequest(id))
                .actionGet()
                .models()
                .get(0);
    }

    private static IvoryStatsResponse stats() {
        IvoryStatsResponse stats =
                client().execute(IvoryStatsAction.INSTANCE, new IvoryStatsRequest()).actionGet();
        assertTrue(stats.failures().toString(), stats.failures().isEmpty());
        return stats;
    }
}
