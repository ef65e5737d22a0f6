package org.ivory.opensearch.query;

import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.store.Directory;
import org.opensearch.common.lucene.index.OpenSearchDirectoryReader;
import org.opensearch.core.index.shard.ShardId;
import org.opensearch.search.internal.ContextIndexSearcher;
import org.opensearch.test.OpenSearchTestCase;

import java.io.IOException;
import java.util.concurrent.CancellationException;

/** Against the host's own searcher, which is what knows that a search was cancelled. */
public class SearchCancellationTests extends OpenSearchTestCase {

    private interface Body {
        void run(ContextIndexSearcher searcher) throws Exception;
    }

    private static void withSearcher(int documents, Body body) throws Exception {
        try (Directory directory = newDirectory();
                IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig())) {
            for (int i = 0; i < documents; i++) {
                Document document = new Document();
                document.add(new StringField("_id", "d" + i, Field.Store.NO));
                writer.addDocument(document);
            }
            writer.commit();
            try (DirectoryReader reader =
                            OpenSearchDirectoryReader.wrap(
                                    DirectoryReader.open(directory), new ShardId("i", "u", 0));
                    ContextIndexSearcher searcher =
                            new ContextIndexSearcher(
                                    reader,
                                    IndexSearcher.getDefaultSimilarity(),
                                    null,
                                    IndexSearcher.getDefaultQueryCachingPolicy(),
                                    true,
                                    null,
                                    null)) {
                body.run(searcher);
            }
        }
    }

    /** Calls the check until time has passed in which it looks at least once. */
    private static void runForAWhile(Runnable check) {
        long end = System.nanoTime() + 50_000_000;
        do {
            check.run();
        } while (System.nanoTime() < end);
        check.run(); // a thread that was held up may have had but one turn, too soon after the last
    }

    public void testCancelledMeanwhile() throws Exception {
        withSearcher(
                3,
                searcher -> {
                    Runnable check = SearchCancellation.of(searcher);
                    runForAWhile(check);
                    Runnable cancellation =
                            searcher.addQueryCancellation(() -> {
                                throw new CancellationException("enough");
                            });
                    Exception e =
                            expectThrows(CancellationException.class, () -> runForAWhile(check));
                    assertEquals("enough", e.getMessage());
                    searcher.removeQueryCancellation(cancellation);
                    runForAWhile(check);
                });
    }

    public void testWithoutDocuments() throws Exception {
        withSearcher(0, searcher -> runForAWhile(SearchCancellation.of(searcher)));
    }

    /** A query that is stored, not run, has no searcher. */
    public void testWithoutSearcher() throws IOException {
        SearchCancellation.of(null).run();
    }
}
