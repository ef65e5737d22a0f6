package org.ivory.opensearch.model.store;

import org.ivory.nativelib.CentroidModel;
import org.ivory.nativelib.ModelFormatException;
import org.ivory.nativelib.ModelLoader;
import org.ivory.nativelib.VectorOps;
import org.ivory.opensearch.model.metadata.ModelFile;
import org.ivory.opensearch.model.metadata.ModelMetadata;
import org.opensearch.action.get.GetResponse;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.action.ActionListener;
import org.opensearch.transport.client.Client;
import org.opensearch.transport.client.OriginSettingClient;

/**
 * Writes and reads models' files in the system index. What was written becomes a model only by the
 * metadata that names its generation, so a half-written file is never seen.
 */
public final class ModelStore {
    /** Under whose name the plugin acts on its own behalf. */
    public static final String ORIGIN = "ivory";

    private static final TimeValue CHUNK_TIMEOUT = TimeValue.timeValueSeconds(60);

    private final Client client;
    private final ClusterService clusterService;

    public ModelStore(Client client, ClusterService clusterService) {
        this.client = new OriginSettingClient(client, ORIGIN);
        this.clusterService = clusterService;
    }

    /** Creates the system index unless it exists. */
    public void ensureIndex(ActionListener<Void> listener) {
        ModelIndex.ensure(client, clusterService, listener);
    }

    /**
     * Writes all chunks and makes them visible; waits for it.
     *
     * @param betweenChunks is run before each chunk and may throw to give up
     */
    public ModelFile write(CentroidModel model, String generation, Runnable betweenChunks) {
        long length = model.fileLength();
        int chunks = ModelChunk.count(length);
        byte[] buffer = new byte[ModelChunk.SIZE];
        for (int number = 0; number < chunks; number++) {
            betweenChunks.run();
            int size = ModelChunk.length(length, number);
            model.readFile((long) number * ModelChunk.SIZE, buffer, size);
            client.prepareIndex(ModelIndex.NAME)
                    .setId(ModelChunk.id(generation, number))
                    .setSource(ModelChunk.write(generation, number, buffer, size))
                    .setCreate(true)
                    .setTimeout(CHUNK_TIMEOUT)
                    .execute()
                    .actionGet();
        }
        client.admin().indices().prepareRefresh(ModelIndex.NAME).execute().actionGet();
        return new ModelFile(model.fingerprint(), length, chunks);
    }

    /**
     * Reads a ready model; waits for it.
     *
     * @param betweenChunks is run before each chunk and may throw to give up
     * @return the model; the caller owns it
     * @throws ModelFormatException if what is stored is not what the metadata promises
     */
    public CentroidModel read(ModelMetadata metadata, VectorOps ops, Runnable betweenChunks) {
        ModelFile file = metadata.file();
        try (ModelLoader loader = ops.loadModel(file.length())) {
            for (int number = 0; number < file.chunks(); number++) {
                betweenChunks.run();
                byte[] bytes = readChunk(metadata, number);
                loader.append(bytes, bytes.length);
            }
            return checked(loader.finish(), metadata);
        }
    }

    /**
     * Reads one chunk of a ready model's file; waits for it.
     *
     * @throws ModelFormatException if it is missing or damaged
     */
    public byte[] readChunk(ModelMetadata metadata, int number) {
        String generation = metadata.generation();
        GetResponse response =
                client.prepareGet(ModelIndex.NAME, ModelChunk.id(generation, number))
                        .execute()
                        .actionGet(CHUNK_TIMEOUT);
        if (response.isExists() == false || response.getSourceAsMap() == null) {
            throw new ModelFormatException(
                    "chunk [" + number + "] of generation [" + generation + "] is missing");
        }
        int length = ModelChunk.length(metadata.file().length(), number);
        return ModelChunk.read(response.getSourceAsMap(), generation, number, length);
    }

    private static CentroidModel checked(CentroidModel model, ModelMetadata metadata) {
        boolean same =
                model.fingerprint() == metadata.file().fingerprint()
                        && model.metric() == metadata.metric()
                        && model.dimension() == metadata.dimension()
                        && model.nlist() == metadata.nlist()
                        && model.encoder().equals(metadata.encoder());
        if (same == false) {
            String found = ModelFile.text(model.fingerprint());
            model.close();
            throw new ModelFormatException(
                    "the stored model is not that of the metadata: its fingerprint is ["
                            + found
                            + "], not ["
                            + metadata.file().fingerprintText()
                            + "]");
        }
        return model;
    }
}
