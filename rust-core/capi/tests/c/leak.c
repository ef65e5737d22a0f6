/* Leaks a trainer: for the test that leaks are seen. */
#include <ivory.h>

int main(void) {
    ivory_training parameters;
    ivory_trainer *trainer;
    if (ivory_training_defaults(&parameters, IVORY_METRIC_L2, 4, 1)) return 0;
    if (ivory_trainer_new(&parameters, &trainer)) return 0;
    trainer = 0;
    return trainer != 0;
}
