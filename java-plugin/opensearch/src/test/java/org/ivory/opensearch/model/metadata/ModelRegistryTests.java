package org.ivory.opensearch.model.metadata;

import static org.mockito.Mockito.mock;

import org.ivory.opensearch.model.lifecycle.ClusterStates;
import org.opensearch.cluster.ClusterChangedEvent;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.test.OpenSearchTestCase;

import java.util.ArrayList;
import java.util.List;

public class ModelRegistryTests extends OpenSearchTestCase {
    private final ModelRegistry registry = new ModelRegistry(mock(ClusterService.class));
    private final List<Models> seen = new ArrayList<>();

    public void testFollowsChangesAndNothingElse() {
        registry.onChange(seen::add);
        ClusterState before = ClusterStates.of("here");
        ModelMetadata model =
                RandomModels.created("m", "here")
                        .ready(RandomModels.file(), RandomModels.encoder(), RandomModels.report());
        ClusterState with = ClusterStates.with(before, model);
        apply(before);
        assertTrue(seen.isEmpty());
        apply(with);
        assertEquals(1, seen.size());
        assertEquals(model, registry.models().get("m"));
        assertEquals(model, registry.models().withFingerprint(model.file().fingerprint()));
        Models snapshot = registry.models();
        apply(ClusterStates.withIndex(with, "unrelated", "{}"));
        assertSame(snapshot, registry.models());
        apply(before);
        assertEquals(2, seen.size());
        assertNull(registry.models().get("m"));
    }

    public void testAListenerThatFailsDoesNotHarmTheOthers() {
        registry.onChange(models -> {
            throw new IllegalStateException("on purpose");
        });
        registry.onChange(seen::add);
        apply(ClusterStates.with(ClusterStates.of("here"), RandomModels.any("m")));
        assertEquals(1, seen.size());
    }

    public void testWhatCannotBeReadIsSetAside() {
        ModelMetadata good = RandomModels.any("good");
        ClusterState state = ClusterStates.with(ClusterStates.of("here"), good);
        apply(ModelsState.with(state, "bad", "{\"state\":\"ready\"}"));
        assertEquals(good, registry.models().get("good"));
        assertNull(registry.models().get("bad"));
        assertTrue(registry.models().unreadable().get("bad").contains("model [bad]"));
    }

    private void apply(ClusterState state) {
        registry.applyClusterState(new ClusterChangedEvent("test", state, ClusterStates.of()));
    }
}
