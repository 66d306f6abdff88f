// Kernels of the linear text classifier. Vectors are spelled out, so that a debug build is fast enough for tests too.
// `width` (floats or bytes a row) is a multiple of 16 everywhere; rows need no alignment.
#ifndef THINNAI_LINEAR_H
#define THINNAI_LINEAR_H

#include <math.h>
#include <stdint.h>

typedef float th_v16 __attribute__((vector_size(64), aligned(4)));
typedef int8_t th_b16 __attribute__((vector_size(16), aligned(1)));

/// scores[c] += sum over j of values[j] * weights[rows[j]][c]
static inline void th_linear_scores(const float *weights, const uint32_t *rows, const float *values, int count,
                                    int width, float *scores) {
  for (int c = 0; c < width; c += 16) {
    th_v16 sum = *(const th_v16 *)(scores + c);
    for (int j = 0; j < count; j++)
      sum += *(const th_v16 *)(weights + (uint64_t)rows[j] * (uint64_t)width + c) * values[j];
    *(th_v16 *)(scores + c) = sum;
  }
}

/// The same on bytes with one scale a row.
static inline void th_linear_scores_i8(const int8_t *weights, const float *scales, const uint32_t *rows,
                                       const float *values, int count, int width, float *scores) {
  for (int j = 0; j < count; j++) {
    const int8_t *row = weights + (uint64_t)rows[j] * (uint64_t)width;
    float scale = values[j] * scales[rows[j]];
    for (int c = 0; c < width; c += 16)
      *(th_v16 *)(scores + c) += __builtin_convertvector(*(const th_b16 *)(row + c), th_v16) * scale;
  }
}

/// One step of AdaGrad with one accumulator a row and decay towards zero.
static inline void th_linear_update(float *weights, float *squares, const uint32_t *rows, const float *values, int count,
                                    int width, const float *gradient, float norm2, float rate, float decay) {
  for (int j = 0; j < count; j++) {
    float *row = weights + (uint64_t)rows[j] * (uint64_t)width;
    squares[rows[j]] += values[j] * values[j] * norm2;
    float step = rate / sqrtf(squares[rows[j]] + 1e-6f);
    float scale = step * values[j];
    float keep = 1.0f - step * decay;
    for (int c = 0; c < width; c += 16)
      *(th_v16 *)(row + c) = *(th_v16 *)(row + c) * keep - *(const th_v16 *)(gradient + c) * scale;
  }
}

#endif
