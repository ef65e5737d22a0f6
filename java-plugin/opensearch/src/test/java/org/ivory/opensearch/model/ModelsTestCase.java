package org.ivory.opensearch.model;

import org.ivory.nativelib.NativeLibrary;
import org.ivory.nativelib.VectorOps;
import org.ivory.opensearch.IvoryPlugin;
import org.ivory.opensearch.action.model.GetModelsAction;
import org.ivory.opensearch.action.model.GetModelsRequest;
import org.ivory.opensearch.action.stats.IvoryStatsAction;
import org.ivory.opensearch.action.stats.IvoryStatsRequest;
import org.ivory.opensearch.model.metadata.ModelMetadata;
import org.ivory.opensearch.model.metadata.ModelRegistry;
import org.ivory.opensearch.model.store.ModelStore;
import org.ivory.opensearch.stats.IvoryStats;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.CheckedRunnable;
import org.opensearch.common.settings.Settings;
import org.opensearch.plugins.Plugin;
import org.opensearch.test.OpenSearchSingleNodeTestCase;

import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A node with the plugin and the native library. */
public abstract class ModelsTestCase extends OpenSearchSingleNodeTestCase {
    @Override
    protected Collection<Class<? extends Plugin>> getPlugins() {
        return List.of(IvoryPlugin.class, SlowScrolls.class);
    }

    @Override
    public void tearDown() throws Exception {
        SlowScrolls.letGo();
        super.tearDown();
    }

    /** As the host's, but patient: on a busy machine what takes milliseconds may take seconds. */
    public static void assertBusy(CheckedRunnable<Exception> check) throws Exception {
        assertBusy(check, 60, TimeUnit.SECONDS);
    }

    @Override
    protected boolean resetNodeAfterTest() {
        return true;
    }

    /** The library's arithmetic; these tests cannot do without. */
    protected static VectorOps ops() {
        NativeLibrary.Status status = NativeLibrary.load(Path.of("no", "such", "folder"));
        assertTrue(status.reason(), status.loaded());
        return NativeLibrary.select(status);
    }

    protected ModelRegistry registry() {
        return getInstanceFromNode(ModelRegistry.class);
    }

    protected ModelStore store() {
        return new ModelStore(client(), getInstanceFromNode(ClusterService.class));
    }

    protected ModelMetadata get(String id) {
        return client().execute(GetModelsAction.INSTANCE, new GetModelsRequest(id))
                .actionGet()
                .models()
                .get(0);
    }

    protected IvoryStats stats() {
        return client().execute(IvoryStatsAction.INSTANCE, new IvoryStatsRequest())
                .actionGet()
                .getNodes()
                .get(0)
                .stats();
    }

    protected void set(String setting, String value) {
        client().admin()
                .cluster()
                .prepareUpdateSettings()
                .setTransientSettings(Settings.builder().put(setting, value))
                .get();
    }

    protected void reset(String setting) {
        client().admin()
                .cluster()
                .prepareUpdateSettings()
                .setTransientSettings(Settings.builder().putNull(setting))
                .get();
    }
}
