package org.ivory.opensearch.action.model;

import org.opensearch.action.ActionType;

/** Shows models. */
public final class GetModelsAction extends ActionType<GetModelsResponse> {
    public static final String NAME = "cluster:monitor/ivory/model/get";
    public static final GetModelsAction INSTANCE = new GetModelsAction();

    private GetModelsAction() {
        super(NAME, GetModelsResponse::new);
    }
}
