/* What the header promises about threads. */
#include "check.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const ivory_model *model;
    const float *vectors;
    uint32_t cells[VECTORS];
    pthread_t thread;
} work;

static void *assign(void *argument) {
    work *mine = argument;
    CHECK(strcmp(ivory_last_error(), "") == 0);
    OK(ivory_model_assign(mine->model, mine->vectors, (size_t)VECTORS * DIMENSION, mine->cells,
                          VECTORS));
    FAILS(ivory_model_inspect(mine->model, NULL), IVORY_STATUS_ARGUMENT, "[info] is null");
    return NULL;
}

static void *run(void *trainer) {
    ivory_model *model;
    FAILS(ivory_trainer_run(trainer, &model), IVORY_STATUS_CANCELLED, "cancelled");
    CHECK(model == NULL);
    return NULL;
}

/* One model, several threads. */
static void shared(const float *vectors) {
    enum { THREADS = 4 };
    ivory_model *model = trained(IVORY_METRIC_L2, IVORY_ENCODER_NONE, 0, vectors);
    work *all = room(sizeof(work) * THREADS);
    for (size_t i = 0; i < THREADS; i++) {
        all[i].model = model;
        all[i].vectors = vectors;
        CHECK(pthread_create(&all[i].thread, NULL, assign, &all[i]) == 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        CHECK(pthread_join(all[i].thread, NULL) == 0);
        CHECK(memcmp(all[i].cells, all[0].cells, sizeof all[0].cells) == 0);
    }
    free(all);
    OK(ivory_model_free(model));
}

/* A run is watched and cancelled from another thread. */
static void cancelled(const float *vectors) {
    ivory_training parameters;
    ivory_trainer *trainer;
    ivory_progress progress;
    pthread_t thread;
    OK(ivory_training_defaults(&parameters, IVORY_METRIC_L2, DIMENSION, VECTORS * 2 / 3));
    parameters.max_iterations = 1000000000;
    parameters.threads = 2;
    OK(ivory_trainer_new(&parameters, &trainer));
    OK(ivory_trainer_add(trainer, vectors, (size_t)VECTORS * DIMENSION));
    CHECK(pthread_create(&thread, NULL, run, trainer) == 0);
    do {
        OK(ivory_trainer_progress(trainer, &progress));
    } while (progress.phase == 0);
    OK(ivory_trainer_cancel(trainer));
    CHECK(pthread_join(thread, NULL) == 0);
    OK(ivory_trainer_free(trainer));
}

void threads(void) {
    float *vectors = vectors_of(IVORY_METRIC_L2);
    shared(vectors);
    cancelled(vectors);
    free(vectors);
}
