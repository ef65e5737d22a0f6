package org.ivory.opensearch;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.ivory.nativelib.NativeLibrary;
import org.ivory.opensearch.mapper.IvoryVectorFieldMapper;
import org.ivory.opensearch.query.IvoryQueryBuilder;
import org.opensearch.index.mapper.Mapper;
import org.opensearch.plugins.MapperPlugin;
import org.opensearch.plugins.Plugin;
import org.opensearch.plugins.SearchPlugin;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Where OpenSearch meets Ivory: nothing but wiring. */
public final class IvoryPlugin extends Plugin implements MapperPlugin, SearchPlugin {

    private static final Logger LOG = LogManager.getLogger(IvoryPlugin.class);

    private final NodeServices services;

    public IvoryPlugin() {
        NativeLibrary.Status library = NativeLibrary.load(folder());
        if (library.loaded()) {
            LOG.info("native library {} in use, level [{}]", library.path(), library.level());
        } else {
            LOG.warn("no native library, its plain-Java twin serves: {}", library.reason());
        }
        services = new NodeServices(library);
    }

    /** Where the plugin is installed: the folder of the jar that this class is in. */
    private static Path folder() {
        try {
            return Path.of(
                            IvoryPlugin.class
                                    .getProtectionDomain()
                                    .getCodeSource()
                                    .getLocation()
                                    .toURI())
                    .getParent();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
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
