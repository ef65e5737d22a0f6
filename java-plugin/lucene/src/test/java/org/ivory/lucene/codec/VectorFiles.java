package org.ivory.lucene.codec;

import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.DocValuesConsumer;
import org.apache.lucene.codecs.DocValuesProducer;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DocValuesSkipIndexType;
import org.apache.lucene.index.DocValuesType;
import org.apache.lucene.index.EmptyDocValuesProducer;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.SegmentInfo;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.InfoStream;
import org.apache.lucene.util.Version;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One segment's doc values that are the same bytes in every run: eight documents, all of which have
 * a value of field 0, and three one of field 3.
 */
final class VectorFiles {

    static final int DOCUMENTS = 8;
    static final List<String> EXTENSIONS = List.of("ivv", "ivvm");

    private static final String SUFFIX = "IvoryVectors104_0";

    private static final byte[] ID = "0123456789abcdef".getBytes();

    private VectorFiles() {}

    /** The golden files are what this writes into the folder that it is given. */
    public static void main(String[] arguments) throws IOException {
        for (Map.Entry<String, byte[]> file : write().entrySet()) {
            Files.write(Path.of(arguments[0], "vectors-v1." + file.getKey()), file.getValue());
        }
    }

    private static FieldInfo field(String name, int number) {
        return new FieldInfo(
                name,
                number,
                false,
                true,
                false,
                IndexOptions.NONE,
                DocValuesType.BINARY,
                DocValuesSkipIndexType.NONE,
                -1,
                Map.of(),
                0,
                0,
                0,
                0,
                VectorEncoding.FLOAT32,
                VectorSimilarityFunction.EUCLIDEAN,
                false,
                false);
    }

    static FieldInfos fields() {
        return new FieldInfos(new FieldInfo[] {field("dense", 0), field("sparse", 3)});
    }

    /** The values of a field by document. */
    static TreeMap<Integer, BytesRef> values(String field) {
        TreeMap<Integer, BytesRef> values = new TreeMap<>();
        int length = field.equals("dense") ? 12 : 5;
        int[] docs =
                field.equals("dense") ? new int[] {0, 1, 2, 3, 4, 5, 6, 7} : new int[] {1, 4, 5};
        for (int doc : docs) {
            byte[] value = new byte[length];
            for (int i = 0; i < length; i++) {
                value[i] = (byte) (doc * 16 + i);
            }
            values.put(doc, new BytesRef(value));
        }
        return values;
    }

    private static SegmentInfo segment(Directory directory) {
        return new SegmentInfo(
                directory,
                Version.LUCENE_10_4_0,
                Version.LUCENE_10_4_0,
                "_0",
                DOCUMENTS,
                false,
                false,
                Codec.getDefault(),
                Map.of(),
                ID,
                Map.of(),
                null);
    }

    /** Writes the segment; the bytes of its files by extension. */
    static Map<String, byte[]> write() throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        try (Directory directory = new ByteBuffersDirectory()) {
            SegmentWriteState state =
                    new SegmentWriteState(
                            InfoStream.NO_OUTPUT,
                            directory,
                            segment(directory),
                            fields(),
                            null,
                            IOContext.DEFAULT,
                            SUFFIX);
            try (DocValuesConsumer consumer = new IvoryDocValuesFormat().fieldsConsumer(state)) {
                for (FieldInfo field : fields()) {
                    consumer.addBinaryField(
                            field,
                            new EmptyDocValuesProducer() {
                                @Override
                                public BinaryDocValues getBinary(FieldInfo info) {
                                    return new Values(values(info.name));
                                }
                            });
                }
            }
            for (String extension : EXTENSIONS) {
                try (IndexInput in = directory.openInput(name(extension), IOContext.READONCE)) {
                    byte[] bytes = new byte[Math.toIntExact(in.length())];
                    in.readBytes(bytes, 0, bytes.length);
                    files.put(extension, bytes);
                }
            }
        }
        return files;
    }

    private static String name(String extension) {
        return "_0_" + SUFFIX + "." + extension;
    }

    /** Puts files into a directory. */
    static void put(Directory directory, Map<String, byte[]> files) throws IOException {
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            try (IndexOutput out = directory.createOutput(name(file.getKey()), IOContext.DEFAULT)) {
                out.writeBytes(file.getValue(), file.getValue().length);
            }
        }
    }

    static DocValuesProducer open(Directory directory) throws IOException {
        return new IvoryDocValuesFormat()
                .fieldsProducer(
                        new SegmentReadState(
                                directory,
                                segment(directory),
                                fields(),
                                IOContext.DEFAULT,
                                SUFFIX));
    }

    /** An iterator of values in memory. */
    private static final class Values extends BinaryDocValues {

        private final TreeMap<Integer, BytesRef> values;
        private int doc = -1;

        Values(TreeMap<Integer, BytesRef> values) {
            this.values = values;
        }

        @Override
        public BytesRef binaryValue() {
            return values.get(doc);
        }

        @Override
        public boolean advanceExact(int target) {
            doc = target;
            return values.containsKey(target);
        }

        @Override
        public int docID() {
            return doc;
        }

        @Override
        public int nextDoc() {
            return advance(doc + 1);
        }

        @Override
        public int advance(int target) {
            Integer next = values.ceilingKey(target);
            return doc = next == null ? DocIdSetIterator.NO_MORE_DOCS : next;
        }

        @Override
        public long cost() {
            return values.size();
        }
    }
}
