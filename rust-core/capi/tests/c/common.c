#include "check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void check(int holds, const char *what, const char *file, int line) {
    if (!holds) {
        fprintf(stderr, "%s:%d: %s does not hold; last error: %s\n", file, line, what,
                ivory_last_error());
        exit(1);
    }
}

void check_status(ivory_status found, ivory_status expected, const char *text, const char *what,
                  const char *file, int line) {
    if (found != expected || (found != IVORY_STATUS_OK && !strstr(ivory_last_error(), text))) {
        fprintf(stderr, "%s:%d: %s gave %d, expected %d with \"%s\"; last error: %s\n", file, line,
                what, (int)found, (int)expected, text, ivory_last_error());
        exit(1);
    }
}

void *room(size_t bytes) {
    void *memory = malloc(bytes);
    CHECK(memory != NULL);
    return memory;
}

/* A number from -1 to 1. */
static float number(uint64_t *state) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (float)((double)(*state >> 11) / (double)(UINT64_C(1) << 52) - 1.0);
}

float *vectors_of(uint32_t metric) {
    enum { PLACES = 40 };
    uint64_t state = 7;
    float places[PLACES][DIMENSION];
    for (size_t i = 0; i < PLACES; i++) {
        for (size_t j = 0; j < DIMENSION; j++) places[i][j] = 10 * number(&state);
    }
    float *vectors = room(sizeof(float) * VECTORS * DIMENSION);
    for (size_t i = 0; i < VECTORS; i++) {
        float *vector = vectors + i * DIMENSION;
        double norm = 0;
        for (size_t j = 0; j < DIMENSION; j++) {
            vector[j] = places[i % PLACES][j] + number(&state);
            norm += (double)vector[j] * vector[j];
        }
        for (size_t j = 0; j < DIMENSION && metric == IVORY_METRIC_COSINE; j++) {
            vector[j] = (float)(vector[j] / sqrt(norm));
        }
    }
    return vectors;
}

ivory_model *trained(uint32_t metric, uint32_t encoder, uint32_t parameter, const float *vectors) {
    ivory_training parameters;
    ivory_trainer *trainer;
    ivory_model *model;
    ivory_progress progress;
    OK(ivory_training_defaults(&parameters, metric, DIMENSION, CELLS));
    parameters.encoder = encoder;
    parameters.encoder_parameter = parameter;
    parameters.threads = 2;
    OK(ivory_trainer_new(&parameters, &trainer));
    /* In two parts, as from a stream. */
    size_t half = VECTORS / 2 * DIMENSION;
    OK(ivory_trainer_add(trainer, vectors, half));
    OK(ivory_trainer_add(trainer, vectors + half, (size_t)VECTORS * DIMENSION - half));
    OK(ivory_trainer_add(trainer, NULL, 0));
    OK(ivory_trainer_progress(trainer, &progress));
    CHECK(progress.phase == 0 && progress.vectors_offered == VECTORS);
    OK(ivory_trainer_run(trainer, &model));
    OK(ivory_trainer_progress(trainer, &progress));
    CHECK(progress.phase == 3 && progress.iteration >= 1 && progress.inertia > 0);
    CHECK(progress.smallest_cell >= 1 && progress.largest_cell <= VECTORS);
    ivory_model *again;
    FAILS(ivory_trainer_run(trainer, &again), IVORY_STATUS_STATE, "has ended");
    CHECK(again == NULL);
    OK(ivory_trainer_free(trainer));
    return model;
}

double exact(uint32_t metric, const float *a, const float *b) {
    double sum = 0;
    for (size_t j = 0; j < DIMENSION; j++) {
        double difference = (double)a[j] - b[j];
        sum += metric == IVORY_METRIC_L2 ? difference * difference : (double)a[j] * b[j];
    }
    return sum;
}
