package org.ivory.lucene.codec;

import org.apache.lucene.codecs.Codec;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FilterLeafReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SlowCodecReaderWrapper;
import org.apache.lucene.index.Term;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.index.RandomCodec;
import org.apache.lucene.util.BytesRef;
import org.ivory.lucene.VectorFields;
import org.ivory.nativelib.Metric;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Segments of this and of other formats in one index, merged into one another. */
public class MixedFormatsTests extends CodecTestCase {

    private Codec random(int choice) {
        return switch (choice) {
            case 0 -> stock();
            case 1 -> new RandomCodec(random(), Set.of());
            default -> codec();
        };
    }

    public void testFormatsChangeFromSessionToSession() throws IOException {
        List<ToyModel> toys = new ArrayList<>();
        toys.add(null);
        toys.add(models.add(ToyModel.random(random(), 11, 2)));
        toys.add(models.add(ToyModel.random(random(), -11, 2)));
        long seed = random().nextLong();
        try (Directory mixed = newDirectory();
                Directory stock = newDirectory()) {
            for (Directory directory : List.of(mixed, stock)) {
                Random random = new Random(seed);
                for (int session = 0; session < 6; session++) {
                    Codec codec = directory == stock ? stock() : random(random().nextInt(3));
                    if (session == 5 && directory == mixed) {
                        codec = codec();
                    }
                    IndexWriterConfig config = predictable(codec, 20);
                    try (IndexWriter writer = new IndexWriter(directory, config)) {
                        for (int i = 0; i < 50; i++) {
                            int id = session * 50 + i;
                            float[] vector = randomVector(random, 2);
                            ToyModel model = toys.get(random.nextInt(toys.size()));
                            writer.addDocument(document(id, 0, FIELD, vector, model));
                            if (random.nextInt(6) == 0) {
                                writer.deleteDocuments(new Term("id", "" + random.nextInt(id + 1)));
                            }
                        }
                        if (session == 5) {
                            writer.forceMerge(1);
                        }
                    }
                }
            }
            try (DirectoryReader left = DirectoryReader.open(stock);
                    DirectoryReader right = DirectoryReader.open(mixed)) {
                assertReaderEquals("mixed formats", left, right);
                assertNotNull(cells(right.leaves().get(0).reader(), FIELD));
            }
        }
    }

    /** Readers that wrap others hide what the postings are. */
    public void testWrappedReadersAreAdded() throws IOException {
        ToyModel model = models.add(ToyModel.random(random(), 11, 2));
        try (Directory from = newDirectory();
                Directory to = newDirectory()) {
            try (IndexWriter writer = new IndexWriter(from, predictable(codec(), 1000))) {
                for (int id = 0; id < 100; id++) {
                    writer.addDocument(document(id, 0, FIELD, randomVector(random(), 2), model));
                }
            }
            try (DirectoryReader reader = DirectoryReader.open(from);
                    IndexWriter writer = new IndexWriter(to, predictable(codec(), 1000))) {
                List<CodecReader> wrapped = new ArrayList<>();
                for (LeafReaderContext leaf : reader.leaves()) {
                    wrapped.add(SlowCodecReaderWrapper.wrap(new Wrapper(leaf.reader())));
                }
                writer.addIndexes(wrapped.toArray(CodecReader[]::new));
            }
            try (DirectoryReader left = DirectoryReader.open(from);
                    DirectoryReader right = DirectoryReader.open(to)) {
                assertTermsEquals("added", left, right, true);
                assertNotNull(cells(right.leaves().get(0).reader(), FIELD));
            }
        }
    }

    private static final class Wrapper extends FilterLeafReader {

        Wrapper(LeafReader in) {
            super(in);
        }

        @Override
        public CacheHelper getCoreCacheHelper() {
            return null;
        }

        @Override
        public CacheHelper getReaderCacheHelper() {
            return null;
        }
    }

    /**
     * Codes of two lengths under one fingerprint fit no region: Lucene's format takes the field.
     */
    public void testOddPostingsGoElsewhere() throws IOException {
        long seed = random().nextLong();
        boolean merge = random().nextBoolean();
        try (Directory mine = newDirectory();
                Directory stock = newDirectory()) {
            for (Directory directory : List.of(mine, stock)) {
                Random random = new Random(seed);
                Codec codec = directory == mine ? codec() : stock();
                IndexWriterConfig config = predictable(codec, merge ? 2 : 100);
                try (IndexWriter writer = new IndexWriter(directory, config)) {
                    for (int id = 0; id < 60; id++) {
                        Document document = document(id, 0, FIELD, null, null);
                        VectorFields.add(
                                document::add,
                                FIELD,
                                Metric.L2,
                                randomVector(random, 2),
                                5,
                                random.nextInt(3),
                                new BytesRef(new byte[1 + id / 2 % 2]));
                        writer.addDocument(document);
                    }
                    writer.forceMerge(1);
                }
            }
            try (DirectoryReader left = DirectoryReader.open(stock);
                    DirectoryReader right = DirectoryReader.open(mine)) {
                assertReaderEquals("odd postings", left, right);
                CodecReader reader =
                        (CodecReader) FilterLeafReader.unwrap(right.leaves().get(0).reader());
                assertFalse(reader.getPostingsReader().terms(FIELD) instanceof CellTerms);
            }
        }
    }
}
