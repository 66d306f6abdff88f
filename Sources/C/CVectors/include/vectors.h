// Kernels that train a linear classifier on wide rows: small matrix products and sparse rows.
//
// One translation unit compiled for several instruction sets; the loader picks the widest the machine has. Matrices are
// row-major. `width` (columns of the weights, floats) is a multiple of 32 everywhere; nothing needs alignment.
#ifndef THINNAI_VECTORS_H
#define THINNAI_VECTORS_H

#include <stdint.h>

/// scores[n × width] += rows[n × depth] · weights[depth × width]
void th_dense_scores(const float *rows, long n, long depth, const float *weights, long width, float *scores);

/// gradient[depth × width] += rowsᵀ[depth × n] · residuals[n × width]
void th_dense_gradient(const float *rows, long n, long depth, const float *residuals, long width, float *gradient);

/// For each of n sparse rows (`starts` has n + 1 marks into `columns` and `values`):
/// scores[i] += sum over j of values[j] · weights[columns[j]]
void th_sparse_scores(const int64_t *starts, const uint32_t *columns, const float *values, long n, const float *weights,
                      long width, float *scores);

/// gradient[columns[j]] += values[j] · residuals[i]
void th_sparse_gradient(const int64_t *starts, const uint32_t *columns, const float *values, long n,
                        const float *residuals, long width, float *gradient);

/// The slope of the loss Σ over rivals of max(0, 1 − (label's score − rival's score))², scaled by the row's weight, in place
/// of the scores; columns from `classes` on become zero. Returns the sum of the weighted losses.
double th_margin_residuals(float *scores, long n, long width, long classes, const int32_t *labels,
                           const float *row_weights);

/// Σ a[i]·b[i]
double th_dot(const float *a, const float *b, long n);

/// y += scale · x
void th_add_scaled(float *y, const float *x, float scale, long n);

/// rows[i] *= scales[i]
void th_scale_rows(float *rows, const float *scales, long n, long width);

/// One step down the slopes after Kingma and Ba (2015), which become zero: `stretch` makes up for squares that began at
/// zero, `decay` is the share of the weights that goes. `n` is a multiple of 16.
void th_adam_step(float *weights, float *slopes, float *means, float *squares, long n, float rate, float stretch,
                  float decay);

/// What Adam's steps without a slope would have done to n weights (a multiple of 16): they move by `rate` times what is
/// remembered, `kept` of them stays, and what is remembered fades.
void th_adam_catch_up(float *weights, float *means, float *squares, long n, float rate, float stretch, float kept,
                      float mean_left, float square_left);

/// Each place of a text with its neighbours: `line` has `depth` numbers (a multiple of 16) a place, the texts one after
/// another; a window has those of the place before, its own, and those of the place behind. Windows begin as zeros.
void th_windows(const float *line, const int32_t *lengths, long texts, long depth, float *windows);

/// line += the slopes of its windows.
void th_windows_gradient(const float *slopes, const int32_t *lengths, long texts, long depth, float *line);

/// sums[text] = the most, then the mean, of what was found at its places (`breadth` numbers each, a multiple of 16); what is
/// below zero becomes zero in place.
void th_most_and_mean(float *findings, const int32_t *lengths, long texts, long breadth, float *sums);

/// gradient of the findings as `th_most_and_mean` left them: the slope of the most goes to the first place that has it, that
/// of the mean to all, and none to a zero.
void th_most_and_mean_gradient(const float *findings, const float *sums, const float *slopes, const int32_t *lengths,
                               long texts, long breadth, float *gradient);

/// result[i] = Σ query·rows[i]: n rows of `depth` bytes (a multiple of 16) against one of floats.
void th_row_dots_i8(const int8_t *rows, long n, long depth, const float *query, float *result);

#endif
