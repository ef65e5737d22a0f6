package org.ivory.opensearch.model.training;

import org.ivory.nativelib.CentroidModel;
import org.ivory.nativelib.EncoderSpec;
import org.ivory.nativelib.Trainer;
import org.ivory.nativelib.TrainingParameters;
import org.ivory.nativelib.TrainingProgress;
import org.ivory.nativelib.VectorOps;
import org.ivory.opensearch.breaker.NativeMemory;
import org.ivory.opensearch.model.metadata.ModelFile;
import org.ivory.opensearch.model.metadata.ModelMetadata;
import org.ivory.opensearch.model.metadata.TrainingReport;
import org.ivory.opensearch.model.store.ModelStore;

/** One training from the first vector to the last stored chunk; blocks the thread that runs it. */
final class TrainingJob {
    private final TrainingPlan plan;
    private final ModelMetadata model;
    private final TrainingTask task;
    private final Runnable checkpoint;

    /**
     * @param model the metadata of the model to make, in state created
     * @param checkpoint throws if the job should be given up
     */
    TrainingJob(TrainingPlan plan, ModelMetadata model, TrainingTask task, Runnable checkpoint) {
        this.plan = plan;
        this.model = model;
        this.task = task;
        this.checkpoint = checkpoint;
    }

    /** Makes and stores the model; the result is its metadata in state ready. */
    ModelMetadata run(
            VectorOps ops,
            NativeMemory account,
            VectorCollector collector,
            ModelStore store,
            int threads) {
        long start = System.nanoTime();
        try (TrainingMemory memory = TrainingMemory.reserve(account, plan);
                Trainer trainer = ops.train(parameters(memory.sample(), threads))) {
            task.attach(trainer);
            try {
                collector.collect(memory.sample(), checkpoint, trainer::add);
                requireEnough(trainer.progress());
                ModelFile file;
                EncoderSpec encoder;
                try (CentroidModel result = trainer.run()) {
                    task.storing();
                    encoder = result.encoder();
                    file = store.write(result, model.generation(), checkpoint);
                }
                double seconds = (System.nanoTime() - start) / 1e9;
                return model.ready(
                        file,
                        encoder,
                        TrainingReport.of(trainer.progress(), seconds, memory.note()));
            } finally {
                task.detach();
            }
        }
    }

    private TrainingParameters parameters(int sample, int threads) {
        return new TrainingParameters(
                plan.metric(),
                plan.dimension(),
                plan.nlist(),
                plan.seed(),
                TrainingParameters.DEFAULT_ITERATIONS,
                sample,
                threads,
                plan.encoder());
    }

    private void requireEnough(TrainingProgress progress) {
        if (progress.vectorsOffered() < plan.nlist()) {
            throw new IllegalStateException(
                    "only ["
                            + progress.vectorsOffered()
                            + "] usable vectors were found in field ["
                            + plan.field()
                            + "] of index ["
                            + plan.index()
                            + "], fewer than [nlist] ["
                            + plan.nlist()
                            + "]");
        }
    }
}
