package org.ivory.opensearch.action.model;

import org.opensearch.action.ActionType;

/** Trains a model from the vectors of an index. */
public final class TrainModelAction extends ActionType<TrainModelResponse> {
    public static final String NAME = "cluster:admin/ivory/model/train";
    public static final TrainModelAction INSTANCE = new TrainModelAction();

    private TrainModelAction() {
        super(NAME, TrainModelResponse::new);
    }
}
