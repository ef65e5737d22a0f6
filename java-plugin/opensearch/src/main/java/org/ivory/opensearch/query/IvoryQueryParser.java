package org.ivory.opensearch.query;

import org.ivory.opensearch.mapper.VectorParser;
import org.opensearch.core.common.ParsingException;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.core.xcontent.XContentParser.Token;
import org.opensearch.index.query.AbstractQueryBuilder;
import org.opensearch.index.query.QueryBuilder;

import java.io.IOException;

/**
 * Reads the body of the query: {@code {"FIELD": {"vector": [...], "k": 10, ...}}}. Strict: nothing
 * is converted silently, and every message names the field, the parameter and the value.
 */
final class IvoryQueryParser {

    private final XContentParser parser;
    private final String field;
    private String parameter;

    private float[] vector;
    private Long k;
    private Long nprobe;
    private QueryBuilder filter;
    private Float maxDistance;
    private Float minScore;
    private boolean exact;
    private Float oversampleFactor;
    private boolean ignoreUnmapped;
    private float boost = AbstractQueryBuilder.DEFAULT_BOOST;
    private String queryName;

    private IvoryQueryParser(XContentParser parser, String field) {
        this.parser = parser;
        this.field = field;
    }

    /** Reads the object that the parser stands on, to its end. */
    static IvoryQueryBuilder parse(XContentParser parser) throws IOException {
        IvoryQueryBuilder query = null;
        while (parser.nextToken() != Token.END_OBJECT) {
            String field = parser.currentName();
            if (query != null) {
                throw new ParsingException(
                        parser.getTokenLocation(),
                        "[{}] query takes one field, but got [{}] and [{}]",
                        IvoryQueryBuilder.NAME,
                        query.field(),
                        field);
            }
            if (parser.nextToken() != Token.START_OBJECT) {
                throw new ParsingException(
                        parser.getTokenLocation(),
                        "{} takes an object of parameters, but got [{}]",
                        IvoryQueryBuilder.about(field),
                        parser.currentToken());
            }
            query = new IvoryQueryParser(parser, field).parameters();
        }
        if (query == null) {
            throw new ParsingException(
                    parser.getTokenLocation(), "[{}] query needs a field", IvoryQueryBuilder.NAME);
        }
        return query;
    }

    private IvoryQueryBuilder parameters() throws IOException {
        try {
            while (parser.nextToken() != Token.END_OBJECT) {
                parameter = parser.currentName();
                parser.nextToken();
                parameter();
            }
        } catch (ParsingException e) {
            throw e;
        } catch (IOException e) {
            // The text after a parameter's name is read with it, so the parser knows more than
            // this.
            throw new ParsingException(
                    parser.getTokenLocation(),
                    "{}: [{}] cannot be read: {}",
                    e,
                    IvoryQueryBuilder.about(field),
                    parser.currentName(),
                    e.getMessage().lines().findFirst().orElse(""));
        }
        IvoryQueryBuilder query = new IvoryQueryBuilder(field, vector);
        if (k != null) {
            query.k(k);
        }
        if (nprobe != null) {
            query.nprobe(nprobe);
        }
        if (maxDistance != null) {
            query.maxDistance(maxDistance);
        }
        if (minScore != null) {
            query.minScore(minScore);
        }
        if (oversampleFactor != null) {
            query.oversampleFactor(oversampleFactor);
        }
        return query.exact(exact)
                .ignoreUnmapped(ignoreUnmapped)
                .filter(filter)
                .boost(boost)
                .queryName(queryName);
    }

    private void parameter() throws IOException {
        switch (parameter) {
            case IvoryQueryBuilder.VECTOR ->
                    vector =
                            VectorParser.parse(
                                    parser,
                                    VectorParser.ANY_DIMENSION,
                                    "[vector] of " + IvoryQueryBuilder.about(field));
            case IvoryQueryBuilder.K -> k = wholeNumber();
            case IvoryQueryBuilder.NPROBE -> nprobe = wholeNumber();
            case IvoryQueryBuilder.MAX_DISTANCE -> maxDistance = number();
            case IvoryQueryBuilder.MIN_SCORE -> minScore = number();
            case IvoryQueryBuilder.EXACT -> exact = bool();
            case IvoryQueryBuilder.RESCORE -> oversampleFactor = rescore();
            case IvoryQueryBuilder.IGNORE_UNMAPPED -> ignoreUnmapped = bool();
            case IvoryQueryBuilder.FILTER -> filter = query();
            case "boost" -> boost = boost();
            case "_name" -> {
                expect(Token.VALUE_STRING, "a string");
                queryName = parser.text();
            }
            default ->
                    throw new ParsingException(
                            parser.getTokenLocation(),
                            "{} does not support the parameter [{}]",
                            IvoryQueryBuilder.about(field),
                            parameter);
        }
    }

    private void expect(Token token, String wanted) throws IOException {
        if (parser.currentToken() != token) {
            throw takes(wanted);
        }
    }

    private ParsingException takes(String wanted) throws IOException {
        Token token = parser.currentToken();
        String got =
                token.isValue() || token == Token.VALUE_NULL
                        ? parser.textOrNull()
                        : token.toString();
        return new ParsingException(
                parser.getTokenLocation(),
                "{} takes {} as [{}], but got [{}]",
                IvoryQueryBuilder.about(field),
                wanted,
                parameter,
                got);
    }

    private Long wholeNumber() throws IOException {
        expect(Token.VALUE_NUMBER, "a whole number");
        Number value = parser.numberValue();
        if (value instanceof Integer || value instanceof Long) {
            return value.longValue();
        }
        throw takes("a whole number");
    }

    private float number() throws IOException {
        expect(Token.VALUE_NUMBER, "a number");
        float value = parser.floatValue();
        if (!Float.isFinite(value)) {
            throw takes("a finite f32 number");
        }
        return value;
    }

    private float boost() throws IOException {
        float value = number();
        if (value < 0) {
            throw takes("a number of at least 0");
        }
        return value;
    }

    private boolean bool() throws IOException {
        expect(Token.VALUE_BOOLEAN, "true or false");
        return parser.booleanValue();
    }

    /**
     * {@code true} leaves the factor to the plugin, {@code false} asks for the k best estimates
     * only, which are compared exactly all the same.
     */
    private Float rescore() throws IOException {
        if (parser.currentToken() == Token.VALUE_BOOLEAN) {
            return parser.booleanValue() ? null : 1f;
        }
        expect(Token.START_OBJECT, "true, false or an object");
        Float factor = null;
        while (parser.nextToken() != Token.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            parameter = IvoryQueryBuilder.RESCORE + "." + name;
            if (!name.equals(IvoryQueryBuilder.OVERSAMPLE_FACTOR)) {
                throw new ParsingException(
                        parser.getTokenLocation(),
                        "{} does not support the parameter [{}]",
                        IvoryQueryBuilder.about(field),
                        parameter);
            }
            factor = number();
        }
        parameter = IvoryQueryBuilder.RESCORE;
        return factor;
    }

    private QueryBuilder query() throws IOException {
        expect(Token.START_OBJECT, "a query");
        return AbstractQueryBuilder.parseInnerQueryBuilder(parser);
    }
}
