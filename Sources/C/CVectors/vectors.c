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

#define INLINE static inline __attribute__((always_inline))

// How many sums of sixteen floats stay in registers at once.
INLINE int sums_held(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512f") ? 8 : 4;
#else
  return 4;
#endif
}

// Sixteen columns of a stretch of the weights are laid side by side first: they then stay in the first-level cache, which
// rows a power of two apart would push out of it.
enum { STRETCH = 256, CHUNK = 128, FEW = 8 };

INLINE void scores_of(const int r, const float *rows, long depth, long count, const float *weights, long apart,
                      float *out, long width) {
  v16 sums[8];
#pragma unroll
  for (int i = 0; i < r; i++) sums[i] = LOAD(out + i * width);
  for (long k = 0; k < count; k++) {
    v16 w = LOAD(weights + k * apart);
#pragma unroll
    for (int i = 0; i < r; i++) sums[i] += w * rows[i * depth + k];
  }
#pragma unroll
  for (int i = 0; i < r; i++) STORE(out + i * width, sums[i]);
}

WIDE void th_dense_scores(const float *rows, long n, long depth, const float *weights, long width, float *scores) {
  float side[STRETCH * 16];
  int held = sums_held();
  for (long c = 0; c < width; c += 16)
    for (long from = 0; from < depth; from += STRETCH) {
      long count = depth - from < STRETCH ? depth - from : STRETCH, apart = width, i = 0;
      const float *w = weights + from * width + c;
      if (n >= FEW) {
        for (long k = 0; k < count; k++) STORE(side + k * 16, LOAD(w + k * width));
        w = side, apart = 16;
      }
      const float *x = rows + from;
      if (held == 8)
        for (; i + 8 <= n; i += 8) scores_of(8, x + i * depth, depth, count, w, apart, scores + i * width + c, width);
      for (; i + 4 <= n; i += 4) scores_of(4, x + i * depth, depth, count, w, apart, scores + i * width + c, width);
      for (; i < n; i++) scores_of(1, x + i * depth, depth, count, w, apart, scores + i * width + c, width);
    }
}

INLINE int any_of_16(const float *p) {
  int any = 0;
  for (int k = 0; k < 16; k++) any |= p[k] != 0;
  return any;
}

// `x` holds `r` numbers a row.
INLINE void slopes_of(const int r, const float *x, const int *bent, const v16 *residuals, long count, float *out,
                      long width) {
  v16 sums[8];
#pragma unroll
  for (int i = 0; i < r; i++) sums[i] = LOAD(out + i * width);
  for (long j = 0; j < count; j++) {
    const float *row = x + bent[j] * r;
#pragma unroll
    for (int i = 0; i < r; i++) sums[i] += residuals[j] * row[i];
  }
#pragma unroll
  for (int i = 0; i < r; i++) STORE(out + i * width, sums[i]);
}

// Most rows lead most rivals by enough: their residuals are zero and are left out, which changes no sum.
INLINE void gradient_of(const int r, const float *rows, long n, long depth, const float *residuals, long width,
                        float *gradient) {
  float side[CHUNK * 64];
  v16 bends[CHUNK];
  int bent[CHUNK];
  for (long from = 0; from + r <= depth; from += 64) {
    long strips = (depth - from < 64 ? depth - from : 64) / r;
    for (long i = 0; i < n; i++)
      for (long s = 0; s < strips; s++)
        for (int k = 0; k < r; k++) side[(s * CHUNK + i) * r + k] = rows[i * depth + from + s * r + k];
    for (long c = 0; c < width; c += 16) {
      long count = 0;
      for (long i = 0; i < n; i++)
        if (any_of_16(residuals + i * width + c)) bends[count] = LOAD(residuals + i * width + c), bent[count++] = (int)i;
      if (count == 0) continue;
      for (long s = 0; s < strips; s++)
        slopes_of(r, side + s * CHUNK * r, bent, bends, count, gradient + (from + s * r) * width + c, width);
    }
  }
}

WIDE void th_dense_gradient(const float *rows, long n, long depth, const float *residuals, long width,
                            float *gradient) {
  int held = sums_held();
  long even = depth / held * held;
  for (long start = 0; start < n; start += CHUNK, rows += CHUNK * depth, residuals += CHUNK * width) {
    long count = n - start < CHUNK ? n - start : CHUNK;
    if (held == 8) gradient_of(8, rows, count, depth, residuals, width, gradient);
    else gradient_of(4, rows, count, depth, residuals, width, gradient);
    for (long k = even; k < depth; k++)
      for (long c = 0; c < width; c += 16) {
        float *out = gradient + k * width + c;
        v16 sum = LOAD(out);
        for (long i = 0; i < count; i++) sum += LOAD(residuals + i * width + c) * rows[i * depth + k];
        STORE(out, sum);
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

WIDE void th_adam_step(float *weights, float *slopes, float *means, float *squares, long n, float rate, float stretch,
                       float decay) {
  for (long i = 0; i < n; i += 16) {
    v16 slope = LOAD(slopes + i), mean = LOAD(means + i) * 0.9f + slope * 0.1f;
    v16 square = LOAD(squares + i) * 0.999f + slope * slope * 0.001f;
    STORE(means + i, mean), STORE(squares + i, square), STORE(slopes + i, (v16){0});
    v16 length = __builtin_elementwise_sqrt(square * stretch) + 1e-8f;
    STORE(weights + i, LOAD(weights + i) * (1 - decay) - mean * rate / length);
  }
}

WIDE void th_adam_catch_up(float *weights, float *means, float *squares, long n, float rate, float stretch, float kept,
                           float mean_left, float square_left) {
  for (long i = 0; i < n; i += 16) {
    v16 mean = LOAD(means + i), square = LOAD(squares + i);
    v16 length = __builtin_elementwise_sqrt(square * stretch) + 1e-8f;
    STORE(weights + i, LOAD(weights + i) * kept - mean * rate / length);
    STORE(means + i, mean * mean_left), STORE(squares + i, square * square_left);
  }
}

WIDE void th_windows(const float *line, const int32_t *lengths, long texts, long depth, float *windows) {
  for (long text = 0; text < texts; text++) {
    long length = lengths[text];
    for (long place = 0; place < length; place++, windows += 3 * depth)
      for (long side = -1; side <= 1; side++)
        if (place + side >= 0 && place + side < length)
          for (long i = 0; i < depth; i += 16)
            STORE(windows + (side + 1) * depth + i, LOAD(line + (place + side) * depth + i));
    line += length * depth;
  }
}

WIDE void th_windows_gradient(const float *slopes, const int32_t *lengths, long texts, long depth, float *line) {
  for (long text = 0; text < texts; text++) {
    long length = lengths[text];
    for (long place = 0; place < length; place++, slopes += 3 * depth)
      for (long side = -1; side <= 1; side++)
        if (place + side >= 0 && place + side < length)
          for (long i = 0; i < depth; i += 16) {
            float *to = line + (place + side) * depth + i;
            STORE(to, LOAD(to) + LOAD(slopes + (side + 1) * depth + i));
          }
    line += length * depth;
  }
}

WIDE void th_most_and_mean(float *findings, const int32_t *lengths, long texts, long breadth, float *sums) {
  for (long text = 0; text < texts; text++, sums += 2 * breadth) {
    long length = lengths[text];
    for (long i = 0; i < breadth; i += 16) {
      v16 most = {0}, sum = {0};
      for (long place = 0; place < length; place++) {
        float *at = findings + place * breadth + i;
        v16 found = __builtin_elementwise_max(LOAD(at), (v16){0});
        STORE(at, found);
        most = __builtin_elementwise_max(most, found), sum += found;
      }
      STORE(sums + i, most), STORE(sums + breadth + i, length > 0 ? sum / (float)length : sum);
    }
    findings += length * breadth;
  }
}

WIDE void th_most_and_mean_gradient(const float *findings, const float *sums, const float *slopes, const int32_t *lengths,
                                    long texts, long breadth, float *gradient) {
  for (long text = 0; text < texts; text++, sums += 2 * breadth, slopes += 2 * breadth) {
    long length = lengths[text];
    for (long i = 0; i < breadth; i++) {
      float most = sums[i], mean = length > 0 ? slopes[breadth + i] / (float)length : 0;
      int open = most > 0;
      for (long place = 0; place < length; place++) {
        float found = findings[place * breadth + i], slope = found > 0 ? mean : 0;
        if (open && found == most) slope += slopes[i], open = 0;
        gradient[place * breadth + i] = slope;
      }
    }
    findings += length * breadth, gradient += length * breadth;
  }
}
