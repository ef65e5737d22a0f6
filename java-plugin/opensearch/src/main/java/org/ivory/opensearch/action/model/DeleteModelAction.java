package org.ivory.opensearch.action.model;

import org.opensearch.action.ActionType;
import org.opensearch.action.support.clustermanager.AcknowledgedResponse;

/** Removes a model that no mapping names. */
public final class DeleteModelAction extends ActionType<AcknowledgedResponse> {
    public static final String NAME = "cluster:admin/ivory/model/delete";
    public static final DeleteModelAction INSTANCE = new DeleteModelAction();

    private DeleteModelAction() {
        super(NAME, AcknowledgedResponse::new);
    }
}
