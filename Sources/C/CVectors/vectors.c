#include "vectors.h"

#if defined(__x86_64__)
#define WIDE __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define WIDE
#endif

typedef float v16 __attribute__((vector_size(64), aligned(4)));
typedef int32_t m16 __attribute__((vector_size(64), aligned(4)));
typedef int8_t b16 __attribute__((vector_size(16), aligned(1)));

#define LOAD(p) (*(const v16 *)(p))
#define STORE(p, v) (*(v16 *)(p) = (v))

// Four rows by thirty-two columns: eight sums of sixteen floats stay in registers, each weight is read once for four rows.
WIDE void th_dense_scores(const float *rows, long n, long depth, const float *weights, long width, float *scores) {
  for (long c = 0; c < width; c += 32) {
    long i = 0;
    for (; i + 4 <= n; i += 4) {
      const float *r0 = rows + i * depth, *r1 = r0 + depth, *r2 = r1 + depth, *r3 = r2 + depth;
      float *out = scores + i * width + c;
      v16 a0 = LOAD(out), a1 = LOAD(out + 16), b0 = LOAD(out + width), b1 = LOAD(out + width + 16);
      v16 c0 = LOAD(out + 2 * width), c1 = LOAD(out + 2 * width + 16);
      v16 d0 = LOAD(out + 3 * width), d1 = LOAD(out + 3 * width + 16);
      const float *w = weights + c;
      for (long k = 0; k < depth; k++, w += width) {
        v16 w0 = LOAD(w), w1 = LOAD(w + 16);
        a0 += w0 * r0[k], a1 += w1 * r0[k];
        b0 += w0 * r1[k], b1 += w1 * r1[k];
        c0 += w0 * r2[k], c1 += w1 * r2[k];
        d0 += w0 * r3[k], d1 += w1 * r3[k];
      }
      STORE(out, a0), STORE(out + 16, a1), STORE(out + width, b0), STORE(out + width + 16, b1);
      STORE(out + 2 * width, c0), STORE(out + 2 * width + 16, c1);
      STORE(out + 3 * width, d0), STORE(out + 3 * width + 16, d1);
    }
    for (; i < n; i++) {
      const float *row = rows + i * depth, *w = weights + c;
      float *out = scores + i * width + c;
      v16 a0 = LOAD(out), a1 = LOAD(out + 16);
      for (long k = 0; k < depth; k++, w += width) a0 += LOAD(w) * row[k], a1 += LOAD(w + 16) * row[k];
      STORE(out, a0), STORE(out + 16, a1);
    }
  }
}

static inline __attribute__((always_inline)) int any_of_16(const float *p) {
  int any = 0;
  for (int k = 0; k < 16; k++) any |= p[k] != 0;
  return any;
}

// Most rows lead most rivals by enough: their residuals are zero and are left out, which changes no sum.
enum { CHUNK = 128 };

WIDE void th_dense_gradient(const float *rows, long n, long depth, const float *residuals, long width,
                            float *gradient) {
  for (long start = 0; start < n; start += CHUNK, rows += CHUNK * depth, residuals += CHUNK * width)
    for (long c = 0; c < width; c += 32) {
      long bent[CHUNK], count = 0, end = n - start < CHUNK ? n - start : CHUNK;
      for (long i = 0; i < end; i++) {
        const float *r = residuals + i * width + c;
        if (any_of_16(r) || any_of_16(r + 16)) bent[count++] = i;
      }
      long k = 0;
      for (; k + 4 <= depth; k += 4) {
        float *out = gradient + k * width + c;
        v16 a0 = LOAD(out), a1 = LOAD(out + 16), b0 = LOAD(out + width), b1 = LOAD(out + width + 16);
        v16 c0 = LOAD(out + 2 * width), c1 = LOAD(out + 2 * width + 16);
        v16 d0 = LOAD(out + 3 * width), d1 = LOAD(out + 3 * width + 16);
        for (long j = 0; j < count; j++) {
          const float *x = rows + bent[j] * depth + k, *r = residuals + bent[j] * width + c;
          v16 r0 = LOAD(r), r1 = LOAD(r + 16);
          a0 += r0 * x[0], a1 += r1 * x[0];
          b0 += r0 * x[1], b1 += r1 * x[1];
          c0 += r0 * x[2], c1 += r1 * x[2];
          d0 += r0 * x[3], d1 += r1 * x[3];
        }
        STORE(out, a0), STORE(out + 16, a1);
        STORE(out + width, b0), STORE(out + width + 16, b1);
        STORE(out + 2 * width, c0), STORE(out + 2 * width + 16, c1);
        STORE(out + 3 * width, d0), STORE(out + 3 * width + 16, d1);
      }
      for (; k < depth; k++) {
        float *out = gradient + k * width + c;
        v16 a0 = LOAD(out), a1 = LOAD(out + 16);
        for (long j = 0; j < count; j++) {
          const float x = rows[bent[j] * depth + k], *r = residuals + bent[j] * width + c;
          a0 += LOAD(r) * x, a1 += LOAD(r + 16) * x;
        }
        STORE(out, a0), STORE(out + 16, a1);
      }
    }
}

WIDE void th_sparse_scores(const int64_t *starts, const uint32_t *columns, const float *values, long n,
                           const float *weights, long width, float *scores) {
  for (long i = 0; i < n; i++) {
    for (long c = 0; c < width; c += 32) {
      float *out = scores + i * width + c;
      v16 a0 = LOAD(out), a1 = LOAD(out + 16);
      for (int64_t j = starts[i]; j < starts[i + 1]; j++) {
        const float *w = weights + (long)columns[j] * width + c;
        a0 += LOAD(w) * values[j], a1 += LOAD(w + 16) * values[j];
      }
      STORE(out, a0), STORE(out + 16, a1);
    }
  }
}

WIDE void th_sparse_gradient(const int64_t *starts, const uint32_t *columns, const float *values, long n,
                             const float *residuals, long width, float *gradient) {
  for (long i = 0; i < n; i++) {
    const float *r = residuals + i * width;
    for (long c = 0; c < width; c += 16) {
      if (!any_of_16(r + c)) continue;
      v16 slope = LOAD(r + c);
      for (int64_t j = starts[i]; j < starts[i + 1]; j++) {
        float *out = gradient + (long)columns[j] * width + c;
        STORE(out, LOAD(out) + slope * values[j]);
      }
    }
  }
}

WIDE double th_margin_residuals(float *scores, long n, long width, long classes, const int32_t *labels,
                                const float *row_weights) {
  double loss = 0;
  for (long i = 0; i < n; i++) {
    float *row = scores + i * width;
    float short_of = 1 - row[labels[i]], squares = 0, sum = 0;
    // The label's own place counts as a rival by exactly one, which is taken out again below.
    for (long c = classes; c < width; c++) row[c] = -__builtin_inff();
    v16 square = {0}, total = {0};
    float slope = 2 * row_weights[i];
    for (long c = 0; c < width; c += 16) {
      v16 lack = LOAD(row + c) + short_of;
      lack = (v16)((m16)lack & (lack > 0));
      square += lack * lack, total += lack;
      STORE(row + c, lack * slope);
    }
    for (int k = 0; k < 16; k++) squares += square[k], sum += total[k];
    loss += row_weights[i] * (squares - 1);
    row[labels[i]] = -slope * (sum - 1);
  }
  return loss;
}

WIDE double th_dot(const float *a, const float *b, long n) {
  double total = 0;
  long i = 0;
  // Summed in pieces, so that a million small products keep their low digits.
  while (i + 16 <= n) {
    long end = n - i > 4096 ? i + 4096 : i + (n - i) / 16 * 16;
    v16 sum = {0};
    for (; i < end; i += 16) sum += LOAD(a + i) * LOAD(b + i);
    for (int k = 0; k < 16; k++) total += sum[k];
  }
  for (; i < n; i++) total += a[i] * b[i];
  return total;
}

WIDE void th_add_scaled(float *y, const float *x, float scale, long n) {
  long i = 0;
  for (; i + 16 <= n; i += 16) STORE(y + i, LOAD(y + i) + LOAD(x + i) * scale);
  for (; i < n; i++) y[i] += x[i] * scale;
}

WIDE void th_scale_rows(float *rows, const float *scales, long n, long width) {
  for (long i = 0; i < n; i++)
    for (long c = 0; c < width; c += 16) STORE(rows + i * width + c, LOAD(rows + i * width + c) * scales[i]);
}

WIDE void th_row_dots_i8(const int8_t *rows, long n, long depth, const float *query, float *result) {
  for (long i = 0; i < n; i++) {
    const int8_t *row = rows + i * depth;
    v16 sum = {0};
    for (long k = 0; k < depth; k += 16)
      sum += __builtin_convertvector(*(const b16 *)(row + k), v16) * LOAD(query + k);
    float total = 0;
    for (int k = 0; k < 16; k++) total += sum[k];
    result[i] = total;
  }
}
