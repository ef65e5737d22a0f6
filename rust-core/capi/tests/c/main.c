/* Trains, assigns, probes, encodes, scans and scores, and compares all of it with plain C. Its one
 * argument is a folder to write to. */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int close_to(double a, double b) { return fabs(a - b) <= 1e-4 * (1 + fabs(a) + fabs(b)); }

/* How near a vector is to a centroid; larger is nearer. */
static double nearness(uint32_t metric, const float *vector, const float *centroid) {
    double value = exact(metric, vector, centroid);
    return metric == IVORY_METRIC_L2 ? -value : value;
}

static void assignment(const ivory_model *model, uint32_t metric, const float *vectors,
                       uint32_t *cells) {
    float *centroids = room(sizeof(float) * CELLS * DIMENSION);
    OK(ivory_model_centroids(model, centroids, (size_t)CELLS * DIMENSION));
    OK(ivory_model_assign(model, vectors, (size_t)VECTORS * DIMENSION, cells, VECTORS));
    for (size_t i = 0; i < VECTORS; i++) {
        const float *vector = vectors + i * DIMENSION;
        CHECK(cells[i] < CELLS);
        double own = nearness(metric, vector, centroids + (size_t)cells[i] * DIMENSION);
        for (size_t cell = 0; cell < CELLS; cell++) {
            double other = nearness(metric, vector, centroids + cell * DIMENSION);
            CHECK(own >= other || close_to(own, other));
        }
    }
    uint32_t probed[CELLS];
    float raw[CELLS];
    size_t found;
    for (size_t nprobe = 1; nprobe <= CELLS + 5; nprobe += 7) {
        OK(ivory_model_probe(model, vectors, DIMENSION, nprobe, probed, raw, CELLS, &found));
        CHECK(found == (nprobe < CELLS ? nprobe : CELLS));
        for (size_t i = 0; i < found; i++) {
            const float *centroid = centroids + (size_t)probed[i] * DIMENSION;
            CHECK(close_to(raw[i], exact(metric, vectors, centroid)));
            CHECK(i == 0 || nearness(metric, vectors, centroid) <=
                                nearness(metric, vectors,
                                         centroids + (size_t)probed[i - 1] * DIMENSION) + 1e-3);
        }
    }
    OK(ivory_model_probe(model, vectors, DIMENSION, 3, probed, NULL, 3, &found));
    CHECK(found == 3);
    free(centroids);
}

/* The ten nearest of all vectors must be among the 100 candidates of a scan of all cells. */
static void search(ivory_model *model, uint32_t metric, const float *vectors, size_t code_length) {
    enum { KEPT = 100, NEAREST = 10 };
    uint32_t *cells = room(sizeof(uint32_t) * VECTORS), *ids = room(sizeof(uint32_t) * VECTORS);
    uint8_t *codes = room(code_length * VECTORS), *rows = room(code_length * VECTORS);
    float *values = room(sizeof(float) * VECTORS);
    OK(ivory_model_encode(model, vectors, (size_t)VECTORS * DIMENSION, cells, VECTORS, codes,
                          code_length * VECTORS));
    const float *query = vectors + 17 * DIMENSION;
    ivory_scan *scan;
    OK(ivory_scan_new(model, query, DIMENSION, KEPT, &scan));
    /* The scan keeps what it needs of the model. */
    OK(ivory_model_free(model));
    const uint32_t *probed;
    size_t count, found;
    OK(ivory_scan_probe(scan, CELLS, &probed, &count));
    CHECK(count == CELLS && probed[0] == cells[17]);
    for (size_t rank = 0; rank < count; rank++) {
        size_t members = 0;
        for (uint32_t i = 0; i < VECTORS; i++) {
            if (cells[i] == probed[rank]) {
                memcpy(rows + members * code_length, codes + i * code_length, code_length);
                ids[members++] = i;
            }
        }
        OK(ivory_scan_codes(scan, 5, rank, rows, members * code_length, ids, members));
    }
    uint32_t segments[KEPT], best[KEPT];
    float estimates[KEPT];
    OK(ivory_scan_take(scan, segments, best, estimates, KEPT, &found));
    CHECK(found == KEPT);
    OK(ivory_score(metric, query, DIMENSION, vectors, (size_t)VECTORS * DIMENSION, values,
                   VECTORS));
    for (size_t i = 0; i < found; i++) {
        CHECK(segments[i] == 5 && (i == 0 || estimates[i - 1] <= estimates[i]));
    }
    size_t recalled = 0;
    for (size_t i = 0; i < VECTORS; i++) {
        CHECK(close_to(values[i], exact(metric, query, vectors + i * DIMENSION)));
        size_t nearer = 0, among = 0;
        for (size_t j = 0; j < VECTORS; j++) {
            nearer += metric == IVORY_METRIC_L2 ? values[j] < values[i] : values[j] > values[i];
        }
        for (size_t j = 0; j < found; j++) among += best[j] == i;
        CHECK(among <= 1);
        recalled += nearer < NEAREST && among;
    }
    CHECK(recalled >= NEAREST);
    OK(ivory_scan_take(scan, segments, best, estimates, KEPT, &found));
    CHECK(found == 0);
    OK(ivory_scan_free(scan));
    free(cells), free(ids), free(codes), free(rows), free(values);
}

/* Saved, loaded and read from memory it is the same model. */
static ivory_model *kept(ivory_model *model, const char *folder) {
    char path[1000];
    snprintf(path, sizeof path, "%s/model.ivory", folder);
    ivory_model *loaded, *read;
    const uint8_t *bytes, *again;
    size_t length, length_again;
    OK(ivory_model_save(model, path));
    OK(ivory_model_save(model, path));
    OK(ivory_model_load(path, &loaded));
    OK(ivory_model_bytes(model, &bytes, &length));
    OK(ivory_model_read(bytes, length, &read));
    OK(ivory_model_free(model));
    OK(ivory_model_bytes(loaded, &bytes, &length));
    OK(ivory_model_bytes(read, &again, &length_again));
    CHECK(length == length_again && memcmp(bytes, again, length) == 0);
    OK(ivory_model_free(loaded));
    return read;
}

int main(int count, char **arguments) {
    CHECK(count == 2);
    CHECK(strchr(ivory_version(), '.') != NULL);
    CHECK(strcmp(ivory_last_error(), "") == 0);
    static const struct {
        uint32_t metric, encoder, parameter;
    } kinds[] = {
        {IVORY_METRIC_L2, IVORY_ENCODER_DEFAULT, 0},
        {IVORY_METRIC_COSINE, IVORY_ENCODER_RABITQ, 4},
        {IVORY_METRIC_INNER_PRODUCT, IVORY_ENCODER_SQ, 8},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        uint32_t metric = kinds[i].metric;
        float *vectors = vectors_of(metric);
        uint32_t *cells = room(sizeof(uint32_t) * VECTORS);
        ivory_model *model = trained(metric, kinds[i].encoder, kinds[i].parameter, vectors);
        model = kept(model, arguments[1]);
        ivory_model_info info;
        OK(ivory_model_inspect(model, &info));
        CHECK(info.metric == metric && info.dimension == DIMENSION && info.nlist == CELLS);
        CHECK(info.fingerprint != 0 && info.code_length > 0 && info.memory >= info.file_length);
        CHECK(kinds[i].encoder == IVORY_ENCODER_DEFAULT || info.encoder == kinds[i].encoder);
        assignment(model, metric, vectors, cells);
        search(model, metric, vectors, info.code_length);
        free(vectors), free(cells);
    }
    errors(arguments[1]);
    threads();
    puts("all checks hold");
    return 0;
}
