package org.ivory.opensearch.model.lifecycle;

import org.ivory.opensearch.model.mapping.ModelUsage;
import org.ivory.opensearch.model.metadata.ModelJson;
import org.ivory.opensearch.model.metadata.ModelMetadata;
import org.ivory.opensearch.model.metadata.ModelState;
import org.ivory.opensearch.model.metadata.Models;
import org.ivory.opensearch.model.metadata.ModelsState;
import org.opensearch.OpenSearchStatusException;
import org.opensearch.ResourceNotFoundException;
import org.opensearch.cluster.ClusterState;
import org.opensearch.core.rest.RestStatus;

import java.util.List;
import java.util.Map;

/**
 * The rules by which the models' metadata changes; the elected cluster manager applies them, one
 * change after the other. A refusal is an exception with a 4xx status.
 */
public final class ModelTransitions {
    private ModelTransitions() {}

    /**
     * Adds a model, or replaces a failed one.
     *
     * @throws OpenSearchStatusException (409) if the id is taken, or if a mapping names it with
     *     another dimension or space type
     */
    public static ClusterState create(ClusterState state, ModelMetadata model) {
        String id = model.id();
        checkFree(state, id);
        for (ModelUsage usage : ModelUsage.find(state.metadata(), id)) {
            String conflict = usage.conflict(model);
            if (conflict != null) {
                throw new OpenSearchStatusException(
                        "model ["
                                + id
                                + "] cannot be "
                                + (model.origin().isImport() ? "imported" : "trained")
                                + ": "
                                + conflict,
                        RestStatus.CONFLICT);
            }
        }
        return ModelsState.with(state, id, ModelJson.write(model));
    }

    /**
     * Checks that a model with that id may be created.
     *
     * @throws OpenSearchStatusException (409) if there is one that has not failed
     */
    public static void checkFree(ClusterState state, String id) {
        Map<String, String> stored = ModelsState.read(state);
        if (stored.containsKey(id) == false) {
            return;
        }
        ModelState current = effective(state, id).state();
        if (current != ModelState.FAILED) {
            throw new OpenSearchStatusException(
                    "model [" + id + "] exists already and is in state [" + current.label() + "]",
                    RestStatus.CONFLICT);
        }
    }

    /**
     * Takes a model one step further on the way from created to ready or failed. An import has no
     * training on its way, and is removed where it fails: what was refused leaves no trace.
     *
     * @throws OpenSearchStatusException (409) if it is no longer the run's that proposes the step,
     *     or not in progress
     */
    public static ClusterState advance(ClusterState state, ModelMetadata next) {
        ModelMetadata current = require(state, next.id());
        boolean imported = current.origin().isImport();
        ModelState beforeReady = imported ? ModelState.CREATED : ModelState.TRAINING;
        boolean allowed =
                current.generation().equals(next.generation())
                        && current.state().inProgress()
                        && next.state().compareTo(current.state()) > 0
                        && (next.state() != ModelState.READY || current.state() == beforeReady);
        if (allowed == false) {
            throw new OpenSearchStatusException(
                    "model ["
                            + next.id()
                            + "] is in state ["
                            + current.state().label()
                            + "] of run ["
                            + current.generation()
                            + "] and cannot become ["
                            + next.state().label()
                            + "] of run ["
                            + next.generation()
                            + "]",
                    RestStatus.CONFLICT);
        }
        boolean removed = imported && next.state() == ModelState.FAILED;
        return ModelsState.with(state, next.id(), removed ? null : ModelJson.write(next));
    }

    /**
     * Removes a model.
     *
     * @throws ResourceNotFoundException if there is none
     * @throws OpenSearchStatusException (409) if it is being made, or a mapping names it
     */
    public static ClusterState remove(ClusterState state, String id) {
        if (ModelsState.read(state).containsKey(id) == false) {
            throw new ResourceNotFoundException("model [" + id + "] does not exist");
        }
        List<ModelUsage> usages = ModelUsage.find(state.metadata(), id);
        if (usages.isEmpty() == false) {
            throw new OpenSearchStatusException(
                    "model ["
                            + id
                            + "] cannot be deleted: "
                            + usages.get(0).describe()
                            + " uses it",
                    RestStatus.CONFLICT);
        }
        if (Models.of(ModelsState.read(state)).unreadable().containsKey(id) == false) {
            ModelMetadata current = effective(state, id);
            if (current.state().inProgress()) {
                throw new OpenSearchStatusException(
                        "model ["
                                + id
                                + "] is in state ["
                                + current.state().label()
                                + "] and cannot be deleted: cancel its task ["
                                + current.origin().task()
                                + "] first",
                        RestStatus.CONFLICT);
            }
        }
        return ModelsState.with(state, id, null);
    }

    /** Fails all models whose training ended with the process that did it, and removes imports. */
    public static ClusterState failOrphans(ClusterState state) {
        ClusterState result = state;
        for (ModelMetadata model : Models.of(ModelsState.read(state)).all()) {
            ModelMetadata effective = model.effective(state.nodes());
            if (effective.state() != model.state()) {
                String json = model.origin().isImport() ? null : ModelJson.write(effective);
                result = ModelsState.with(result, model.id(), json);
            }
        }
        return result;
    }

    private static ModelMetadata effective(ClusterState state, String id) {
        return require(state, id).effective(state.nodes());
    }

    private static ModelMetadata require(ClusterState state, String id) {
        String json = ModelsState.read(state).get(id);
        if (json == null) {
            throw new ResourceNotFoundException("model [" + id + "] does not exist");
        }
        try {
            return ModelJson.read(id, json);
        } catch (IllegalArgumentException e) {
            throw new OpenSearchStatusException(e.getMessage(), RestStatus.CONFLICT, e);
        }
    }
}
