package org.ivory.opensearch.action.model;

import org.ivory.opensearch.model.training.TrainingPlanner;
import org.ivory.opensearch.model.training.TrainingService;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.action.support.HandledTransportAction;
import org.opensearch.common.inject.Inject;
import org.opensearch.core.action.ActionListener;
import org.opensearch.tasks.Task;
import org.opensearch.transport.TransportService;

/** Checks a training request and hands it to this node's trainer. */
public final class TransportTrainModelAction
        extends HandledTransportAction<TrainModelRequest, TrainModelResponse> {
    private final TransportService transportService;
    private final TrainingPlanner planner;
    private final TrainingService trainings;

    @Inject
    public TransportTrainModelAction(
            TransportService transportService,
            ActionFilters actionFilters,
            TrainingPlanner planner,
            TrainingService trainings) {
        super(TrainModelAction.NAME, transportService, actionFilters, TrainModelRequest::new);
        this.transportService = transportService;
        this.planner = planner;
        this.trainings = trainings;
    }

    @Override
    protected void doExecute(
            Task task, TrainModelRequest request, ActionListener<TrainModelResponse> listener) {
        planner.plan(
                request.training(),
                ActionListener.wrap(
                        plan ->
                                trainings.start(
                                        plan,
                                        transportService.getTaskManager(),
                                        request.waitForCompletion(),
                                        ActionListener.map(listener, TrainModelResponse::new)),
                        listener::onFailure));
    }
}
