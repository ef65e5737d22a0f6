package org.ivory.opensearch.action.model;

import org.opensearch.action.ActionType;

/** Exports a model's file. */
public final class ExportModelAction extends ActionType<ExportModelResponse> {
    public static final String NAME = "cluster:admin/ivory/model/export";
    public static final ExportModelAction INSTANCE = new ExportModelAction();

    private ExportModelAction() {
        super(NAME, ExportModelResponse::new);
    }
}
