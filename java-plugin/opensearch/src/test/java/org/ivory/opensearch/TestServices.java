package org.ivory.opensearch;

import org.ivory.nativelib.NativeLibrary;
import org.ivory.opensearch.mapper.IvoryVectorFieldMapper;
import org.ivory.opensearch.query.IvoryQueryBuilder;
import org.opensearch.index.mapper.Mapper;
import org.opensearch.plugins.MapperPlugin;
import org.opensearch.plugins.Plugin;
import org.opensearch.plugins.SearchPlugin;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The services of a node, and the field type and query on top of them, for tests. */
public final class TestServices {

    private TestServices() {}

    /** Services with the native library that the build names. */
    public static NodeServices create() {
        return new NodeServices(NativeLibrary.load(Path.of("no", "such", "folder")));
    }

    /** A plugin of nothing but the field type and the query. */
    public static final class MinimalPlugin extends Plugin implements MapperPlugin, SearchPlugin {

        private final NodeServices services;

        public MinimalPlugin() {
            this(create());
        }

        public MinimalPlugin(NodeServices services) {
            this.services = services;
        }

        @Override
        public Map<String, Mapper.TypeParser> getMappers() {
            return Map.of(IvoryVectorFieldMapper.TYPE, IvoryVectorFieldMapper.typeParser(services));
        }

        @Override
        public List<QuerySpec<?>> getQueries() {
            return List.of(
                    new QuerySpec<>(
                            IvoryQueryBuilder.NAME,
                            IvoryQueryBuilder::new,
                            IvoryQueryBuilder::fromXContent));
        }
    }
}
