package org.ivory.opensearch.action.model;

import org.opensearch.core.common.io.stream.StreamInput;

import java.io.IOException;

/** Asks for a model's file, in the answer or in a repository. */
public final class ExportModelRequest extends TransferRequest {
    /**
     * @param file where to write it, or null to have it in the answer
     */
    public ExportModelRequest(String id, RepositoryFile file) {
        super(id, file);
    }

    public ExportModelRequest(StreamInput in) throws IOException {
        super(in);
    }

    @Override
    public String getDescription() {
        return "export of model [" + id() + "]" + (file() == null ? "" : " to " + file());
    }
}
