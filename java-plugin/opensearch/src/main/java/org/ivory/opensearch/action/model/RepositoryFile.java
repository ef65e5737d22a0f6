package org.ivory.opensearch.action.model;

import org.ivory.opensearch.model.transfer.RepositoryPath;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;

import java.io.IOException;
import java.util.Map;

/** A file in a repository, as a request names it. */
public record RepositoryFile(String repository, RepositoryPath path) implements Writeable {

    /**
     * Reads a request's body: {@code repository} and {@code path}.
     *
     * @throws IllegalArgumentException naming a parameter that is missing, unknown or wrong, with
     *     its value
     */
    public static RepositoryFile parse(Map<String, Object> body) {
        BodyFields fields = new BodyFields(body);
        String repository = fields.requiredString("repository");
        String path = fields.requiredString("path");
        fields.checkAllRead();
        return new RepositoryFile(repository, RepositoryPath.parse(path));
    }

    static RepositoryFile read(StreamInput in) throws IOException {
        return new RepositoryFile(in.readString(), RepositoryPath.parse(in.readString()));
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeString(repository);
        out.writeString(path.toString());
    }

    @Override
    public String toString() {
        return "[" + path + "] in repository [" + repository + "]";
    }
}
