package org.ivory.opensearch.action.stats;

import org.opensearch.action.ActionType;

/** Shows what the nodes' libraries, models, searches and trainings are doing. */
public final class IvoryStatsAction extends ActionType<IvoryStatsResponse> {
    public static final String NAME = "cluster:monitor/ivory/stats";
    public static final IvoryStatsAction INSTANCE = new IvoryStatsAction();

    private IvoryStatsAction() {
        super(NAME, IvoryStatsResponse::new);
    }
}
