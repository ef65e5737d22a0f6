package org.ivory.lucene.codec;

import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.PostingsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104PostingsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.FilterCodecReader;
import org.apache.lucene.index.FilterLeafReader;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LogDocMergePolicy;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.Terms;
import org.apache.lucene.tests.analysis.MockAnalyzer;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.BytesRef;
import org.ivory.lucene.CellTerm;
import org.ivory.lucene.VectorFields;
import org.ivory.nativelib.Metric;

import java.io.IOException;
import java.util.Random;

/** What tests of the postings format share. */
abstract class CodecTestCase extends LuceneTestCase {

    static final String FIELD = "vector";

    final ToyModels models = new ToyModels();

    @Override
    public void tearDown() throws Exception {
        models.assertNoneHeld();
        super.tearDown();
    }

    /** A codec that writes all fields by the format. */
    Codec codec() {
        return TestUtil.alwaysPostingsFormat(new IvoryPostingsFormat(models));
    }

    static Codec stock() {
        PostingsFormat format = new Lucene104PostingsFormat();
        return TestUtil.alwaysPostingsFormat(format);
    }

    /** A writer that does the same with the same documents every time. */
    static IndexWriterConfig predictable(Codec codec, int maxBufferedDocs) {
        IndexWriterConfig config = new IndexWriterConfig(new MockAnalyzer(new Random(0)));
        config.setCodec(codec);
        config.setMergeScheduler(new SerialMergeScheduler());
        LogDocMergePolicy policy = new LogDocMergePolicy();
        policy.setMergeFactor(3);
        config.setMergePolicy(policy);
        config.setMaxBufferedDocs(maxBufferedDocs);
        config.setRAMBufferSizeMB(IndexWriterConfig.DISABLE_AUTO_FLUSH);
        return config;
    }

    static float[] randomVector(Random random, int dimension) {
        float[] vector = new float[dimension];
        for (int i = 0; i < dimension; i++) {
            vector[i] = random.nextFloat() - 0.5f;
        }
        return vector;
    }

    /**
     * A document with an id, a key to sort by, and the vector under the model (null: under none).
     */
    static Document document(int id, int key, String field, float[] vector, ToyModel model) {
        Document document = new Document();
        document.add(new StringField("id", Integer.toString(id), Field.Store.YES));
        document.add(new NumericDocValuesField("key", key));
        addVector(document, field, vector, model);
        return document;
    }

    static void addVector(Document document, String field, float[] vector, ToyModel model) {
        if (vector == null) {
            return;
        }
        if (model == null) {
            VectorFields.add(document::add, field, Metric.L2, vector, CellTerm.UNASSIGNED, 0, null);
            return;
        }
        byte[] code = model.code(vector);
        VectorFields.add(
                document::add,
                field,
                Metric.L2,
                vector,
                model.fingerprint(),
                model.cell(vector),
                code == null ? null : new BytesRef(code));
    }

    /** The field's terms as the format made them. */
    static CellTerms cells(LeafReader leaf, String field) throws IOException {
        LeafReader unwrapped = FilterLeafReader.unwrap(leaf);
        CodecReader reader = (CodecReader) unwrapped;
        if (reader instanceof FilterCodecReader filter) {
            reader = FilterCodecReader.unwrap(filter);
        }
        Terms terms = reader.getPostingsReader().terms(field);
        return terms == null ? null : (CellTerms) terms;
    }
}
