/* Ivory's core for programs in C: train, assign, encode, probe, scan, score.
 *
 * Made of rust-core/capi by cbindgen: not to be edited.
 *
 * Results. A function returns IVORY_STATUS_OK (0) or says what went wrong; ivory_last_error() then
 * gives the cause in words. After a failure nothing is changed but what an output array holds, and
 * a pointer or number that would have been handed out is null or 0.
 *
 * Pointers. Lengths are numbers of values, not bytes. An array may be null if it is empty; any other
 * null is an error, but for what is said to be optional and for what is to be freed. Lengths,
 * alignment, overlap of an output with another array and numbers that are not finite are checked. It
 * is the caller's promise that arrays are as long as they are said to be, that nobody writes to them
 * during the call, and that objects are live: handed out by this library and not freed.
 *
 * Threads. Models are immutable: any number of threads may use one at once. A trainer's functions may
 * be called from any thread at any time, too; vectors that are added by several threads at once are
 * sampled in whatever order they come. A scan is one thread's at a time. An object must be freed only
 * once, when no other call uses it. Training uses as many threads as it is asked for, which are gone
 * when it returns; all else works in the calling thread. ivory_last_error() is about the calling
 * thread.
 *
 * SIMD. The instruction set is chosen at the first call; the environment variable IVORY_SIMD (scalar,
 * avx2, avx512, neon) forces a lower one. */


#ifndef IVORY_H
#define IVORY_H

#include <stddef.h>
#include <stdint.h>

/*
 Squared Euclidean distance; smaller is nearer.
 */
#define IVORY_METRIC_L2 0

/*
 Inner product of unit vectors, which the caller hands over as such; larger is nearer.
 */
#define IVORY_METRIC_COSINE 1

/*
 Inner product; larger is nearer.
 */
#define IVORY_METRIC_INNER_PRODUCT 2

/*
 Leave the choice of the encoder to the library: by metric and dimension.
 */
#define IVORY_ENCODER_DEFAULT UINT32_MAX

/*
 No codes.
 */
#define IVORY_ENCODER_NONE 0

/*
 Product codes: 4 bits for every 2 or 4 (the parameter) components.
 */
#define IVORY_ENCODER_PQ 1

/*
 Scalar codes: 4 or 8 (the parameter) bits for every component.
 */
#define IVORY_ENCODER_SQ 2

/*
 RaBitQ codes: 1, 2 or 4 (the parameter) bits for every component.
 */
#define IVORY_ENCODER_RABITQ 3

/*
 How a call ended.
 */
typedef enum ivory_status {
    /*
     It did what was asked.
     */
    IVORY_STATUS_OK = 0,
    /*
     An argument is wrong: a null pointer, a length that does not fit, a number that is out of
     range or not finite. Nothing was done.
     */
    IVORY_STATUS_ARGUMENT = 1,
    /*
     The call does not fit what happened before.
     */
    IVORY_STATUS_STATE = 2,
    /*
     A model file is damaged, or codes belong to another model.
     */
    IVORY_STATUS_FORMAT = 3,
    /*
     The training run was cancelled.
     */
    IVORY_STATUS_CANCELLED = 4,
    /*
     Memory, or a thread, could not be had.
     */
    IVORY_STATUS_MEMORY = 5,
    /*
     A file could not be read or written.
     */
    IVORY_STATUS_IO = 6,
    /*
     A fault of the library. The objects of the call should be freed and not used again.
     */
    IVORY_STATUS_PANIC = 7,
} ivory_status;

/*
 A model: the trained centroids of one field. Immutable; any number of threads may use it at once.
 */
typedef struct ivory_model ivory_model;

/*
 One query on its way through codes. One thread at a time.
 */
typedef struct ivory_scan ivory_scan;

/*
 A training run: collects a sample, then clusters it.
 */
typedef struct ivory_trainer ivory_trainer;

/*
 What a model is.
 */
typedef struct ivory_model_info {
    /*
     Hash of the content; never 0.
     */
    uint64_t fingerprint;
    /*
     IVORY_METRIC_...
     */
    uint32_t metric;
    /*
     IVORY_ENCODER_...
     */
    uint32_t encoder;
    /*
     Components of a sub-vector, or bits; 0 for no encoder.
     */
    uint32_t encoder_parameter;
    /*
     Bytes of a vector's code; 0 without an encoder.
     */
    uint32_t code_length;
    /*
     Components of a vector.
     */
    size_t dimension;
    /*
     Number of cells.
     */
    size_t nlist;
    /*
     Bytes of the model file.
     */
    size_t file_length;
    /*
     Bytes of memory that the model occupies now.
     */
    size_t memory;
} ivory_model_info;

/*
 What a training run is asked for. Set it by ivory_training_defaults, then change what should be
 otherwise.
 */
typedef struct ivory_training {
    /*
     Bytes of this struct, as the program was compiled.
     */
    size_t size;
    /*
     IVORY_METRIC_...
     */
    uint32_t metric;
    /*
     IVORY_ENCODER_...; default IVORY_ENCODER_DEFAULT.
     */
    uint32_t encoder;
    /*
     Components of a sub-vector, or bits; 0 for the default encoder and none.
     */
    uint32_t encoder_parameter;
    /*
     Most Lloyd iterations, at least 1; default 25.
     */
    uint32_t max_iterations;
    /*
     Components of a vector, 1 to 16,000.
     */
    size_t dimension;
    /*
     Number of cells, 1 to 65,536.
     */
    size_t nlist;
    /*
     Most vectors kept for the sample, at least nlist; default 256 for every cell.
     */
    size_t max_sample;
    /*
     Threads to use; the model does not depend on it. Default 1.
     */
    size_t threads;
    /*
     The same seed and the same vectors in the same order give the same model. Default 42.
     */
    uint64_t seed;
} ivory_training;

/*
 A training run at one moment.
 */
typedef struct ivory_progress {
    /*
     0 collecting, 1 seeding, 2 iterating, 3 done.
     */
    uint32_t phase;
    /*
     Lloyd iterations done.
     */
    uint32_t iteration;
    /*
     Vectors offered so far.
     */
    uint64_t vectors_offered;
    /*
     Vectors in the sample.
     */
    uint64_t vectors_used;
    /*
     Mean over the sample of the squared distance to the nearest centroid (for cosine and inner
     product: of 1 - cosine), after the last iteration.
     */
    double inertia;
    /*
     Vectors in the smallest cell.
     */
    uint64_t smallest_cell;
    /*
     Vectors in the largest cell.
     */
    uint64_t largest_cell;
} ivory_progress;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/*
 Why the calling thread's last failed call failed: the function, a colon, the cause; empty if none
 has failed. UTF-8, ended by a zero byte. It stays until the thread's next failing call and is not
 to be freed. A call that succeeds leaves it.
 */
const char *ivory_last_error(void);

/*
 The library's version, as "0.1.0"; ended by a zero byte, valid for ever.
 */
const char *ivory_version(void);

/*
 Finds the nearest cell of each of `count` vectors, which lie row after row: `components` is count
 times dimension.

 # Safety
 `model` is live; `vectors` names `components` numbers; `cells` has room for `count`.
 */
enum ivory_status ivory_model_assign(const struct ivory_model *model,
                                     const float *vectors,
                                     size_t components,
                                     uint32_t *cells,
                                     size_t count);

/*
 Finds the `nprobe` cells (all, if there are fewer) nearest to a query, nearest first, and writes
 their number to `found`. `raw`, if not null, receives the squared distances of query and centroid
 (for cosine and inner product: the inner products). Both arrays have `room` places.

 # Safety
 `model` is live; `query` names `dimension` numbers; `cells`, and `raw` if not null, have `room`
 places; `found` may be written.
 */
enum ivory_status ivory_model_probe(const struct ivory_model *model,
                                    const float *query,
                                    size_t dimension,
                                    size_t nprobe,
                                    uint32_t *cells,
                                    float *raw,
                                    size_t room,
                                    size_t *found);

/*
 Assigns `count` vectors, as ivory_model_assign does, and writes their codes row after row:
 `codes_length` is count times the model's code_length.

 # Safety
 As for ivory_model_assign; `codes` has room for `codes_length` bytes.
 */
enum ivory_status ivory_model_encode(const struct ivory_model *model,
                                     const float *vectors,
                                     size_t components,
                                     uint32_t *cells,
                                     size_t count,
                                     uint8_t *codes,
                                     size_t codes_length);

/*
 Compares a query with each of `count` vectors, which lie row after row (`components` is count
 times dimension), exactly: squared Euclidean distances, or inner products.

 # Safety
 `query` names `dimension` numbers, `vectors` `components`; `values` has room for `count`.
 */
enum ivory_status ivory_score(uint32_t metric,
                              const float *query,
                              size_t dimension,
                              const float *vectors,
                              size_t components,
                              float *values,
                              size_t count);

/*
 Reads a model from a file. All of it is checked. Freed by ivory_model_free.

 # Safety
 `path` ends with a zero byte; `model` may be written.
 */
enum ivory_status ivory_model_load(const char *path,
                                   struct ivory_model **model);

/*
 Reads a model from the bytes of a model file, which are copied. Freed by ivory_model_free.

 # Safety
 `bytes` names `length` bytes; `model` may be written.
 */
enum ivory_status ivory_model_read(const uint8_t *bytes,
                                   size_t length,
                                   struct ivory_model **model);

/*
 Writes a model to a file. It appears under its name whole or not at all; what was there before is
 replaced.

 # Safety
 `model` is live; `path` ends with a zero byte.
 */
enum ivory_status ivory_model_save(const struct ivory_model *model,
                                   const char *path);

/*
 Hands out the bytes of the model file: they are the model's, and stay as long as it.

 # Safety
 `model` is live; `bytes` and `length` may be written.
 */
enum ivory_status ivory_model_bytes(const struct ivory_model *model,
                                    const uint8_t **bytes,
                                    size_t *length);

/*
 Tells what a model is.

 # Safety
 `model` is live; `info` may be written.
 */
enum ivory_status ivory_model_inspect(const struct ivory_model *model,
                                      struct ivory_model_info *info);

/*
 Copies the centroids, cell after cell: `components` is nlist times dimension.

 # Safety
 `model` is live; `centroids` has room for `components` numbers.
 */
enum ivory_status ivory_model_centroids(const struct ivory_model *model,
                                        float *centroids,
                                        size_t components);

/*
 Frees a model. Null is nothing to free. Scans of it go on.

 # Safety
 `model` is null or live, and no other call uses it, now or later.
 */
enum ivory_status ivory_model_free(struct ivory_model *model);

/*
 Fills in parameters for a metric, a dimension and a number of cells; they are checked by
 ivory_trainer_new.

 # Safety
 `parameters` may be written.
 */
enum ivory_status ivory_training_defaults(struct ivory_training *parameters,
                                          uint32_t metric,
                                          size_t dimension,
                                          size_t nlist);

/*
 Makes a trainer, which ivory_trainer_free frees.

 # Safety
 `parameters` may be read, `trainer` written.
 */
enum ivory_status ivory_trainer_new(const struct ivory_training *parameters,
                                    struct ivory_trainer **trainer);

/*
 Offers vectors, row after row, for the sample: `components` numbers, a multiple of the dimension.
 They are copied. If one is not finite (for cosine: or zero) none of them is taken.

 # Safety
 `trainer` is live; `vectors` names `components` numbers.
 */
enum ivory_status ivory_trainer_add(const struct ivory_trainer *trainer,
                                    const float *vectors,
                                    size_t components);

/*
 Clusters the sample. Takes as long as that takes; a trainer runs once. The model is freed by
 ivory_model_free, and does not need the trainer.

 # Safety
 `trainer` is live; `model` may be written.
 */
enum ivory_status ivory_trainer_run(const struct ivory_trainer *trainer,
                                    struct ivory_model **model);

/*
 Tells how far a run is. From any thread, at any time.

 # Safety
 `trainer` is live; `progress` may be written.
 */
enum ivory_status ivory_trainer_progress(const struct ivory_trainer *trainer,
                                         struct ivory_progress *progress);

/*
 Asks a run to stop soon: ivory_trainer_run then ends with IVORY_STATUS_CANCELLED. One that has
 not started will stop at once. From any thread, at any time.

 # Safety
 `trainer` is live.
 */
enum ivory_status ivory_trainer_cancel(const struct ivory_trainer *trainer);

/*
 Frees a trainer and its sample. Null is nothing to free.

 # Safety
 `trainer` is null or live, and no other call uses it, now or later.
 */
enum ivory_status ivory_trainer_free(struct ivory_trainer *trainer);

/*
 Prepares a query that keeps the best `candidates` of what is scanned. The model must have an
 encoder; it may be freed before the scan, which ivory_scan_free frees.

 # Safety
 `model` is live; `query` names `dimension` numbers; `scan` may be written.
 */
enum ivory_status ivory_scan_new(const struct ivory_model *model,
                                 const float *query,
                                 size_t dimension,
                                 size_t candidates,
                                 struct ivory_scan **scan);

/*
 Chooses the `nprobe` cells (all, if there are fewer) nearest to the query. They stay the scan's:
 `cells` names `count` numbers, nearest first, until the next call for this scan. A cell's place
 among them is its rank. Asked again for more, new ones follow behind those that there are.

 # Safety
 `scan` is live; `cells` and `count` may be written.
 */
enum ivory_status ivory_scan_probe(struct ivory_scan *scan,
                                   size_t nprobe,
                                   const uint32_t **cells,
                                   size_t *count);

/*
 Scans the codes of `count` vectors that were assigned to the cell of this rank; they lie row after
 row, as ivory_model_encode wrote them. `segment` and `ids` are the caller's names of them, and
 come back in candidates.

 # Safety
 `scan` is live; `codes` names `codes_length` bytes, `ids` `count` numbers.
 */
enum ivory_status ivory_scan_codes(struct ivory_scan *scan,
                                   uint32_t segment,
                                   size_t rank,
                                   const uint8_t *codes,
                                   size_t codes_length,
                                   const uint32_t *ids,
                                   size_t count);

/*
 Hands out the best of what was scanned, best first (by estimate, segment and id), and forgets
 them. The three arrays have `room` places, at least as many as candidates are kept; `found`
 receives how many are used. An estimate is about the squared distance, or the negated inner
 product: smaller is nearer.

 # Safety
 `scan` is live; the arrays have `room` places each; `found` may be written.
 */
enum ivory_status ivory_scan_take(struct ivory_scan *scan,
                                  uint32_t *segments,
                                  uint32_t *ids,
                                  float *estimates,
                                  size_t room,
                                  size_t *found);

/*
 Frees a scan. Null is nothing to free.

 # Safety
 `scan` is null or live, and no other call uses it, now or later.
 */
enum ivory_status ivory_scan_free(struct ivory_scan *scan);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* IVORY_H */
