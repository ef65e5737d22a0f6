package org.ivory.opensearch;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.ivory.nativelib.NativeLibrary;
import org.ivory.opensearch.breaker.NativeMemory;
import org.ivory.opensearch.codec.CodecHost;
import org.ivory.opensearch.codec.CodecOfRequests;
import org.ivory.opensearch.codec.CodecOfTemplates;
import org.ivory.opensearch.codec.IvoryCodecs;
import org.ivory.opensearch.mapper.IvoryVectorFieldMapper;
import org.ivory.opensearch.model.store.ModelIndex;
import org.ivory.opensearch.query.IvoryQueryBuilder;
import org.ivory.opensearch.rest.OctetStream;
import org.ivory.opensearch.settings.IvorySettings;
import org.opensearch.action.ActionRequest;
import org.opensearch.action.support.ActionFilter;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.cluster.node.DiscoveryNodes;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.settings.ClusterSettings;
import org.opensearch.common.settings.IndexScopedSettings;
import org.opensearch.common.settings.Setting;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.settings.SettingsFilter;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.core.common.breaker.CircuitBreaker;
import org.opensearch.core.common.io.stream.NamedWriteableRegistry;
import org.opensearch.core.xcontent.NamedXContentRegistry;
import org.opensearch.env.Environment;
import org.opensearch.env.NodeEnvironment;
import org.opensearch.index.IndexSettings;
import org.opensearch.index.codec.AdditionalCodecs;
import org.opensearch.index.mapper.Mapper;
import org.opensearch.index.mapper.MappingTransformer;
import org.opensearch.index.shard.IndexSettingProvider;
import org.opensearch.indices.SystemIndexDescriptor;
import org.opensearch.indices.breaker.BreakerSettings;
import org.opensearch.plugins.ActionPlugin;
import org.opensearch.plugins.CircuitBreakerPlugin;
import org.opensearch.plugins.EnginePlugin;
import org.opensearch.plugins.MapperPlugin;
import org.opensearch.plugins.Plugin;
import org.opensearch.plugins.SearchPlugin;
import org.opensearch.plugins.SystemIndexPlugin;
import org.opensearch.repositories.RepositoriesService;
import org.opensearch.rest.RestController;
import org.opensearch.rest.RestHandler;
import org.opensearch.script.ScriptService;
import org.opensearch.threadpool.ExecutorBuilder;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.client.Client;
import org.opensearch.watcher.ResourceWatcherService;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Where OpenSearch meets Ivory: nothing but wiring. */
public final class IvoryPlugin extends Plugin
        implements MapperPlugin,
                SearchPlugin,
                ActionPlugin,
                EnginePlugin,
                SystemIndexPlugin,
                CircuitBreakerPlugin {

    private static final Logger LOG = LogManager.getLogger(IvoryPlugin.class);

    private final NodeServices services;
    private final NativeMemory memory = new NativeMemory();
    private ModelComponents models;
    private volatile CodecHost host;

    public IvoryPlugin() {
        NativeLibrary.Status library = NativeLibrary.load(folder());
        if (library.loaded()) {
            LOG.info("native library {} in use, level [{}]", library.path(), library.level());
        } else {
            LOG.warn("no native library, its plain-Java twin serves: {}", library.reason());
        }
        services = new NodeServices(library, memory.account());
        OctetStream.register();
    }

    /** Where the plugin is installed: the folder of the jar that this class is in. */
    private static Path folder() {
        try {
            return Path.of(
                            IvoryPlugin.class
                                    .getProtectionDomain()
                                    .getCodeSource()
                                    .getLocation()
                                    .toURI())
                    .getParent();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public Map<String, Mapper.TypeParser> getMappers() {
        return Map.of(IvoryVectorFieldMapper.TYPE, IvoryVectorFieldMapper.typeParser(services));
    }

    @Override
    public List<QuerySpec<?>> getQueries() {
        return List.of(
                new QuerySpec<>(
                        IvoryQueryBuilder.NAME,
                        IvoryQueryBuilder::new,
                        IvoryQueryBuilder::fromXContent));
    }

    @Override
    public List<MappingTransformer> getMappingTransformers() {
        return List.of(models.mappingValidator());
    }

    @Override
    public Collection<Object> createComponents(
            Client client,
            ClusterService clusterService,
            ThreadPool threadPool,
            ResourceWatcherService resourceWatcherService,
            ScriptService scriptService,
            NamedXContentRegistry xContentRegistry,
            Environment environment,
            NodeEnvironment nodeEnvironment,
            NamedWriteableRegistry namedWriteableRegistry,
            IndexNameExpressionResolver resolver,
            Supplier<RepositoriesService> repositories) {
        host = new CodecHost(environment.settings(), clusterService, resolver);
        models =
                new ModelComponents(
                        services,
                        memory,
                        environment.settings(),
                        client,
                        clusterService,
                        threadPool,
                        resolver,
                        repositories);
        services.models(models.models());
        return models.components();
    }

    @Override
    public Optional<AdditionalCodecs> getAdditionalCodecs(IndexSettings indexSettings) {
        return Optional.of(new IvoryCodecs(services));
    }

    @Override
    public Collection<IndexSettingProvider> getAdditionalIndexSettingProviders() {
        return List.of(new CodecOfTemplates(() -> host));
    }

    @Override
    public List<ActionFilter> getActionFilters() {
        return List.of(new CodecOfRequests(() -> host));
    }

    @Override
    public List<Setting<?>> getSettings() {
        return IvorySettings.all();
    }

    @Override
    public List<ExecutorBuilder<?>> getExecutorBuilders(Settings settings) {
        return IvorySettings.executors(settings);
    }

    @Override
    public List<NamedWriteableRegistry.Entry> getNamedWriteables() {
        return ModelComponents.namedWriteables();
    }

    @Override
    public List<ActionHandler<? extends ActionRequest, ? extends ActionResponse>> getActions() {
        return ModelComponents.actions();
    }

    @Override
    public List<RestHandler> getRestHandlers(
            Settings settings,
            RestController restController,
            ClusterSettings clusterSettings,
            IndexScopedSettings indexScopedSettings,
            SettingsFilter settingsFilter,
            IndexNameExpressionResolver resolver,
            Supplier<DiscoveryNodes> nodes) {
        return ModelComponents.restHandlers();
    }

    @Override
    public Collection<SystemIndexDescriptor> getSystemIndexDescriptors(Settings settings) {
        return List.of(ModelIndex.descriptor());
    }

    @Override
    public BreakerSettings getCircuitBreaker(Settings settings) {
        return NativeMemory.breakerSettings(settings);
    }

    @Override
    public void setCircuitBreaker(CircuitBreaker breaker) {
        memory.setBreaker(breaker);
    }
}
