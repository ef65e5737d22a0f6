/* What the checks share: a failed check names its place and ends the program. */
#ifndef CHECK_H
#define CHECK_H

#include <ivory.h>
#include <stddef.h>

#ifndef VECTORS
#define VECTORS 3000
#endif

/* Components and cells of the checks. */
enum { DIMENSION = 16, CELLS = 24 };

#define CHECK(condition) check((condition), #condition, __FILE__, __LINE__)
/* A call that must succeed. */
#define OK(call) check_status((call), IVORY_STATUS_OK, "", #call, __FILE__, __LINE__)
/* A call that must fail with this status, and with this in its text. */
#define FAILS(call, status, text) check_status((call), (status), (text), #call, __FILE__, __LINE__)

void check(int holds, const char *what, const char *file, int line);
void check_status(ivory_status found, ivory_status expected, const char *text, const char *what,
                  const char *file, int line);

/* VECTORS vectors around 40 places, the same in every run; to be freed. For cosine: unit vectors. */
float *vectors_of(uint32_t metric);
/* A model of them; to be freed. */
ivory_model *trained(uint32_t metric, uint32_t encoder, uint32_t parameter, const float *vectors);
/* Squared distance, or inner product, in double precision. */
double exact(uint32_t metric, const float *a, const float *b);
/* Memory, or the end. */
void *room(size_t bytes);

void errors(const char *folder);
void threads(void);

#endif
