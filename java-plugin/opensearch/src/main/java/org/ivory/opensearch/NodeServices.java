package org.ivory.opensearch;

import org.ivory.lucene.MemoryAccount;
import org.ivory.lucene.SearchCounters;
import org.ivory.nativelib.NativeLibrary;
import org.ivory.nativelib.VectorOps;
import org.ivory.opensearch.model.ModelProvider;

import java.util.Objects;

/**
 * What the fields and queries of one node share: the arithmetic, the models and the counters.
 * Mappers are created before the node's components are, so the models come later; until then there
 * are none.
 */
public final class NodeServices {

    private final NativeLibrary.Status library;
    private final VectorOps ops;
    private final MemoryAccount memory;
    private final SearchCounters counters = new SearchCounters();
    private volatile ModelProvider models = ModelProvider.NONE;

    /** Without a limit on memory. */
    public NodeServices(NativeLibrary.Status library) {
        this(library, MemoryAccount.UNLIMITED);
    }

    /**
     * @param memory accounts for what searches keep outside the heap
     */
    public NodeServices(NativeLibrary.Status library, MemoryAccount memory) {
        this.library = Objects.requireNonNull(library, "library");
        this.ops = NativeLibrary.select(library);
        this.memory = Objects.requireNonNull(memory, "memory");
    }

    /** What became of loading the native library. */
    public NativeLibrary.Status library() {
        return library;
    }

    /** The library's arithmetic, or its plain-Java twin's. */
    public VectorOps ops() {
        return ops;
    }

    /** Accounts for what searches keep outside the heap. */
    public MemoryAccount memory() {
        return memory;
    }

    /** What the searches of this node did. */
    public SearchCounters counters() {
        return counters;
    }

    /** The models that this node holds. */
    public ModelProvider models() {
        return models;
    }

    /** Hands over the node's models, once, when its components are created. */
    public void models(ModelProvider provider) {
        this.models = Objects.requireNonNull(provider, "provider");
    }
}
