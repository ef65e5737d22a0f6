/* Every way to call it wrongly that it can see. */
#include "check.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BAD IVORY_STATUS_ARGUMENT

static void training(const float *vectors) {
    ivory_training parameters, wrong;
    ivory_trainer *trainer;
    ivory_model *model;
    FAILS(ivory_training_defaults(NULL, 0, 1, 1), BAD, "[parameters] is null");
    OK(ivory_training_defaults(&parameters, IVORY_METRIC_COSINE, DIMENSION, CELLS));
    FAILS(ivory_trainer_new(NULL, &trainer), BAD, "[parameters] is null");
    CHECK(trainer == NULL);
    FAILS(ivory_trainer_new(&parameters, NULL), BAD, "[trainer] is null");
#define WRONG(field, value, text)                     \
    wrong = parameters, wrong.field = (value);        \
    FAILS(ivory_trainer_new(&wrong, &trainer), BAD, text); \
    CHECK(trainer == NULL)
    WRONG(size, 8, "[size] is [8]");
    WRONG(metric, 3, "no [metric] [3]");
    WRONG(encoder, 4, "no [encoder] [4]");
    WRONG(encoder_parameter, 2, "no [encoder] [4294967295] with [encoder_parameter] [2]");
    WRONG(dimension, 0, "[dimension] must be from 1 to 16000, got [0]");
    WRONG(dimension, 16001, "got [16001]");
    WRONG(nlist, 0, "[nlist]");
    WRONG(nlist, SIZE_MAX, "[nlist]");
    WRONG(max_iterations, 0, "[max_iterations]");
    WRONG(max_sample, CELLS - 1, "[max_sample]");
    WRONG(threads, 0, "[threads]");
    OK(ivory_trainer_new(&parameters, &trainer));
    FAILS(ivory_trainer_add(NULL, vectors, DIMENSION), BAD, "[trainer] is null");
    FAILS(ivory_trainer_add(trainer, NULL, DIMENSION), BAD, "[vectors] is null");
    FAILS(ivory_trainer_add(trainer, vectors, DIMENSION + 1), BAD, "no multiple of dimension");
    FAILS(ivory_trainer_add(trainer, vectors, SIZE_MAX), BAD, "[vectors] cannot have");
    FAILS(ivory_trainer_add(trainer, (const float *)((const char *)vectors + 1), DIMENSION), BAD,
          "not aligned");
    float vector[2 * DIMENSION] = {1};
    FAILS(ivory_trainer_add(trainer, vector, 2 * DIMENSION), BAD, "vector [1] is zero");
    vector[DIMENSION + 3] = NAN;
    FAILS(ivory_trainer_add(trainer, vector, 2 * DIMENSION), BAD,
          "component [3] of vector [1] must be finite");
    vector[DIMENSION + 3] = -INFINITY;
    FAILS(ivory_trainer_add(trainer, vector, 2 * DIMENSION), BAD, "got [-inf]");
    FAILS(ivory_trainer_run(trainer, &model), BAD, "only [0] vectors were offered");
    CHECK(model == NULL);
    FAILS(ivory_trainer_run(trainer, NULL), BAD, "[model] is null");
    FAILS(ivory_trainer_run(NULL, &model), BAD, "[trainer] is null");
    FAILS(ivory_trainer_progress(trainer, NULL), BAD, "[progress] is null");
    FAILS(ivory_trainer_cancel(NULL), BAD, "ivory_trainer_cancel: [trainer] is null");
    OK(ivory_trainer_add(trainer, vectors, (size_t)VECTORS * DIMENSION));
    OK(ivory_trainer_cancel(trainer));
    FAILS(ivory_trainer_run(trainer, &model), IVORY_STATUS_CANCELLED, "cancelled");
    CHECK(model == NULL);
    OK(ivory_trainer_free(trainer));
    OK(ivory_trainer_free(NULL));
}

static void files(const ivory_model *model, const char *folder) {
    ivory_model *other;
    const uint8_t *bytes;
    size_t length;
    char path[1000];
    FAILS(ivory_model_load(NULL, &other), BAD, "[path] is null");
    FAILS(ivory_model_load("x", NULL), BAD, "[model] is null");
    snprintf(path, sizeof path, "%s/missing/model", folder);
    FAILS(ivory_model_load(path, &other), IVORY_STATUS_IO, "missing/model");
    CHECK(other == NULL);
    FAILS(ivory_model_save(model, path), IVORY_STATUS_IO, "missing/model");
    FAILS(ivory_model_load(folder, &other), BAD, "is no file");
    FAILS(ivory_model_save(model, folder), IVORY_STATUS_IO, folder);
    FAILS(ivory_model_save(model, ""), IVORY_STATUS_IO, "[path]");
    FAILS(ivory_model_save(NULL, path), BAD, "[model] is null");
    OK(ivory_model_bytes(model, &bytes, &length));
    FAILS(ivory_model_bytes(model, NULL, &length), BAD, "[bytes] is null");
    FAILS(ivory_model_bytes(model, &bytes, NULL), BAD, "[length] is null");
    FAILS(ivory_model_read(NULL, 10, &other), BAD, "[bytes] is null");
    FAILS(ivory_model_read(NULL, 0, &other), IVORY_STATUS_FORMAT, "[length] is 0 bytes");
    uint8_t *damaged = room(length);
    for (size_t at = 0; at < length; at += 1 + length / 200) {
        memcpy(damaged, bytes, length);
        damaged[at] ^= 4;
        FAILS(ivory_model_read(damaged, length, &other), IVORY_STATUS_FORMAT, "model file: [");
        CHECK(other == NULL);
        FAILS(ivory_model_read(bytes, at, &other), IVORY_STATUS_FORMAT, "model file: [");
    }
    snprintf(path, sizeof path, "%s/damaged", folder);
    FILE *file = fopen(path, "wb");
    CHECK(file != NULL && fwrite(damaged, 1, length, file) == length && fclose(file) == 0);
    FAILS(ivory_model_load(path, &other), IVORY_STATUS_FORMAT, "model file: [");
    free(damaged);
}

static void use(const ivory_model *model, const float *vectors, size_t code_length) {
    enum { TWO = 2 * DIMENSION };
    uint32_t cells[CELLS];
    uint8_t codes[1000];
    float raw[CELLS], wrong[TWO] = {1};
    size_t found = 9;
    wrong[TWO - 1] = INFINITY;
    FAILS(ivory_model_inspect(NULL, NULL), BAD, "[model] is null");
    FAILS(ivory_model_inspect(model, NULL), BAD, "[info] is null");
    FAILS(ivory_model_centroids(model, raw, CELLS), BAD, "expected [384]");
    FAILS(ivory_model_centroids(model, NULL, CELLS * DIMENSION), BAD, "[centroids] is null");
    FAILS(ivory_model_assign(NULL, vectors, TWO, cells, 2), BAD, "[model] is null");
    FAILS(ivory_model_assign(model, NULL, TWO, cells, 2), BAD, "[vectors] is null");
    FAILS(ivory_model_assign(model, vectors, TWO, NULL, 2), BAD, "[cells] is null");
    FAILS(ivory_model_assign(model, vectors, TWO - 1, cells, 2), BAD, "[31] components, expected");
    FAILS(ivory_model_assign(model, vectors, TWO, cells, 3), BAD, "expected [3] vectors of [16]");
    FAILS(ivory_model_assign(model, vectors, 0, cells, SIZE_MAX / 8), BAD, "[vectors]");
    FAILS(ivory_model_assign(model, wrong, TWO, cells, 2), BAD,
          "component [15] of vector [1] must be finite");
    float both[TWO] = {0};
    FAILS(ivory_model_assign(model, both, TWO, (uint32_t *)(void *)(both + 31), 2), BAD,
          "[cells] overlaps [vectors]");
    OK(ivory_model_assign(model, NULL, 0, NULL, 0));

    FAILS(ivory_model_probe(model, vectors, 15, 1, cells, raw, CELLS, &found), BAD, "[query]");
    CHECK(found == 0);
    FAILS(ivory_model_probe(model, vectors, 16, 0, cells, raw, CELLS, &found), BAD, "[nprobe]");
    FAILS(ivory_model_probe(model, vectors, 16, 4, cells, raw, 3, &found), BAD, "room for [3]");
    FAILS(ivory_model_probe(model, wrong + 16, 16, 4, cells, raw, 4, &found), BAD, "finite");
    FAILS(ivory_model_probe(model, vectors, 16, 4, cells, raw, 4, NULL), BAD, "[found] is null");
    FAILS(ivory_model_probe(model, vectors, 16, 4, NULL, raw, 4, &found), BAD, "[cells] is null");
    FAILS(ivory_model_probe(model, vectors, 16, 4, (uint32_t *)(void *)raw, raw, 4, &found), BAD,
          "[raw] overlaps [cells]");

    FAILS(ivory_model_encode(model, vectors, TWO, cells, 2, codes, 2 * code_length - 1), BAD,
          "[codes] has room for");
    FAILS(ivory_model_encode(model, vectors, TWO, cells, 2, NULL, 2 * code_length), BAD,
          "[codes] is null");
    FAILS(ivory_model_encode(model, wrong, TWO, cells, 2, codes, 2 * code_length), BAD, "finite");

    FAILS(ivory_score(9, vectors, 16, vectors, TWO, raw, 2), BAD, "no [metric] [9]");
    FAILS(ivory_score(0, vectors, 0, vectors, TWO, raw, 2), BAD, "[dimension]");
    FAILS(ivory_score(0, vectors, 15, vectors, TWO, raw, 2), BAD, "expected [2] vectors of [15]");
    FAILS(ivory_score(0, wrong + 16, 16, vectors, TWO, raw, 2), BAD, "[query] component [15]");
    FAILS(ivory_score(0, vectors, 16, wrong, TWO, raw, 2), BAD, "of vector [1]");
    FAILS(ivory_score(0, NULL, 16, vectors, TWO, raw, 2), BAD, "[query] is null");
    FAILS(ivory_score(0, vectors, 16, vectors, TWO, NULL, 2), BAD, "[values] is null");
    FAILS(ivory_score(0, both, 16, vectors, TWO, both, 2), BAD, "[values] overlaps [query]");
    OK(ivory_score(0, vectors, 16, NULL, 0, NULL, 0));
}

static void scans(const ivory_model *model, const float *vectors, size_t code_length) {
    ivory_scan *scan;
    const uint32_t *cells;
    size_t count;
    uint32_t ids[10] = {0}, segments[10];
    float estimates[10], wrong[DIMENSION] = {NAN};
    uint8_t codes[1000] = {0};
    FAILS(ivory_scan_new(NULL, vectors, 16, 1, &scan), BAD, "[model] is null");
    FAILS(ivory_scan_new(model, vectors, 16, 1, NULL), BAD, "[scan] is null");
    FAILS(ivory_scan_new(model, vectors, 17, 1, &scan), BAD, "[query]");
    FAILS(ivory_scan_new(model, vectors, 16, 0, &scan), BAD, "[candidates]");
    FAILS(ivory_scan_new(model, vectors, 16, SIZE_MAX, &scan), BAD, "[candidates]");
    FAILS(ivory_scan_new(model, wrong, 16, 1, &scan), BAD, "finite");
    CHECK(scan == NULL);
    OK(ivory_scan_new(model, vectors, 16, 4, &scan));
    FAILS(ivory_scan_codes(scan, 0, 0, codes, code_length, ids, 1), BAD, "not among the [0] cells");
    FAILS(ivory_scan_probe(scan, 0, &cells, &count), BAD, "[nprobe]");
    CHECK(cells == NULL && count == 0);
    FAILS(ivory_scan_probe(NULL, 1, &cells, &count), BAD, "[scan] is null");
    FAILS(ivory_scan_probe(scan, 1, NULL, &count), BAD, "[cells] is null");
    FAILS(ivory_scan_probe(scan, 1, &cells, NULL), BAD, "[count] is null");
    OK(ivory_scan_probe(scan, 2, &cells, &count));
    CHECK(count == 2);
    FAILS(ivory_scan_codes(scan, 0, 2, codes, code_length, ids, 1), BAD, "[rank] [2]");
    FAILS(ivory_scan_codes(scan, 0, 1, codes, code_length + 1, ids, 1), BAD, "[rows]");
    FAILS(ivory_scan_codes(scan, 0, 1, NULL, code_length, ids, 1), BAD, "[codes] is null");
    FAILS(ivory_scan_codes(scan, 0, 1, codes, code_length, NULL, 1), BAD, "[ids] is null");
    OK(ivory_scan_codes(scan, 0, 1, codes, code_length, ids, 1));
    FAILS(ivory_scan_take(scan, segments, ids, estimates, 3, &count), BAD, "[room] is [3]");
    FAILS(ivory_scan_take(scan, segments, segments, estimates, 4, &count), BAD, "overlaps");
    FAILS(ivory_scan_take(scan, NULL, ids, estimates, 4, &count), BAD, "[segments] is null");
    FAILS(ivory_scan_take(scan, segments, ids, estimates, 4, NULL), BAD, "[found] is null");
    OK(ivory_scan_take(scan, segments, ids, estimates, 4, &count));
    CHECK(count == 1);
    OK(ivory_scan_free(scan));
    OK(ivory_scan_free(NULL));
}

void errors(const char *folder) {
    float *vectors = vectors_of(IVORY_METRIC_L2);
    ivory_model *model = trained(IVORY_METRIC_L2, IVORY_ENCODER_PQ, 2, vectors);
    ivory_model *bare = trained(IVORY_METRIC_L2, IVORY_ENCODER_NONE, 0, vectors);
    ivory_model_info info;
    ivory_scan *scan;
    OK(ivory_model_inspect(bare, &info));
    CHECK(info.code_length == 0 && info.encoder == IVORY_ENCODER_NONE);
    FAILS(ivory_scan_new(bare, vectors, DIMENSION, 1, &scan), BAD, "no [encoder]");
    OK(ivory_model_inspect(model, &info));
    training(vectors);
    files(model, folder);
    use(model, vectors, info.code_length);
    scans(model, vectors, info.code_length);
    OK(ivory_model_free(model));
    OK(ivory_model_free(bare));
    OK(ivory_model_free(NULL));
    free(vectors);
}
