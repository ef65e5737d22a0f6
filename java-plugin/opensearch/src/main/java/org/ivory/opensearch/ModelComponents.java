package org.ivory.opensearch;

import org.ivory.nativelib.VectorOps;
import org.ivory.opensearch.action.model.DeleteModelAction;
import org.ivory.opensearch.action.model.ExportModelAction;
import org.ivory.opensearch.action.model.GetModelsAction;
import org.ivory.opensearch.action.model.ImportModelAction;
import org.ivory.opensearch.action.model.TrainModelAction;
import org.ivory.opensearch.action.model.TransportDeleteModelAction;
import org.ivory.opensearch.action.model.TransportExportModelAction;
import org.ivory.opensearch.action.model.TransportGetModelsAction;
import org.ivory.opensearch.action.model.TransportImportModelAction;
import org.ivory.opensearch.action.model.TransportTrainModelAction;
import org.ivory.opensearch.action.model.TransportUpdateModelAction;
import org.ivory.opensearch.action.model.UpdateModelAction;
import org.ivory.opensearch.action.model.UpdateModelRequest;
import org.ivory.opensearch.action.stats.IvoryStatsAction;
import org.ivory.opensearch.action.stats.TransportIvoryStatsAction;
import org.ivory.opensearch.breaker.NativeMemory;
import org.ivory.opensearch.model.ModelLifecycle;
import org.ivory.opensearch.model.ModelProvider;
import org.ivory.opensearch.model.ModelService;
import org.ivory.opensearch.model.cache.ModelCache;
import org.ivory.opensearch.model.lifecycle.ModelJanitor;
import org.ivory.opensearch.model.lifecycle.ModelUpdater;
import org.ivory.opensearch.model.mapping.ModelMappingValidator;
import org.ivory.opensearch.model.metadata.ModelMetadata;
import org.ivory.opensearch.model.metadata.ModelRegistry;
import org.ivory.opensearch.model.store.ChunkSweeper;
import org.ivory.opensearch.model.store.ModelStore;
import org.ivory.opensearch.model.training.TrainingPlanner;
import org.ivory.opensearch.model.training.TrainingService;
import org.ivory.opensearch.model.training.TrainingStatus;
import org.ivory.opensearch.model.transfer.ModelExporter;
import org.ivory.opensearch.model.transfer.ModelFileReader;
import org.ivory.opensearch.model.transfer.ModelImporter;
import org.ivory.opensearch.model.transfer.RepositoryFiles;
import org.ivory.opensearch.rest.RestDeleteModelAction;
import org.ivory.opensearch.rest.RestExportModelAction;
import org.ivory.opensearch.rest.RestGetModelsAction;
import org.ivory.opensearch.rest.RestImportModelAction;
import org.ivory.opensearch.rest.RestPutModelAction;
import org.ivory.opensearch.rest.RestStatsAction;
import org.ivory.opensearch.rest.RestTrainModelAction;
import org.ivory.opensearch.settings.IvorySettings;
import org.ivory.opensearch.stats.IndexingCounters;
import org.ivory.opensearch.stats.StatsCollector;
import org.ivory.opensearch.stats.TrainingCounters;
import org.opensearch.action.ActionRequest;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.cluster.node.DiscoveryNode;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.settings.ClusterSettings;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.core.common.io.stream.NamedWriteableRegistry;
import org.opensearch.index.mapper.MappingTransformer;
import org.opensearch.plugins.ActionPlugin.ActionHandler;
import org.opensearch.repositories.RepositoriesService;
import org.opensearch.rest.RestHandler;
import org.opensearch.tasks.Task;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.client.Client;
import org.opensearch.transport.client.OriginSettingClient;

import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;

/** The models of one node: all parts and how they hang together. */
final class ModelComponents {
    private final ClusterService clusterService;
    private final ModelRegistry registry;
    private final ModelService service;
    private final TrainingService trainings;
    private final TrainingPlanner planner;
    private final StatsCollector stats;
    private final ModelLifecycle lifecycle;
    private final RepositoryFiles repositoryFiles;
    private final ModelImporter importer;
    private final ModelExporter exporter;
    private volatile long maxImportSize;
    private volatile TimeValue modelWait;
    private volatile int trainingThreads;

    ModelComponents(
            NodeServices services,
            NativeMemory memory,
            Settings settings,
            Client client,
            ClusterService clusterService,
            ThreadPool threadPool,
            IndexNameExpressionResolver resolver,
            Supplier<RepositoriesService> repositories) {
        this.clusterService = clusterService;
        follow(settings, clusterService.getClusterSettings());
        VectorOps ops = services.ops();
        registry = new ModelRegistry(clusterService);
        ModelStore store = new ModelStore(client, clusterService);
        ModelCache cache =
                new ModelCache(registry, store, ops, memory, threadPool, () -> modelWait);
        IndexingCounters indexing = new IndexingCounters();
        TrainingCounters trainingCounters = new TrainingCounters();
        service = new ModelService(registry, cache, indexing, DiscoveryNode.isDataNode(settings));
        planner = new TrainingPlanner(client, clusterService, resolver, ops);
        trainings =
                new TrainingService(
                        new TrainingService.Parts(
                                client,
                                clusterService,
                                threadPool,
                                registry,
                                updater(client),
                                store,
                                ops,
                                memory,
                                trainingCounters,
                                () -> trainingThreads));
        repositoryFiles = new RepositoryFiles(repositories);
        importer =
                new ModelImporter(
                        new ModelImporter.Parts(
                                clusterService,
                                threadPool,
                                registry,
                                updater(client),
                                store,
                                new ModelFileReader(ops, memory, () -> maxImportSize)));
        exporter = new ModelExporter(registry, store, repositoryFiles);
        new ModelJanitor(clusterService, threadPool, registry, new ChunkSweeper(client));
        stats =
                new StatsCollector(
                        services.library(),
                        services.counters(),
                        indexing,
                        trainingCounters,
                        cache,
                        memory);
        lifecycle = new ModelLifecycle(trainings, cache);
    }

    /** What fields and searches see of the models. */
    ModelProvider models() {
        return service;
    }

    /** What the host injects into actions, starts and stops. */
    Collection<Object> components() {
        return List.of(
                registry,
                planner,
                trainings,
                stats,
                lifecycle,
                repositoryFiles,
                importer,
                exporter);
    }

    /** What checks the models that mappings name. */
    MappingTransformer mappingValidator() {
        return new ModelMappingValidator(this::effective);
    }

    static List<ActionHandler<? extends ActionRequest, ? extends ActionResponse>> actions() {
        return List.of(
                new ActionHandler<>(TrainModelAction.INSTANCE, TransportTrainModelAction.class),
                new ActionHandler<>(GetModelsAction.INSTANCE, TransportGetModelsAction.class),
                new ActionHandler<>(DeleteModelAction.INSTANCE, TransportDeleteModelAction.class),
                new ActionHandler<>(ImportModelAction.INSTANCE, TransportImportModelAction.class),
                new ActionHandler<>(ExportModelAction.INSTANCE, TransportExportModelAction.class),
                new ActionHandler<>(UpdateModelAction.INSTANCE, TransportUpdateModelAction.class),
                new ActionHandler<>(IvoryStatsAction.INSTANCE, TransportIvoryStatsAction.class));
    }

    static List<RestHandler> restHandlers() {
        return List.of(
                new RestTrainModelAction(),
                new RestGetModelsAction(),
                new RestDeleteModelAction(),
                new RestPutModelAction(),
                new RestImportModelAction(),
                new RestExportModelAction(),
                new RestStatsAction());
    }

    static List<NamedWriteableRegistry.Entry> namedWriteables() {
        return List.of(
                new NamedWriteableRegistry.Entry(
                        Task.Status.class, TrainingStatus.NAME, TrainingStatus::new));
    }

    private ModelMetadata effective(String id) {
        ModelMetadata model = registry.models().get(id);
        return model == null ? null : model.effective(clusterService.state().nodes());
    }

    private static ModelUpdater updater(Client client) {
        Client own = new OriginSettingClient(client, ModelStore.ORIGIN);
        return (model, timeout, listener) ->
                own.execute(
                        UpdateModelAction.INSTANCE,
                        new UpdateModelRequest(model).clusterManagerNodeTimeout(timeout),
                        ActionListener.map(listener, acknowledged -> null));
    }

    private void follow(Settings settings, ClusterSettings changes) {
        modelWait = IvorySettings.MODEL_WAIT.get(settings);
        trainingThreads = IvorySettings.TRAINING_THREADS.get(settings);
        maxImportSize = IvorySettings.MAX_IMPORT_SIZE.get(settings).getBytes();
        changes.addSettingsUpdateConsumer(
                IvorySettings.MAX_IMPORT_SIZE, value -> maxImportSize = value.getBytes());
        changes.addSettingsUpdateConsumer(IvorySettings.MODEL_WAIT, value -> modelWait = value);
        changes.addSettingsUpdateConsumer(
                IvorySettings.TRAINING_THREADS, value -> trainingThreads = value);
    }
}
