// Float kernels, compiled once for each set of instructions. The including file defines
//   FN(name)      the name for this set
//   VECTOR        bytes a vector
//   TILE_ROWS     rows of the widest tile
//   TILE_VECTORS  vectors a tile is wide

#define LANES (VECTOR / 4)
#define TILE_COLUMNS (TILE_VECTORS * LANES)
#define INLINE static inline __attribute__((always_inline))

typedef float FN(vf) __attribute__((vector_size(VECTOR)));
typedef float FN(vu) __attribute__((vector_size(VECTOR), aligned(4)));
typedef int32_t FN(vi) __attribute__((vector_size(VECTOR)));
#define VF FN(vf)
#define VI FN(vi)

INLINE VF FN(load)(const float *p) { return *(const FN(vu) *)p; }
INLINE void FN(store)(float *p, VF x) { *(FN(vu) *)p = x; }
INLINE VF FN(splat)(float x) { return x - (VF){}; }
INLINE VF FN(pick)(VI mask, VF a, VF b) { return (VF)(((VI)a & mask) | ((VI)b & ~mask)); }
INLINE VF FN(larger)(VF a, VF b) { return FN(pick)(a > b, a, b); }
INLINE VF FN(smaller)(VF a, VF b) { return FN(pick)(a < b, a, b); }

INLINE float FN(sum)(VF x) {
  float s = 0;
  for (int i = 0; i < LANES; i++) s += x[i];
  return s;
}

/// x · Φ(x) = x/2 · (1 + erf(x/√2)); erf as a quotient of polynomials, within 5e-7.
INLINE VF FN(gelu)(VF x) {
  VF c = FN(larger)(FN(smaller)(x * 0.70710678f, FN(splat)(4.0f)), FN(splat)(-4.0f));
  VF t = c * c;
  VF p = FN(splat)(-2.72614225801306e-10f);
  p = p * t + 2.77068142495902e-08f;
  p = p * t + -2.10102402082508e-06f;
  p = p * t + -5.69250639462346e-05f;
  p = p * t + -7.34990630326855e-04f;
  p = p * t + -2.95459980854025e-03f;
  p = p * t + -1.60960333262415e-02f;
  VF q = FN(splat)(-1.45660718464996e-05f);
  q = q * t + -2.13374055278905e-04f;
  q = q * t + -1.68282697438203e-03f;
  q = q * t + -7.37332916720468e-03f;
  q = q * t + -1.42647390514189e-02f;
  VF half = x * 0.5f;
  return half + half * (c * p / q);
}

/// e^x for x ≤ 0, within 1e-7 of its value; below -87 about 1e-38.
INLINE VF FN(exp)(VF x) {
  x = FN(larger)(x, FN(splat)(-87.0f));
  // Adding and taking away 1.5·2^23 rounds to a whole number.
  VF n = (x * 1.44269504f + 12582912.0f);
  VI e = (VI)n;
  n -= 12582912.0f;
  VF r = x - n * 0.693359375f;
  r = r + n * 2.12194440e-4f;
  VF p = FN(splat)(1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
  return (VF)((VI)p + (e << 23));
}

/// c[rows × TILE_COLUMNS] = bias + a · b, with `rows`, `lda` and `ldb` known to the compiler where it matters.
INLINE void FN(tile)(const int rows, const float *a, const long lda, const float *b, const long ldb, int k,
                     const float *bias, float *c, long ldc) {
  VF sums[TILE_ROWS][TILE_VECTORS];
  for (int j = 0; j < TILE_VECTORS; j++) {
    VF first = bias ? FN(load)(bias + j * LANES) : (VF){};
    for (int i = 0; i < rows; i++) sums[i][j] = first;
  }
#pragma clang loop unroll(disable)
  for (int p = 0; p < k; p++) {
    VF row[TILE_VECTORS];
    for (int j = 0; j < TILE_VECTORS; j++) {
      row[j] = FN(load)(b + j * LANES);
      __builtin_prefetch((const char *)(b + j * LANES) + TH_AHEAD);
    }
    b += ldb;
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
      VF x = FN(splat)(a[i * lda + p]);
      for (int j = 0; j < TILE_VECTORS; j++) sums[i][j] += x * row[j];
    }
  }
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < TILE_VECTORS; j++) FN(store)(c + i * ldc + j * LANES, sums[i][j]);
}

#define TILE_CASE(n)                                                                                                   \
  case n:                                                                                                              \
    FN(tile)(n <= TILE_ROWS ? n : TILE_ROWS, a, lda, b, TH_PANEL, k, bias, c, ldc);                                      \
    break;

INLINE void FN(tile_of)(int rows, const float *a, const long lda, const float *b, int k, const float *bias, float *c,
                        long ldc) {
  switch (rows) {
    TILE_CASE(1) TILE_CASE(2) TILE_CASE(3) TILE_CASE(4) TILE_CASE(5) TILE_CASE(6)
#if TILE_ROWS > 6
    TILE_CASE(7) TILE_CASE(8) TILE_CASE(9) TILE_CASE(10) TILE_CASE(11) TILE_CASE(12) TILE_CASE(13) TILE_CASE(14)
#endif
  }
}

static __attribute__((noinline)) void FN(tile_narrow)(int rows, const float *a, const float *b, const float *bias,
                                                      float *c, long ldc) {
  FN(tile_of)(rows, a, TH_WIDTH, b, TH_WIDTH, bias, c, ldc);
}
static __attribute__((noinline)) void FN(tile_wide)(int rows, const float *a, const float *b, const float *bias,
                                                    float *c, long ldc) {
  FN(tile_of)(rows, a, TH_INNER, b, TH_INNER, bias, c, ldc);
}

INLINE void FN(gelu_block)(float *c, int rows, int columns, int width) {
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < width; j += LANES) {
      float *at = c + (long)i * columns + j;
      FN(store)(at, FN(gelu)(FN(load)(at)));
    }
}

static void FN(multiply)(const float *a, int rows, int k, const float *w, const float *bias, int columns, int gelu,
                         float *c) {
  int blocks = (rows + TILE_ROWS - 1) / TILE_ROWS;
  for (int n = 0; n < columns; n += TILE_COLUMNS) {
    const float *b = w + (long)(n / TH_PANEL) * TH_PANEL * k + n % TH_PANEL;
    for (int block = 0, m = 0; block < blocks; block++) {
      // Even blocks: 15 rows are 8 and 7, not 14 and 1.
      int count = (rows - m + blocks - block - 1) / (blocks - block);
      if (k == TH_WIDTH)
        FN(tile_narrow)(count, a + (long)m * TH_WIDTH, b, bias + n, c + (long)m * columns + n, columns);
      else
        FN(tile_wide)(count, a + (long)m * TH_INNER, b, bias + n, c + (long)m * columns + n, columns);
      m += count;
    }
    if (gelu) FN(gelu_block)(c + n, rows, columns, TILE_COLUMNS);
  }
}

// ---- Attention -----------------------------------------------------------------------------------------

enum { FN(query_rows) = 6, FN(score_width) = TH_TOKENS + 16 };

/// Scores of up to six queries, made probabilities: each row by e^(x - largest), divided by their sum.
INLINE void FN(softmax)(float *row, int tokens) {
  int whole = (tokens + LANES - 1) / LANES * LANES;
  for (int j = tokens; j < whole; j++) row[j] = -1e30f;
  VF most = FN(load)(row);
  for (int j = LANES; j < whole; j += LANES) most = FN(larger)(most, FN(load)(row + j));
  float top = most[0];
  for (int i = 1; i < LANES; i++) top = most[i] > top ? most[i] : top;
  VF total = {};
  for (int j = 0; j < whole; j += LANES) {
    VF e = FN(exp)(FN(load)(row + j) - top);
    FN(store)(row + j, e);
    total += e;
  }
  VF scale = FN(splat)(1.0f / FN(sum)(total));
  for (int j = 0; j < whole; j += LANES) FN(store)(row + j, FN(load)(row + j) * scale);
}

INLINE void FN(attend_rows)(const int rows, const float *query, const float *keys, const float *values, int tokens,
                            float *scores, float *out) {
  for (int j = 0; j < tokens; j += TILE_COLUMNS)
    FN(tile)(rows, query, 3 * TH_WIDTH, keys + j / TH_PANEL * TH_PANEL * TH_HEAD + j % TH_PANEL, TH_PANEL, TH_HEAD, 0,
             scores + j, FN(score_width));
  for (int i = 0; i < rows; i++) FN(softmax)(scores + i * FN(score_width), tokens);
  for (int j = 0; j < TH_HEAD; j += TILE_COLUMNS)
    FN(tile)(rows, scores, FN(score_width), values + j, 3 * TH_WIDTH, tokens, 0, out + j, TH_WIDTH);
}

static void FN(attend)(const float *qkv, int tokens, float *scratch, float *out) {
  float *keys = scratch, *scores = scratch + TH_TOKENS * TH_HEAD;
  for (int head = 0; head < TH_HEADS; head++) {
    const float *query = qkv + head * TH_HEAD, *key = query + TH_WIDTH, *value = key + TH_WIDTH;
    // Keys on their side, in panels like a weight matrix; what stands beyond the last is never looked at.
    for (int t = 0; t < tokens; t++) {
      float *panel = keys + t / TH_PANEL * TH_PANEL * TH_HEAD + t % TH_PANEL;
      for (int d = 0; d < TH_HEAD; d++) panel[d * TH_PANEL] = key[(long)t * 3 * TH_WIDTH + d];
    }
    for (int t = 0; t < tokens;) {
      const float *q = query + (long)t * 3 * TH_WIDTH;
      float *o = out + (long)t * TH_WIDTH + head * TH_HEAD;
      int rows = tokens - t;
      if (rows >= 6) FN(attend_rows)(rows = 6, q, keys, value, tokens, scores, o);
      else if (rows >= 3) FN(attend_rows)(rows = 3, q, keys, value, tokens, scores, o);
      else FN(attend_rows)(rows = 1, q, keys, value, tokens, scores, o);
      t += rows;
    }
  }
}

// ---- Row by row ----------------------------------------------------------------------------------------

static void FN(add_norm)(const float *a, const float *b, int rows, const float *gain, const float *bias, float *out) {
  for (int i = 0; i < rows; i++, a += TH_WIDTH, b += TH_WIDTH, out += TH_WIDTH) {
    VF x[TH_WIDTH / LANES], total = {}, squares = {};
    for (int j = 0; j < TH_WIDTH / LANES; j++) {
      x[j] = FN(load)(a + j * LANES) + FN(load)(b + j * LANES);
      total += x[j];
    }
    VF mean = FN(splat)(FN(sum)(total) / TH_WIDTH);
    for (int j = 0; j < TH_WIDTH / LANES; j++) {
      x[j] -= mean;
      squares += x[j] * x[j];
    }
    float scale = 1.0f / __builtin_sqrtf(FN(sum)(squares) / TH_WIDTH + 1e-12f);
    for (int j = 0; j < TH_WIDTH / LANES; j++)
      FN(store)(out + j * LANES, x[j] * scale * FN(load)(gain + j * LANES) + FN(load)(bias + j * LANES));
  }
}

static void FN(pool)(const float *a, int rows, float *out) {
  VF x[TH_WIDTH / LANES] = {}, squares = {};
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < TH_WIDTH / LANES; j++) x[j] += FN(load)(a + (long)i * TH_WIDTH + j * LANES);
  for (int j = 0; j < TH_WIDTH / LANES; j++) {
    x[j] /= (float)rows;
    squares += x[j] * x[j];
  }
  float length = __builtin_sqrtf(FN(sum)(squares));
  float scale = 1.0f / (length > 1e-12f ? length : 1e-12f);
  for (int j = 0; j < TH_WIDTH / LANES; j++) FN(store)(out + j * LANES, x[j] * scale);
}

/// Each row's own range, spread over 0…255.
static void FN(quantise)(const float *a, int rows, int width, th_rows_u8 out) {
  for (int i = 0; i < rows; i++, a += width) {
    VF least = FN(load)(a), most = least;
    for (int j = LANES; j < width; j += LANES) {
      VF x = FN(load)(a + j);
      least = FN(smaller)(x, least);
      most = FN(larger)(x, most);
    }
    float low = least[0], high = most[0];
    for (int j = 1; j < LANES; j++) {
      low = least[j] < low ? least[j] : low;
      high = most[j] > high ? most[j] : high;
    }
    float scale = (high - low) / 255.0f;
    float to = scale > 0 ? 1.0f / scale : 0;
    out.scales[i] = scale;
    out.lows[i] = low;
    typedef uint8_t bytes __attribute__((vector_size(LANES), aligned(1)));
    for (int j = 0; j < width; j += LANES)
      *(bytes *)(out.bytes + (long)i * width + j) =
          __builtin_convertvector(__builtin_convertvector((FN(load)(a + j) - low) * to + 0.5f, VI), bytes);
  }
}
