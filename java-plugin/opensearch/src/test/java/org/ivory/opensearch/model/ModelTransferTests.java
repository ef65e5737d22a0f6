package org.ivory.opensearch.model;

import static org.hamcrest.Matchers.containsString;

import org.ivory.opensearch.IvoryPlugin;
import org.ivory.opensearch.action.model.DeleteModelAction;
import org.ivory.opensearch.action.model.DeleteModelRequest;
import org.ivory.opensearch.action.model.ExportModelAction;
import org.ivory.opensearch.action.model.ExportModelRequest;
import org.ivory.opensearch.action.model.GetModelsAction;
import org.ivory.opensearch.action.model.GetModelsRequest;
import org.ivory.opensearch.action.model.ImportModelAction;
import org.ivory.opensearch.action.model.ImportModelRequest;
import org.ivory.opensearch.action.model.ImportModelResponse;
import org.ivory.opensearch.action.model.RepositoryFile;
import org.ivory.opensearch.model.metadata.ModelMetadata;
import org.ivory.opensearch.model.metadata.ModelState;
import org.ivory.opensearch.model.store.ModelIndex;
import org.opensearch.ExceptionsHelper;
import org.opensearch.ResourceNotFoundException;
import org.opensearch.action.support.PlainActionFuture;
import org.opensearch.common.CheckedRunnable;
import org.opensearch.common.settings.Settings;
import org.opensearch.core.common.bytes.BytesArray;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.plugins.Plugin;
import org.opensearch.test.OpenSearchIntegTestCase;
import org.opensearch.test.OpenSearchIntegTestCase.ClusterScope;
import org.opensearch.test.OpenSearchIntegTestCase.Scope;
import org.opensearch.transport.client.Client;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Models' files between the nodes of a cluster: who does it, at the same time, and halfway. */
@ClusterScope(scope = Scope.TEST, numDataNodes = 0, numClientNodes = 0)
public class ModelTransferTests extends OpenSearchIntegTestCase {
    private static final int AT_ONCE = 6;

    @Override
    protected Collection<Class<? extends Plugin>> nodePlugins() {
        return List.of(IvoryPlugin.class);
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

    public void testANodeWithoutRepositoriesSendsTheRequestOn() {
        internalCluster().startNode();
        Client far = client(internalCluster().startCoordinatingOnlyNode(Settings.EMPTY));
        BytesReference file = trained(far);
        assertTrue(
                far.admin()
                        .cluster()
                        .preparePutRepository("r")
                        .setType("fs")
                        .setSettings(Settings.builder().put("location", randomRepoPath()))
                        .get()
                        .isAcknowledged());
        RepositoryFile place = RepositoryFile.parse(Map.of("repository", "r", "path", "a/m.ivory"));
        far.execute(ExportModelAction.INSTANCE, new ExportModelRequest("m", place)).actionGet();
        ImportModelResponse copy =
                far.execute(ImportModelAction.INSTANCE, ImportModelRequest.of("copy", place))
                        .actionGet();
        assertEquals(RestStatus.CREATED, copy.status());
        assertThat(copy.model().origin().importedFrom(), containsString("[a/m.ivory]"));
        assertEquals(file, export(far, "copy"));
    }

    public void testOfManyAtOnceOneImports() throws Exception {
        List<String> nodes = internalCluster().startNodes(2);
        BytesReference file = trained(client());
        List<PlainActionFuture<ImportModelResponse>> all = new ArrayList<>();
        for (int i = 0; i < AT_ONCE; i++) {
            PlainActionFuture<ImportModelResponse> done = PlainActionFuture.newFuture();
            client(nodes.get(i % 2))
                    .execute(ImportModelAction.INSTANCE, ImportModelRequest.of("n", file), done);
            all.add(done);
        }
        int created = 0;
        for (PlainActionFuture<ImportModelResponse> done : all) {
            try {
                created += done.actionGet().status() == RestStatus.CREATED ? 1 : 0;
            } catch (RuntimeException e) {
                assertEquals(RestStatus.CONFLICT, ExceptionsHelper.status(e));
            }
        }
        assertEquals(1, created);
        assertEquals(file, export(client(), "n"));
        assertBusy(() -> assertEquals(2, chunks()));
    }

    public void testAnImportThatFailsHalfwayLeavesNoTrace() throws Exception {
        internalCluster().startNode();
        BytesReference file = trained(client());
        block(true);
        RuntimeException e =
                expectThrows(
                        RuntimeException.class,
                        () ->
                                client().execute(
                                                ImportModelAction.INSTANCE,
                                                ImportModelRequest.of("n", file))
                                        .actionGet());
        assertThat(e.getMessage(), containsString("blocked"));
        expectThrows(ResourceNotFoundException.class, () -> get("n"));
        block(false);
        assertEquals(1, chunks());
        client().execute(ImportModelAction.INSTANCE, ImportModelRequest.of("n", file)).actionGet();
        assertEquals(ModelState.READY, get("n").state());
        client().execute(DeleteModelAction.INSTANCE, new DeleteModelRequest("n")).actionGet();
        assertBusy(() -> assertEquals(1, chunks()));
    }

    /** The file of a model "m" that is trained in the cluster. */
    private static BytesReference trained(Client client) {
        TrainingData.index(client, 1, "l2", TrainingData.vectors(500, 8));
        ModelMetadata model = TrainingData.train(client, TrainingData.request("m", 8));
        assertEquals(model.reason(), ModelState.READY, model.state());
        return export(client, "m");
    }

    private static BytesReference export(Client client, String id) {
        BytesReference bytes =
                client.execute(ExportModelAction.INSTANCE, new ExportModelRequest(id, null))
                        .actionGet()
                        .bytes();
        return new BytesArray(BytesReference.toBytes(bytes));
    }

    private static ModelMetadata get(String id) {
        return client().execute(GetModelsAction.INSTANCE, new GetModelsRequest(id))
                .actionGet()
                .models()
                .get(0);
    }

    private static void block(boolean writes) {
        client().admin()
                .indices()
                .prepareUpdateSettings(ModelIndex.NAME)
                .setSettings(Settings.builder().put("index.blocks.write", writes))
                .get();
    }

    private static long chunks() {
        client().admin().indices().prepareRefresh(ModelIndex.NAME).get();
        return client().prepareSearch(ModelIndex.NAME)
                .setSize(0)
                .setTrackTotalHits(true)
                .get()
                .getHits()
                .getTotalHits()
                .value();
    }
}
