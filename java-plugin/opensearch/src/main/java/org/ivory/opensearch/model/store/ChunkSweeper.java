package org.ivory.opensearch.model.store;

import org.opensearch.action.admin.indices.refresh.RefreshRequest;
import org.opensearch.action.bulk.BulkRequest;
import org.opensearch.action.bulk.BulkResponse;
import org.opensearch.action.delete.DeleteRequest;
import org.opensearch.action.search.SearchRequest;
import org.opensearch.action.search.SearchResponse;
import org.opensearch.action.support.WriteRequest.RefreshPolicy;
import org.opensearch.common.document.DocumentField;
import org.opensearch.core.action.ActionListener;
import org.opensearch.index.query.BoolQueryBuilder;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.search.SearchHit;
import org.opensearch.search.builder.SearchSourceBuilder;
import org.opensearch.transport.client.Client;
import org.opensearch.transport.client.OriginSettingClient;

import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;

/** Deletes chunks from the system index that no model needs. */
public final class ChunkSweeper {
    private static final int PAGE = 1_000;

    private final Client client;

    public ChunkSweeper(Client client) {
        this.client = new OriginSettingClient(client, ModelStore.ORIGIN);
    }

    /**
     * Deletes all chunks but those of needed generations.
     *
     * @param needed asked for a generation only after one of its chunks was found: by then the
     *     cluster state knows every generation whose chunks must stay
     * @param listener is told the number of chunks deleted
     */
    public void sweep(Predicate<String> needed, ActionListener<Integer> listener) {
        // A run that was given up has not made visible what it wrote.
        client.admin()
                .indices()
                .refresh(
                        new RefreshRequest(ModelIndex.NAME),
                        ActionListener.wrap(
                                refreshed -> sweep(needed, new HashSet<>(), 0, listener),
                                listener::onFailure));
    }

    private void sweep(
            Predicate<String> needed,
            Set<String> kept,
            int deleted,
            ActionListener<Integer> listener) {
        client.search(
                find(kept),
                ActionListener.wrap(
                        found -> {
                            BulkRequest deletions = deletions(found, needed, kept);
                            if (found.getHits().getHits().length == 0) {
                                listener.onResponse(deleted);
                            } else if (deletions.numberOfActions() == 0) {
                                // Only needed ones: look for others.
                                sweep(needed, kept, deleted, listener);
                            } else {
                                delete(deletions, needed, kept, deleted, listener);
                            }
                        },
                        listener::onFailure));
    }

    private void delete(
            BulkRequest deletions,
            Predicate<String> needed,
            Set<String> kept,
            int deleted,
            ActionListener<Integer> listener) {
        client.bulk(
                deletions,
                ActionListener.wrap(
                        (BulkResponse done) -> {
                            if (done.hasFailures()) {
                                throw new IllegalStateException(done.buildFailureMessage());
                            }
                            sweep(needed, kept, deleted + done.getItems().length, listener);
                        },
                        listener::onFailure));
    }

    private static SearchRequest find(Set<String> kept) {
        BoolQueryBuilder query = QueryBuilders.boolQuery().must(QueryBuilders.matchAllQuery());
        if (kept.isEmpty() == false) {
            query.mustNot(QueryBuilders.termsQuery(ModelChunk.GENERATION, kept));
        }
        SearchSourceBuilder source =
                new SearchSourceBuilder()
                        .query(query)
                        .size(PAGE)
                        .sort("_doc")
                        .fetchSource(false)
                        .docValueField(ModelChunk.GENERATION);
        return new SearchRequest(ModelIndex.NAME).source(source).allowPartialSearchResults(false);
    }

    private static BulkRequest deletions(
            SearchResponse found, Predicate<String> needed, Set<String> kept) {
        BulkRequest deletions = new BulkRequest().setRefreshPolicy(RefreshPolicy.IMMEDIATE);
        for (SearchHit hit : found.getHits().getHits()) {
            DocumentField field = hit.field(ModelChunk.GENERATION);
            String generation = field == null ? "" : field.<Object>getValue().toString();
            if (kept.contains(generation) == false && needed.test(generation)) {
                kept.add(generation);
            }
            if (kept.contains(generation) == false) {
                deletions.add(new DeleteRequest(ModelIndex.NAME, hit.getId()));
            }
        }
        return deletions;
    }
}
