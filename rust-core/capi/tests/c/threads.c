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

typedef struct {
    ivory_trainer *trainer;
    int cancelled;
} training;

static void *run(void *argument) {
    training *mine = argument;
    ivory_model *model;
    ivory_status status = ivory_trainer_run(mine->trainer, &model);
    mine->cancelled = status == IVORY_STATUS_CANCELLED;
    if (mine->cancelled) {
        CHECK(model == NULL);
        CHECK(strstr(ivory_last_error(), "cancelled") != NULL);
    } else {
        OK(status);
        OK(ivory_model_free(model));
    }
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

/* Watches a run and cancels it from another thread; whether that came in time. */
static int cancelled(const float *vectors) {
    ivory_training parameters;
    training both;
    ivory_progress progress;
    pthread_t thread;
    OK(ivory_training_defaults(&parameters, IVORY_METRIC_L2, DIMENSION, VECTORS * 2 / 3));
    parameters.max_iterations = 1000000000;
    parameters.threads = 2;
    OK(ivory_trainer_new(&parameters, &both.trainer));
    OK(ivory_trainer_add(both.trainer, vectors, (size_t)VECTORS * DIMENSION));
    CHECK(pthread_create(&thread, NULL, run, &both) == 0);
    do {
        OK(ivory_trainer_progress(both.trainer, &progress));
    } while (progress.phase == 0);
    OK(ivory_trainer_cancel(both.trainer));
    CHECK(pthread_join(thread, NULL) == 0);
    OK(ivory_trainer_free(both.trainer));
    return both.cancelled;
}

void threads(void) {
    float *vectors = vectors_of(IVORY_METRIC_L2);
    shared(vectors);
    /* A watcher that gets no processor for long comes too late; not every time. */
    int attempts = 0;
    while (!cancelled(vectors)) {
        attempts++;
        CHECK(attempts < 100);
    }
    free(vectors);
}
