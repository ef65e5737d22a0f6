package org.ivory.opensearch.model;

import org.ivory.nativelib.CentroidModel;
import org.ivory.opensearch.model.cache.CachedModel;
import org.ivory.opensearch.model.cache.ModelCache;
import org.ivory.opensearch.model.metadata.ModelMetadata;
import org.ivory.opensearch.model.metadata.ModelRegistry;
import org.ivory.opensearch.model.metadata.ModelState;
import org.ivory.opensearch.model.metadata.Models;
import org.ivory.opensearch.stats.IndexingCounters;
import org.opensearch.cluster.service.ClusterApplierService;
import org.opensearch.transport.Transports;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The models that this node holds: each is loaded once, when a mapping names it or a search meets
 * its fingerprint, and kept until it is deleted. Loading never blocks a search, and blocks indexing
 * for a bounded time only.
 */
public final class ModelService implements ModelProvider {
    /** As in the host's ClusterManagerService, which keeps it to itself. */
    private static final String CLUSTER_MANAGER_THREAD_NAME = "clusterManagerService#updateTask";

    private final ModelRegistry registry;
    private final ModelCache cache;
    private final IndexingCounters counters;
    private final boolean prefetches;
    private final Set<String> wanted = ConcurrentHashMap.newKeySet();

    /**
     * @param prefetches whether this node holds shards and hence should have the models of its
     *     mappings at hand
     */
    public ModelService(
            ModelRegistry registry,
            ModelCache cache,
            IndexingCounters counters,
            boolean prefetches) {
        this.registry = registry;
        this.cache = cache;
        this.counters = counters;
        this.prefetches = prefetches;
        registry.onChange(this::follow);
    }

    @Override
    public void want(String modelId) {
        wanted.add(modelId);
        prefetch(registry.models().get(modelId));
    }

    @Override
    public CentroidModel acquireForIndexing(String modelId) {
        CentroidModel model = waitFor(modelId);
        counters.indexed(model != null);
        return model;
    }

    private CentroidModel waitFor(String modelId) {
        ModelMetadata metadata = registry.models().get(modelId);
        if (metadata == null || metadata.state() != ModelState.READY) {
            return null;
        }
        CachedModel cached = cache.get(metadata.file().fingerprint());
        CentroidModel model = cached.tryAcquire();
        if (model == null && cached.load() && mayWait()) {
            cached.awaitLoad();
            model = cached.tryAcquire();
        }
        return model;
    }

    @Override
    public CentroidModel acquireReady(String modelId) {
        ModelMetadata metadata = registry.models().get(modelId);
        return metadata == null || metadata.state() != ModelState.READY
                ? null
                : acquire(metadata.file().fingerprint());
    }

    @Override
    public CentroidModel acquire(long fingerprint) {
        CachedModel cached = cache.peek(fingerprint);
        if (cached == null) {
            if (registry.models().withFingerprint(fingerprint) == null) {
                return null;
            }
            cached = cache.get(fingerprint);
        }
        CentroidModel model = cached.tryAcquire();
        if (model == null) {
            cached.load();
        }
        return model;
    }

    private void follow(Models models) {
        cache.retain(fingerprint -> models.withFingerprint(fingerprint) != null);
        wanted.forEach(id -> prefetch(models.get(id)));
    }

    private void prefetch(ModelMetadata metadata) {
        if (prefetches && metadata != null && metadata.state() == ModelState.READY) {
            cache.get(metadata.file().fingerprint()).keepLoaded();
        }
    }

    /** Threads on which the whole node or cluster depends must not wait for one model. */
    private static boolean mayWait() {
        Thread thread = Thread.currentThread();
        String name = thread.getName();
        return Transports.isTransportThread(thread) == false
                && name.contains(ClusterApplierService.CLUSTER_UPDATE_THREAD_NAME) == false
                && name.contains(CLUSTER_MANAGER_THREAD_NAME) == false;
    }
}
