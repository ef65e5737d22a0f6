package org.ivory.opensearch.codec;

import org.opensearch.action.ActionRequest;
import org.opensearch.action.admin.indices.create.CreateIndexRequest;
import org.opensearch.action.admin.indices.mapping.put.PutMappingRequest;
import org.opensearch.action.support.ActionFilter;
import org.opensearch.action.support.ActionFilterChain;
import org.opensearch.action.support.ActionRequestMetadata;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.common.logging.HeaderWarning;
import org.opensearch.common.settings.Settings;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.core.index.Index;
import org.opensearch.tasks.Task;

import java.util.List;
import java.util.function.Supplier;

/**
 * Gives {@code index.codec: ivory} to a new index whose own mapping has a field of vectors and for
 * which neither request nor templates name a codec, and warns where a field of vectors comes into
 * an index of another codec.
 */
public final class CodecOfRequests implements ActionFilter {

    private final Supplier<CodecHost> host;

    /**
     * @param host gives null before the node has its components
     */
    public CodecOfRequests(Supplier<CodecHost> host) {
        this.host = host;
    }

    @Override
    public int order() {
        return Integer.MAX_VALUE; // after those that may refuse the request
    }

    @Override
    public <Request extends ActionRequest, Response extends ActionResponse> void apply(
            Task task,
            String action,
            Request request,
            ActionRequestMetadata<Request, Response> metadata,
            ActionListener<Response> listener,
            ActionFilterChain<Request, Response> chain) {
        CodecHost current = host.get();
        if (current != null) {
            if (request instanceof CreateIndexRequest create) {
                created(create, current);
            } else if (request instanceof PutMappingRequest put) {
                extended(put, current);
            }
        }
        chain.proceed(task, action, request, listener);
    }

    private void created(CreateIndexRequest request, CodecHost current) {
        if (request.index() == null) {
            return;
        }
        String index = current.resolver().resolveDateMathExpression(request.index());
        boolean inRequest = CodecChoice.hasVectors(request.mappings());
        CodecChoice.Templates templates =
                CodecChoice.Templates.of(current.state(), index, request.settings());
        if (!inRequest && !templates.haveVectors()) {
            return;
        }
        Settings settings =
                Settings.builder().put(templates.settings()).put(request.settings()).build();
        if (CodecChoice.isOurs(current.node(), settings)) {
            if (inRequest) {
                Settings fast = CodecChoice.fast(current.node(), settings);
                request.settings(Settings.builder().put(request.settings()).put(fast));
            }
            return; // by templates: CodecOfTemplates
        }
        warn(current, index, settings);
    }

    private void extended(PutMappingRequest request, CodecHost current) {
        if (!CodecChoice.hasVectors(request.source())) {
            return;
        }
        Index[] indices;
        try {
            indices =
                    request.getConcreteIndex() != null
                            ? new Index[] {request.getConcreteIndex()}
                            : current.resolver().concreteIndices(current.state(), request);
        } catch (RuntimeException e) { // the host will say that there is no such index
            return;
        }
        for (Index index : List.of(indices)) {
            IndexMetadata metadata = current.state().metadata().index(index);
            if (metadata != null) {
                warn(current, index.getName(), metadata.getSettings());
            }
        }
    }

    private static void warn(CodecHost host, String index, Settings settings) {
        String codec = CodecChoice.codec(host.node(), settings);
        if (!IvoryCodecNames.isFast(codec)) {
            HeaderWarning.addWarning(CodecChoice.WARNING, index, codec);
        }
    }
}
