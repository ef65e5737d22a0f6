package org.ivory.opensearch.model.lifecycle;

import static org.hamcrest.Matchers.containsString;

import org.ivory.nativelib.Metric;
import org.ivory.opensearch.model.metadata.ModelMetadata;
import org.ivory.opensearch.model.metadata.ModelState;
import org.ivory.opensearch.model.metadata.Models;
import org.ivory.opensearch.model.metadata.ModelsState;
import org.ivory.opensearch.model.metadata.RandomModels;
import org.opensearch.OpenSearchException;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.Metadata;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.test.OpenSearchTestCase;

public class ModelTransitionsTests extends OpenSearchTestCase {
    private final ClusterState empty = ClusterStates.of("here", "there");
    private final ModelMetadata created = RandomModels.created("m", "here");
    private final ModelMetadata training = created.training();
    private final ModelMetadata ready =
            created.ready(RandomModels.file(), RandomModels.encoder(), RandomModels.report());
    private final ModelMetadata failed = created.failed("no luck");

    public void testTheWayToReady() {
        ClusterState state = ModelTransitions.create(empty, created);
        assertEquals(created, get(state));
        state = ModelTransitions.advance(state, training);
        assertEquals(training, get(state));
        state = ModelTransitions.advance(state, ready);
        assertEquals(ready, get(state));
        assertEquals(ready, models(state).withFingerprint(ready.file().fingerprint()));
    }

    public void testTheWaysToFailed() {
        assertEquals(failed, get(ModelTransitions.advance(with(created), failed)));
        assertEquals(failed, get(ModelTransitions.advance(with(training), failed)));
    }

    public void testFinalStatesStay() {
        for (ModelMetadata last : new ModelMetadata[] {ready, failed}) {
            for (ModelMetadata next : new ModelMetadata[] {created, training, ready, failed}) {
                refused(
                        () -> ModelTransitions.advance(with(last), next),
                        RestStatus.CONFLICT,
                        last.state().label());
            }
        }
        refused(
                () -> ModelTransitions.advance(with(created), ready),
                RestStatus.CONFLICT,
                "created");
    }

    public void testAnotherRunsStepIsRefused() {
        ModelMetadata other = RandomModels.created("m", "here");
        refused(
                () -> ModelTransitions.advance(with(created), other.training()),
                RestStatus.CONFLICT,
                other.generation());
        refused(() -> ModelTransitions.advance(empty, training), RestStatus.NOT_FOUND, "[m]");
    }

    public void testOnlyAFailedIdMayBeTrainedAgain() {
        ModelMetadata again = RandomModels.created("m", "there");
        for (ModelMetadata there : new ModelMetadata[] {created, training, ready}) {
            refused(
                    () -> ModelTransitions.create(with(there), again),
                    RestStatus.CONFLICT,
                    there.state().label());
        }
        assertEquals(again, get(ModelTransitions.create(with(failed), again)));
    }

    public void testATrainingWhoseProcessIsGoneCountsAsFailed() {
        ModelMetadata orphan = RandomModels.created("m", "gone").training();
        ClusterState state = with(orphan);
        ModelMetadata again = RandomModels.created("m", "here");
        assertEquals(again, get(ModelTransitions.create(state, again)));
        assertNull(get(ModelTransitions.remove(state, "m")));
        ModelMetadata corrected = get(ModelTransitions.failOrphans(state));
        assertEquals(ModelState.FAILED, corrected.state());
        assertThat(corrected.reason(), containsString("node-gone"));
        ClusterState alive = with(training);
        assertSame(alive, ModelTransitions.failOrphans(alive));
    }

    public void testAnImportNeedsNoTraining() {
        ModelMetadata imported = RandomModels.imported("m", "here");
        ModelMetadata whole = imported.ready(RandomModels.file(), imported.encoder(), null);
        assertEquals(whole, get(ModelTransitions.advance(with(imported), whole)));
        refused(
                () -> ModelTransitions.advance(with(whole), imported.failed("late")),
                RestStatus.CONFLICT,
                "ready");
    }

    public void testAFailedImportLeavesNoTrace() {
        ModelMetadata imported = RandomModels.imported("m", "here");
        assertNull(get(ModelTransitions.advance(with(imported), imported.failed("no luck"))));
        assertNull(get(ModelTransitions.failOrphans(with(RandomModels.imported("m", "gone")))));
        ClusterState alive = with(imported);
        assertSame(alive, ModelTransitions.failOrphans(alive));
    }

    public void testAMappingThatContradictsRefusesATraining() {
        ClusterState state =
                ClusterStates.withIndex(empty, "idx", ClusterStates.mapping("m", 4, "l2"));
        refused(
                () -> ModelTransitions.create(state, RandomModels.created("m", 5, Metric.L2)),
                RestStatus.CONFLICT,
                "field [o.v] of index [idx] names it with dimension [4], not [5]");
        refused(
                () -> ModelTransitions.create(state, RandomModels.created("m", 4, Metric.COSINE)),
                RestStatus.CONFLICT,
                "space_type [l2], not [cosinesimil]");
        ModelMetadata fitting = RandomModels.created("m", 4, Metric.L2);
        assertEquals(fitting, get(ModelTransitions.create(state, fitting)));
    }

    public void testAModelInUseIsNotRemoved() {
        ClusterState state =
                ClusterStates.withIndex(with(ready), "idx", ClusterStates.mapping("m", 4, "l2"));
        refused(
                () -> ModelTransitions.remove(state, "m"),
                RestStatus.CONFLICT,
                "model [m] cannot be deleted: field [o.v] of index [idx] uses it");
        ClusterState other =
                ClusterStates.withIndex(with(ready), "idx", ClusterStates.mapping("n", 4, "l2"));
        assertNull(get(ModelTransitions.remove(other, "m")));
    }

    public void testRemoval() {
        refused(() -> ModelTransitions.remove(empty, "m"), RestStatus.NOT_FOUND, "[m]");
        refused(
                () -> ModelTransitions.remove(with(training), "m"),
                RestStatus.CONFLICT,
                created.origin().task());
        assertNull(get(ModelTransitions.remove(with(failed), "m")));
        ClusterState unreadable = ModelsState.with(empty, "m", "{}");
        assertEquals(1, models(unreadable).unreadable().size());
        assertTrue(ModelsState.read(ModelTransitions.remove(unreadable, "m")).isEmpty());
    }

    public void testWithoutTheSystemIndexNothingIsWritten() {
        ClusterState bare =
                ClusterState.builder(empty).metadata(Metadata.builder().build()).build();
        assertTrue(ModelsState.read(bare).isEmpty());
        expectThrows(IllegalStateException.class, () -> ModelTransitions.create(bare, created));
    }

    private ClusterState with(ModelMetadata model) {
        return ClusterStates.with(empty, model);
    }

    private static Models models(ClusterState state) {
        return Models.of(ModelsState.read(state));
    }

    private static ModelMetadata get(ClusterState state) {
        return models(state).get("m");
    }

    private static void refused(ThrowingRunnable change, RestStatus status, String words) {
        OpenSearchException e = expectThrows(OpenSearchException.class, change);
        assertEquals(status, e.status());
        assertThat(e.getMessage(), containsString(words));
        assertThat(e.getMessage(), containsString("[m]"));
    }
}
