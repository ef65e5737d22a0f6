package org.ivory.opensearch.query;

import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.Query;
import org.ivory.nativelib.TrainingParameters;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.index.query.AbstractQueryBuilder;
import org.opensearch.index.query.InnerHitContextBuilder;
import org.opensearch.index.query.MatchNoneQueryBuilder;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.index.query.QueryBuilderVisitor;
import org.opensearch.index.query.QueryRewriteContext;
import org.opensearch.index.query.QueryShardContext;

import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;

/**
 * The query {@value #NAME}: documents by the nearness of their vectors. With {@code k} the k
 * nearest of each shard, without it every document of the probed cells.
 */
public final class IvoryQueryBuilder extends AbstractQueryBuilder<IvoryQueryBuilder> {

    public static final String NAME = "ivory";

    /** Most documents that a top-k query may ask for. */
    public static final int MAX_K = 10_000;

    /** Most cells that a query may visit: no model has more. */
    public static final int MAX_NPROBE = TrainingParameters.MAX_NLIST;

    /** Largest factor by which more estimates may be rescored than hits are wanted. */
    public static final float MAX_OVERSAMPLE_FACTOR = 100;

    /** Version of the form on the wire; a node that does not know it says so. */
    private static final int WIRE_VERSION = 2;

    static final String VECTOR = "vector";
    static final String K = "k";
    static final String NPROBE = "nprobe";
    static final String FILTER = "filter";
    static final String MAX_DISTANCE = "max_distance";
    static final String MIN_SCORE = "min_score";
    static final String EXACT = "exact";
    static final String RESCORE = "rescore";
    static final String OVERSAMPLE_FACTOR = "oversample_factor";
    static final String IGNORE_UNMAPPED = "ignore_unmapped";

    private final String field;
    private final float[] vector;
    private Integer k;
    private Integer nprobe;
    private QueryBuilder filter;
    private Float maxDistance;
    private Float minScore;
    private boolean exact;
    private Float oversampleFactor;
    private boolean ignoreUnmapped;

    /**
     * @param vector finite components; not copied, so do not change it
     * @throws IllegalArgumentException if the field has no name or the vector is no good
     */
    public IvoryQueryBuilder(String field, float[] vector) {
        if (field == null || field.isEmpty()) {
            throw new IllegalArgumentException("[" + NAME + "] query needs the name of a field");
        }
        this.field = field;
        if (vector == null) {
            throw new IllegalArgumentException(about(field) + " needs the parameter [vector]");
        }
        if (vector.length == 0) {
            throw invalid(VECTOR, "an array of numbers", "an empty one");
        }
        for (float component : vector) {
            if (!Float.isFinite(component)) {
                throw invalid(VECTOR, "finite numbers", component);
            }
        }
        this.vector = vector;
    }

    /** Reads what {@link #doWriteTo} wrote. */
    public IvoryQueryBuilder(StreamInput in) throws IOException {
        super(in);
        int version = in.readVInt();
        if (version != WIRE_VERSION) {
            throw new IOException(
                    "[" + NAME + "] query of wire version [" + version + "], not of this plugin's");
        }
        field = in.readString();
        vector = in.readFloatArray();
        k = in.readOptionalVInt();
        nprobe = in.readOptionalVInt();
        filter = in.readOptionalNamedWriteable(QueryBuilder.class);
        maxDistance = in.readOptionalFloat();
        minScore = in.readOptionalFloat();
        exact = in.readBoolean();
        oversampleFactor = in.readOptionalFloat();
        ignoreUnmapped = in.readBoolean();
    }

    @Override
    protected void doWriteTo(StreamOutput out) throws IOException {
        out.writeVInt(WIRE_VERSION);
        out.writeString(field);
        out.writeFloatArray(vector);
        out.writeOptionalVInt(k);
        out.writeOptionalVInt(nprobe);
        out.writeOptionalNamedWriteable(filter);
        out.writeOptionalFloat(maxDistance);
        out.writeOptionalFloat(minScore);
        out.writeBoolean(exact);
        out.writeOptionalFloat(oversampleFactor);
        out.writeBoolean(ignoreUnmapped);
    }

    /** Reads the query's body. */
    public static IvoryQueryBuilder fromXContent(XContentParser parser) throws IOException {
        return IvoryQueryParser.parse(parser);
    }

    /** Starts messages about a query on that field. */
    static String about(String field) {
        return "[" + NAME + "] query on field [" + field + "]";
    }

    private IllegalArgumentException invalid(String parameter, String wanted, Object got) {
        return new IllegalArgumentException(
                about(field)
                        + " takes "
                        + wanted
                        + " as ["
                        + parameter
                        + "], but got ["
                        + got
                        + "]");
    }

    /** The k nearest documents of each shard. */
    public IvoryQueryBuilder k(long value) {
        k = inRange(K, value, MAX_K);
        return this;
    }

    /** Cells to visit; the plugin chooses without it. */
    public IvoryQueryBuilder nprobe(long value) {
        nprobe = inRange(NPROBE, value, MAX_NPROBE);
        return this;
    }

    private int inRange(String parameter, long value, int max) {
        if (value < 1 || value > max) {
            throw invalid(parameter, "a whole number from 1 to " + max, value);
        }
        return (int) value;
    }

    /** Only documents up to that distance; excludes {@link #minScore}. */
    public IvoryQueryBuilder maxDistance(float value) {
        if (!Float.isFinite(value)) {
            throw invalid(MAX_DISTANCE, "a finite number", value);
        }
        maxDistance = value;
        return oneLimit();
    }

    /** Only documents of at least that score; excludes {@link #maxDistance}. */
    public IvoryQueryBuilder minScore(float value) {
        if (!Float.isFinite(value) || value <= 0) {
            throw invalid(MIN_SCORE, "a finite number above 0", value);
        }
        minScore = value;
        return oneLimit();
    }

    private IvoryQueryBuilder oneLimit() {
        if (maxDistance != null && minScore != null) {
            throw new IllegalArgumentException(
                    about(field)
                            + " takes one of ["
                            + MAX_DISTANCE
                            + "] and ["
                            + MIN_SCORE
                            + "], but got both");
        }
        return this;
    }

    /** Compare all documents instead of probing. */
    public IvoryQueryBuilder exact(boolean value) {
        exact = value;
        return this;
    }

    /**
     * How many times as many documents are compared exactly, the best by their codes, as hits are
     * wanted; the plugin chooses without it.
     */
    public IvoryQueryBuilder oversampleFactor(float value) {
        if (!(value >= 1 && value <= MAX_OVERSAMPLE_FACTOR)) {
            throw invalid(
                    RESCORE + "." + OVERSAMPLE_FACTOR,
                    "a number from 1 to " + (int) MAX_OVERSAMPLE_FACTOR,
                    value);
        }
        oversampleFactor = value;
        return this;
    }

    /** Match nothing, instead of failing, where the field is not mapped. */
    public IvoryQueryBuilder ignoreUnmapped(boolean value) {
        ignoreUnmapped = value;
        return this;
    }

    /** A copy that also takes this filter, applied before the nearest documents are chosen. */
    @Override
    public IvoryQueryBuilder filter(QueryBuilder other) {
        if (!validateFilterParams(other)) {
            return this;
        }
        return withFilter(filter == null ? other : filter.filter(other));
    }

    private IvoryQueryBuilder withFilter(QueryBuilder newFilter) {
        IvoryQueryBuilder copy = new IvoryQueryBuilder(field, vector);
        copy.k = k;
        copy.nprobe = nprobe;
        copy.filter = newFilter;
        copy.maxDistance = maxDistance;
        copy.minScore = minScore;
        copy.exact = exact;
        copy.oversampleFactor = oversampleFactor;
        copy.ignoreUnmapped = ignoreUnmapped;
        return copy.boost(boost).queryName(queryName);
    }

    String field() {
        return field;
    }

    float[] vector() {
        return vector;
    }

    Integer k() {
        return k;
    }

    Integer nprobe() {
        return nprobe;
    }

    QueryBuilder filter() {
        return filter;
    }

    Float maxDistance() {
        return maxDistance;
    }

    Float minScore() {
        return minScore;
    }

    boolean exact() {
        return exact;
    }

    Float oversampleFactor() {
        return oversampleFactor;
    }

    boolean ignoreUnmapped() {
        return ignoreUnmapped;
    }

    @Override
    protected void doXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject(NAME).startObject(field);
        builder.array(VECTOR, vector);
        if (k != null) {
            builder.field(K, k);
        }
        if (nprobe != null) {
            builder.field(NPROBE, nprobe);
        }
        if (filter != null) {
            builder.field(FILTER, filter, params);
        }
        if (maxDistance != null) {
            builder.field(MAX_DISTANCE, maxDistance);
        }
        if (minScore != null) {
            builder.field(MIN_SCORE, minScore);
        }
        if (oversampleFactor != null) {
            builder.startObject(RESCORE).field(OVERSAMPLE_FACTOR, oversampleFactor).endObject();
        }
        builder.field(EXACT, exact).field(IGNORE_UNMAPPED, ignoreUnmapped);
        printBoostAndQueryName(builder);
        builder.endObject().endObject();
    }

    @Override
    protected QueryBuilder doRewrite(QueryRewriteContext context) throws IOException {
        if (filter == null) {
            return this;
        }
        QueryBuilder rewritten = filter.rewrite(context);
        if (rewritten instanceof MatchNoneQueryBuilder) {
            return new MatchNoneQueryBuilder();
        }
        return rewritten == filter ? this : withFilter(rewritten);
    }

    @Override
    protected Query doToQuery(QueryShardContext context) throws IOException {
        return ShardQuery.create(this, context);
    }

    @Override
    public void visit(QueryBuilderVisitor visitor) {
        visitor.accept(this);
        if (filter != null) {
            filter.visit(visitor.getChildVisitor(BooleanClause.Occur.FILTER));
        }
    }

    @Override
    protected void extractInnerHitBuilders(Map<String, InnerHitContextBuilder> innerHits) {
        if (filter != null) {
            InnerHitContextBuilder.extractInnerHits(filter, innerHits);
        }
    }

    @Override
    protected boolean doEquals(IvoryQueryBuilder other) {
        return field.equals(other.field)
                && Arrays.equals(vector, other.vector)
                && Objects.equals(k, other.k)
                && Objects.equals(nprobe, other.nprobe)
                && Objects.equals(filter, other.filter)
                && Objects.equals(maxDistance, other.maxDistance)
                && Objects.equals(minScore, other.minScore)
                && exact == other.exact
                && Objects.equals(oversampleFactor, other.oversampleFactor)
                && ignoreUnmapped == other.ignoreUnmapped;
    }

    @Override
    protected int doHashCode() {
        return Objects.hash(
                field,
                Arrays.hashCode(vector),
                k,
                nprobe,
                filter,
                maxDistance,
                minScore,
                exact,
                oversampleFactor,
                ignoreUnmapped);
    }

    @Override
    public String getWriteableName() {
        return NAME;
    }
}
