package org.ivory.nativelib;

import java.util.Arrays;

/**
 * How a model makes codes of vectors: the name of an encoder and its one parameter.
 *
 * <table>
 * <caption>Encoders</caption>
 * <tr><th>name</th><th>parameter</th><th>values</th></tr>
 * <tr><td>none</td><td>no codes</td><td>0</td></tr>
 * <tr><td>pq</td><td>dimensions of a sub-vector (4-bit product codes)</td><td>2, 4</td></tr>
 * <tr><td>sq</td><td>bits of a component (scalar codes)</td><td>4, 8</td></tr>
 * <tr><td>rabitq</td><td>bits of a component (after a random rotation)</td><td>1, 2, 4</td></tr>
 * <tr><td>auto</td><td>the library chooses by metric and dimension; of no trained model</td>
 *     <td>0</td></tr>
 * </table>
 *
 * @param name of the encoder
 * @param parameter its parameter
 */
public record EncoderSpec(String name, int parameter) {
    /** The library's choice; in {@link TrainingParameters} only. */
    public static final EncoderSpec AUTO = new EncoderSpec("auto", 0);

    /** No codes. */
    public static final EncoderSpec NONE = new EncoderSpec("none", 0);

    /**
     * @throws IllegalArgumentException naming what is unknown or out of its range
     */
    public EncoderSpec {
        Kind kind = Kind.of(name);
        if (!kind.allows(parameter)) {
            throw new IllegalArgumentException(
                    kind.parameter == null
                            ? "encoder [" + name + "] takes no parameter, got [" + parameter + "]"
                            : "["
                                    + kind.parameter
                                    + "] of encoder ["
                                    + name
                                    + "] must be one of "
                                    + Arrays.toString(kind.values)
                                    + ", got ["
                                    + parameter
                                    + "]");
        }
    }

    /**
     * The encoder of that name as users ask for it.
     *
     * @param parameter its parameter, or null for the usual one
     * @throws IllegalArgumentException naming what is unknown or out of its range
     */
    public static EncoderSpec of(String name, Integer parameter) {
        Kind kind = Kind.of(name);
        if (kind == Kind.AUTO) {
            throw Kind.unknown(name);
        }
        int usual = kind.values.length == 0 ? 0 : kind.values[0];
        return new EncoderSpec(name, parameter == null ? usual : parameter);
    }

    /** What the parameter is called: {@code dims}, {@code bits}, or null if there is none. */
    public String parameterName() {
        return parameterName(name);
    }

    /**
     * What the parameter of an encoder is called, or null if there is none.
     *
     * @throws IllegalArgumentException if there is no such encoder
     */
    public static String parameterName(String encoder) {
        return Kind.of(encoder).parameter;
    }

    /**
     * Bytes of a code without its factors.
     *
     * @throws IllegalStateException for {@link #AUTO}
     */
    public int codeBytes(int dimension) {
        return switch (Kind.of(name)) {
            case AUTO -> throw new IllegalStateException("the encoder is not chosen yet");
            case NONE -> 0;
            case PQ -> Math.ceilDiv(Math.ceilDiv(dimension, parameter), 2);
            case SQ -> Math.ceilDiv(dimension * parameter, 8);
            case RABITQ -> Math.ceilDiv(dimension, 8) * parameter;
        };
    }

    /**
     * Corrective factors of a code, four bytes each.
     *
     * @throws IllegalStateException for {@link #AUTO}
     */
    public int factors(Metric metric) {
        return switch (Kind.of(name)) {
            case AUTO -> throw new IllegalStateException("the encoder is not chosen yet");
            case NONE -> 0;
            case PQ, SQ -> metric == Metric.L2 ? 1 : 0;
            case RABITQ -> 3;
        };
    }

    /**
     * Bytes of a code with its factors.
     *
     * @throws IllegalStateException for {@link #AUTO}
     */
    public int codeLength(Metric metric, int dimension) {
        return codeBytes(dimension) + Float.BYTES * factors(metric);
    }

    /** The number that stands for the encoder in model files and native calls; auto: -1. */
    int code() {
        return Kind.of(name).code;
    }

    /**
     * The encoder with that {@link #code}.
     *
     * @throws IllegalArgumentException if there is none
     */
    static EncoderSpec ofCode(int code, int parameter) {
        for (Kind kind : Kind.values()) {
            if (kind.code == code) {
                return new EncoderSpec(kind.text, parameter);
            }
        }
        throw new IllegalArgumentException("unknown encoder code [" + code + "]");
    }

    private enum Kind {
        AUTO(-1, "auto", null),
        NONE(0, "none", null),
        PQ(1, "pq", "dims", 2, 4),
        SQ(2, "sq", "bits", 4, 8),
        RABITQ(3, "rabitq", "bits", 1, 2, 4);

        private final int code;
        private final String text;
        private final String parameter;
        private final int[] values;

        Kind(int code, String text, String parameter, int... values) {
            this.code = code;
            this.text = text;
            this.parameter = parameter;
            this.values = values;
        }

        boolean allows(int value) {
            for (int allowed : values) {
                if (allowed == value) {
                    return true;
                }
            }
            return values.length == 0 && value == 0;
        }

        static Kind of(String name) {
            for (Kind kind : values()) {
                if (kind.text.equals(name)) {
                    return kind;
                }
            }
            throw unknown(name);
        }

        static IllegalArgumentException unknown(String name) {
            return new IllegalArgumentException(
                    "unknown encoder [" + name + "], expected one of [none, pq, sq, rabitq]");
        }
    }
}
