// The byte kernel for instructions that add four products at a time into 32 bits (VNNI). The including file has
// included float.h and defines
//   DOT(sums, unsigned, signed)   the instruction

INLINE void FN(dot_tile)(const int rows, const uint8_t *a, const long lda, const int8_t *b, int k, const float *scales,
                         const float *lows, const float *w_scales, const float *w_sums, const float *bias, float *c,
                         long ldc) {
  VI sums[TILE_ROWS][TILE_VECTORS];
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < TILE_VECTORS; j++) sums[i][j] = (VI){};
#pragma clang loop unroll(disable)
  for (int p = 0; p < k; p += 4) {
    VI row[TILE_VECTORS];
    for (int j = 0; j < TILE_VECTORS; j++) {
      row[j] = (VI)FN(load)((const float *)(b + j * VECTOR));
      __builtin_prefetch(b + j * VECTOR + TH_AHEAD);
    }
    b += 4 * TH_PANEL;
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
      // Four bytes of the row, for all columns.
      int32_t four;
      __builtin_memcpy(&four, a + i * lda + p, 4);
      VI x = four - (VI){};
      for (int j = 0; j < TILE_VECTORS; j++) sums[i][j] = DOT(sums[i][j], x, row[j]);
    }
  }
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < TILE_VECTORS; j++) {
      VF y = __builtin_convertvector(sums[i][j], VF) * scales[i] + FN(load)(w_sums + j * LANES) * lows[i];
      FN(store)(c + i * ldc + j * LANES, y * FN(load)(w_scales + j * LANES) + FN(load)(bias + j * LANES));
    }
}

#define DOT_CASE(n)                                                                                                    \
  case n:                                                                                                              \
    FN(dot_tile)(n <= TILE_ROWS ? n : TILE_ROWS, a, lda, b, k, scales, lows, w_scales, w_sums, bias, c, ldc);            \
    break;
#define DOT_TILES(name, width)                                                                                         \
  static __attribute__((noinline)) void FN(name)(int rows, const uint8_t *a, const int8_t *b, const float *scales,     \
                                                 const float *lows, const float *w_scales, const float *w_sums,        \
                                                 const float *bias, float *c, long ldc) {                              \
    const int k = width;                                                                                               \
    const long lda = width;                                                                                            \
    switch (rows) {                                                                                                    \
      DOT_CASE(1) DOT_CASE(2) DOT_CASE(3) DOT_CASE(4) DOT_CASE(5) DOT_CASE(6) DOT_MORE                                   \
    }                                                                                                                  \
  }
#if TILE_ROWS > 6
#define DOT_MORE                                                                                                       \
  DOT_CASE(7) DOT_CASE(8) DOT_CASE(9) DOT_CASE(10) DOT_CASE(11) DOT_CASE(12) DOT_CASE(13) DOT_CASE(14)
#else
#define DOT_MORE
#endif

DOT_TILES(dot_narrow, TH_WIDTH)
DOT_TILES(dot_wide, TH_INNER)

static void FN(multiply_dot)(th_rows_u8 a, int rows, int k, th_matrix_i8 w, const float *bias, int columns, int gelu,
                             float *c) {
  int blocks = (rows + TILE_ROWS - 1) / TILE_ROWS;
  for (int n = 0; n < columns; n += TILE_COLUMNS) {
    const int8_t *b = w.bytes + (long)(n / TH_PANEL) * TH_PANEL * k + n % TH_PANEL * 4;
    for (int block = 0, m = 0; block < blocks; block++) {
      int count = (rows - m + blocks - block - 1) / (blocks - block);
      (k == TH_WIDTH ? FN(dot_narrow) : FN(dot_wide))(count, a.bytes + (long)m * k, b, a.scales + m, a.lows + m,
                                                      w.scales + n, w.sums + n, bias + n, c + (long)m * columns + n,
                                                      columns);
      m += count;
    }
    if (gelu) FN(gelu_block)(c + n, rows, columns, TILE_COLUMNS);
  }
}
