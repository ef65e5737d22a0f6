package org.ivory.opensearch.action.model;

import static org.hamcrest.Matchers.containsString;

import org.ivory.opensearch.model.metadata.ModelMetadata;
import org.ivory.opensearch.model.metadata.RandomModels;
import org.opensearch.common.xcontent.XContentFactory;
import org.opensearch.core.common.bytes.BytesArray;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.common.io.stream.NamedWriteableRegistry;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.core.xcontent.ToXContent;
import org.opensearch.test.OpenSearchTestCase;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Requests and responses about models' files, sent from node to node and read from bodies. */
public class TransferMessagesTests extends OpenSearchTestCase {
    private static final NamedWriteableRegistry NONE = new NamedWriteableRegistry(List.of());

    private final RepositoryFile file = file("repository", "r", "path", "a/b.ivory");
    private final BytesReference bytes = new BytesArray(randomByteArrayOfLength(100));

    public void testImports() throws Exception {
        ImportModelRequest body = copy(ImportModelRequest.of("m", bytes), ImportModelRequest::new);
        assertEquals("m", body.id());
        assertEquals(bytes, body.body());
        assertNull(body.file());
        assertThat(body.getDescription(), containsString("[100] bytes"));
        ImportModelRequest named = copy(ImportModelRequest.of("m", file), ImportModelRequest::new);
        assertEquals(file, named.file());
        assertNull(named.body());
        assertThat(named.getDescription(), containsString("[a/b.ivory] in repository [r]"));

        ModelMetadata imported = RandomModels.imported("m", "n");
        ModelMetadata ready = imported.ready(RandomModels.file(), imported.encoder(), null);
        ImportModelResponse response =
                copy(new ImportModelResponse(ready, true), ImportModelResponse::new);
        assertEquals(ready, response.model());
        assertEquals(RestStatus.CREATED, response.status());
        assertEquals(RestStatus.OK, new ImportModelResponse(ready, false).status());
        assertThat(json(response), containsString("\"imported_from\""));
    }

    public void testExports() throws Exception {
        assertNull(copy(new ExportModelRequest("m", null), ExportModelRequest::new).file());
        assertEquals(file, copy(new ExportModelRequest("m", file), ExportModelRequest::new).file());
        ModelMetadata imported = RandomModels.imported("m", "n");
        ModelMetadata ready = imported.ready(RandomModels.file(), imported.encoder(), null);
        ExportModelResponse whole =
                copy(new ExportModelResponse(ready, bytes), ExportModelResponse::new);
        assertEquals(bytes, whole.bytes());
        ExportModelResponse written =
                copy(new ExportModelResponse(ready, file), ExportModelResponse::new);
        assertNull(written.bytes());
        assertThat(json(written), containsString("\"repository\":\"r\",\"path\":\"a/b.ivory\""));
    }

    public void testBodies() {
        refused("[repository]", "path", "a");
        refused("[path]", "repository", "r");
        refused("[path]", "repository", "r", "path", "");
        refused("[path] must be a string, got [5]", "repository", "r", "path", 5);
        refused("'..'", "repository", "r", "path", "../a");
        refused("[pth] with value [a]", "repository", "r", "path", "a", "pth", "a");
    }

    private static void refused(String words, Object... body) {
        IllegalArgumentException e = expectThrows(IllegalArgumentException.class, () -> file(body));
        assertThat(e.getMessage(), containsString(words));
    }

    private static RepositoryFile file(Object... body) {
        Map<String, Object> map = new HashMap<>();
        for (int i = 0; i < body.length; i += 2) {
            map.put((String) body[i], body[i + 1]);
        }
        return RepositoryFile.parse(map);
    }

    private static <T extends Writeable> T copy(T message, Writeable.Reader<T> reader)
            throws IOException {
        return copyWriteable(message, NONE, reader);
    }

    private static String json(ToXContent response) throws IOException {
        return response.toXContent(XContentFactory.jsonBuilder(), ToXContent.EMPTY_PARAMS)
                .toString();
    }
}
