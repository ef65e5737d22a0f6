package org.ivory.lucene.codec;

import org.apache.lucene.codecs.FieldsConsumer;
import org.apache.lucene.codecs.FieldsProducer;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.SegmentInfo;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.util.InfoStream;
import org.apache.lucene.util.Version;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * One segment's regions that are the same bytes in every run: two fields, three models' codes with
 * 0 to 2 factors, documents of no model, and documents without a vector.
 */
final class CellFiles {

    static final int DOCUMENTS = 150;
    static final List<String> FIELDS = List.of("v", "w");
    static final List<String> EXTENSIONS = List.of("ivc", "ivm");

    private static final String SUFFIX = "Ivory104_0";
    private static final byte[] ID = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private CellFiles() {}

    /** The golden files are what this writes into the folder that it is given. */
    public static void main(String[] arguments) throws IOException {
        for (Map.Entry<String, byte[]> file : write().entrySet()) {
            Files.write(Path.of(arguments[0], "cells-v1." + file.getKey()), file.getValue());
        }
    }

    static ToyModels models() {
        ToyModels models = new ToyModels();
        models.add(new ToyModel(0x0102030405060708L, 2, 5, new CodeLayout(3, 0)));
        models.add(new ToyModel(0x1112131415161718L, 2, 200, new CodeLayout(2, 1)));
        models.add(new ToyModel(0xf1f2f3f4f5f6f7f8L, 2, 3, new CodeLayout(4, 2)));
        return models;
    }

    /** An open segment of Lucene's own format with the documents. */
    record Source(Directory directory, DirectoryReader reader) implements Closeable {

        static Source open() throws IOException {
            Directory directory = new ByteBuffersDirectory();
            List<ToyModel> toys =
                    models().models.values().stream()
                            .sorted((a, b) -> Long.compare(a.fingerprint(), b.fingerprint()))
                            .toList();
            Random random = new Random(1);
            IndexWriterConfig config = new IndexWriterConfig().setCodec(new Lucene104Codec());
            try (IndexWriter writer = new IndexWriter(directory, config)) {
                for (int id = 0; id < DOCUMENTS; id++) {
                    Document document = new Document();
                    for (String field : FIELDS) {
                        int choice = random.nextInt(toys.size() + 2);
                        float[] vector = CodecTestCase.randomVector(random, 2);
                        if (choice > 0) {
                            ToyModel model = choice == 1 ? null : toys.get(choice - 2);
                            CodecTestCase.addVector(document, field, vector, model);
                        }
                    }
                    writer.addDocument(document);
                }
            }
            return new Source(directory, DirectoryReader.open(directory));
        }

        CodecReader segment() {
            if (reader.leaves().size() != 1) {
                throw new AssertionError("more than one segment");
            }
            return (CodecReader) reader.leaves().get(0).reader();
        }

        @Override
        public void close() throws IOException {
            reader.close();
            directory.close();
        }
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
                new Lucene104Codec(),
                Map.of(),
                ID,
                Map.of(),
                null);
    }

    /** Writes the segment; the bytes of its files by extension. */
    static Map<String, byte[]> write() throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        try (Source source = Source.open();
                Directory directory = new ByteBuffersDirectory()) {
            SegmentWriteState state =
                    new SegmentWriteState(
                            InfoStream.NO_OUTPUT,
                            directory,
                            segment(directory),
                            source.segment().getFieldInfos(),
                            null,
                            IOContext.DEFAULT,
                            SUFFIX);
            try (FieldsConsumer consumer =
                    new IvoryPostingsFormat(models()).fieldsConsumer(state)) {
                consumer.write(source.segment().getPostingsReader(), null);
            }
            for (String extension : EXTENSIONS) {
                try (IndexInput in = directory.openInput(name(extension), IOContext.DEFAULT)) {
                    byte[] bytes = new byte[(int) in.length()];
                    in.readBytes(bytes, 0, bytes.length);
                    files.put(extension, bytes);
                }
            }
        }
        return files;
    }

    /** Puts files by extension into a directory. */
    static void put(Directory directory, Map<String, byte[]> files) throws IOException {
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            try (IndexOutput out = directory.createOutput(name(file.getKey()), IOContext.DEFAULT)) {
                out.writeBytes(file.getValue(), file.getValue().length);
            }
        }
    }

    private static String name(String extension) {
        return "_0_" + SUFFIX + "." + extension;
    }

    /** Opens what is in a directory. */
    static FieldsProducer open(Directory directory, FieldInfos fields) throws IOException {
        SegmentReadState state =
                new SegmentReadState(
                        directory, segment(directory), fields, IOContext.DEFAULT, SUFFIX);
        return new IvoryPostingsFormat().fieldsProducer(state);
    }
}
