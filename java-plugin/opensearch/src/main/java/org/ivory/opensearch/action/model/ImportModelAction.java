package org.ivory.opensearch.action.model;

import org.opensearch.action.ActionType;

/** Imports a model's file. */
public final class ImportModelAction extends ActionType<ImportModelResponse> {
    public static final String NAME = "cluster:admin/ivory/model/import";
    public static final ImportModelAction INSTANCE = new ImportModelAction();

    private ImportModelAction() {
        super(NAME, ImportModelResponse::new);
    }
}
