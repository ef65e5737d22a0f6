package org.ivory.opensearch.action.model;

import org.opensearch.action.ActionType;
import org.opensearch.action.support.clustermanager.AcknowledgedResponse;

/** How a training job writes down where its model stands; not for users. */
public final class UpdateModelAction extends ActionType<AcknowledgedResponse> {
    public static final String NAME = "internal:cluster/ivory/model/update";
    public static final UpdateModelAction INSTANCE = new UpdateModelAction();

    private UpdateModelAction() {
        super(NAME, AcknowledgedResponse::new);
    }
}
