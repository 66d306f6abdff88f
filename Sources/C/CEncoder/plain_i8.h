// The byte kernel without instructions for bytes: each group of four weights is spread to floats, in which the products
// and nearly all sums are exact.

INLINE void FN(spread_tile)(const int rows, const uint8_t *a, int k, const int8_t *b, VF sums[TILE_ROWS][TILE_VECTORS]) {
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < TILE_VECTORS; j++) sums[i][j] = (VF){};
#pragma clang loop unroll(disable)
  for (int p = 0; p < k; p += 4, b += 4 * TH_PANEL)
    for (int j = 0; j < TILE_VECTORS; j++) {
      VI four = (VI)FN(load)((const float *)(b + j * VECTOR));
      for (int q = 0; q < 4; q++) {
        VF row = __builtin_convertvector((four << (24 - 8 * q)) >> 24, VF);
#pragma clang loop unroll(full)
        for (int i = 0; i < rows; i++) sums[i][j] += row * (float)a[(long)i * k + p + q];
      }
    }
}

static void FN(multiply_spread)(th_rows_u8 a, int rows, int k, th_matrix_i8 w, const float *bias, int columns, int gelu,
                                float *c) {
  for (int n = 0; n < columns; n += TILE_COLUMNS) {
    const int8_t *b = w.bytes + (long)(n / TH_PANEL) * TH_PANEL * k + n % TH_PANEL * 4;
    for (int m = 0; m < rows; m += TILE_ROWS) {
      VF sums[TILE_ROWS][TILE_VECTORS];
      int count = rows - m < TILE_ROWS ? rows - m : TILE_ROWS;
      const uint8_t *row = a.bytes + (long)m * k;
      if (count == TILE_ROWS) FN(spread_tile)(TILE_ROWS, row, k, b, sums);
      else
        for (int i = 0; i < count; i++) FN(spread_tile)(1, row + (long)i * k, k, b, sums + i);
      for (int i = 0; i < count; i++)
        for (int j = 0; j < TILE_VECTORS; j++) {
          long at = n + j * LANES;
          VF y = sums[i][j] * a.scales[m + i] + FN(load)(w.sums + at) * a.lows[m + i];
          FN(store)(c + (long)(m + i) * columns + at, y * FN(load)(w.scales + at) + FN(load)(bias + at));
        }
    }
    if (gelu) FN(gelu_block)(c + n, rows, columns, TILE_COLUMNS);
  }
}
