package org.ivory.lucene.codec;

import org.apache.lucene.index.CheckIndex;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.Term;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.tests.store.MockDirectoryWrapper;
import org.apache.lucene.tests.util.TestUtil;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** Full disks, failing files and crashes: the last commit stays whole. */
public class DirectoryFaultTests extends CodecTestCase {

    private static final int DIMENSION = 4;

    private final ToyModel old = models.add(new ToyModel(3, DIMENSION, 20, new CodeLayout(12, 1)));
    private final ToyModel current =
            models.add(new ToyModel(4, DIMENSION, 30, new CodeLayout(12, 1)));

    private IndexWriterConfig config() {
        IndexWriterConfig config = predictable(codec(), 10);
        config.setUseCompoundFile(random().nextBoolean());
        return config;
    }

    private void write(IndexWriter writer, int from, int to) throws IOException {
        for (int id = from; id < to; id++) {
            ToyModel model = List.of(old, current).get(random().nextInt(2));
            writer.addDocument(document(id, 0, FIELD, randomVector(random(), DIMENSION), model));
            if (random().nextInt(10) == 0) {
                writer.deleteDocuments(new Term("id", "" + random().nextInt(id + 1)));
            }
        }
    }

    /** Writes with a fault; true if it was met. The commit before it must be readable. */
    private boolean survives(MockDirectoryWrapper directory, int round, Runnable off)
            throws IOException {
        boolean failed = false;
        IndexWriter writer = null;
        try {
            writer = new IndexWriter(directory, config());
            write(writer, round * 100, round * 100 + 100);
            if (random().nextBoolean()) {
                writer.forceMerge(1);
            }
            writer.close();
        } catch (IOException | UncheckedIOException | AlreadyClosedException e) {
            failed = true;
        } catch (RuntimeException e) { // Lucene's merges wrap what postings throw
            if (!(e.getCause() instanceof IOException)) {
                throw e;
            }
            failed = true;
        }
        off.run();
        if (failed && writer != null) {
            try {
                writer.rollback();
            } catch (IOException | AlreadyClosedException e) {
                // closed by its own fault
            }
        }
        if (DirectoryReader.indexExists(directory)) {
            TestUtil.checkIndex(directory);
        }
        return failed;
    }

    private MockDirectoryWrapper directory() {
        MockDirectoryWrapper directory = newMockDirectory();
        directory.setCheckIndexOnClose(true);
        directory.setAllowRandomFileNotFoundException(false);
        return directory;
    }

    public void testDiskFull() throws IOException {
        models.current.put(FIELD, current.fingerprint());
        try (MockDirectoryWrapper directory = directory()) {
            int failures = 0;
            for (int round = 0; round < 15; round++) {
                long used = directory.sizeInBytes();
                directory.setMaxSizeInBytes(used + 2000 + random().nextInt(60_000));
                boolean failed = survives(directory, round, () -> directory.setMaxSizeInBytes(0));
                failures += failed ? 1 : 0;
            }
            assertTrue(failures > 0);
        }
    }

    public void testRandomFaults() throws IOException {
        models.current.put(FIELD, current.fingerprint());
        try (MockDirectoryWrapper directory = directory()) {
            for (int round = 0; round < 15; round++) {
                directory.setRandomIOExceptionRate(0.01 * random().nextDouble());
                directory.setRandomIOExceptionRateOnOpen(0.01 * random().nextDouble());
                survives(
                        directory,
                        round,
                        () -> {
                            directory.setRandomIOExceptionRate(0);
                            directory.setRandomIOExceptionRateOnOpen(0);
                        });
            }
        }
    }

    public void testCrash() throws IOException {
        try (MockDirectoryWrapper directory = directory()) {
            int documents = 0;
            for (int round = 0; round < 5; round++) {
                IndexWriter writer = new IndexWriter(directory, config());
                write(writer, round * 200, round * 200 + 100);
                writer.commit();
                documents = writer.getDocStats().numDocs;
                write(writer, round * 200 + 100, round * 200 + 200);
                writer.flush();
                directory.crash();
                try {
                    writer.rollback();
                } catch (IOException | AlreadyClosedException e) {
                    // what a crash leaves behind
                }
                directory.clearCrash();
                TestUtil.checkIndex(directory);
                try (DirectoryReader reader = DirectoryReader.open(directory)) {
                    assertEquals(documents, reader.numDocs());
                }
            }
        }
    }

    public void testSlowChecks() throws IOException {
        try (MockDirectoryWrapper directory = directory()) {
            try (IndexWriter writer = new IndexWriter(directory, config())) {
                write(writer, 0, 500);
            }
            CheckIndex.Status status =
                    TestUtil.checkIndex(
                            directory,
                            CheckIndex.Level.MIN_LEVEL_FOR_SLOW_CHECKS,
                            true,
                            true,
                            null);
            assertTrue(status.clean);
            long terms = 0;
            try (DirectoryReader reader = DirectoryReader.open(directory)) {
                for (LeafReaderContext leaf : reader.leaves()) {
                    terms += cells(leaf.reader(), FIELD).size();
                }
            }
            assertTrue(terms > 0);
        }
    }
}
