// The byte kernel by 16-bit products (AVX2), exact where byte products would overflow. The including file has included
// float.h and immintrin.h.

enum { FN(pair_rows) = 4, FN(pair_columns) = 8 };

INLINE void FN(pair_tile)(const int rows, const uint8_t *a, int k, const int8_t *b, __m256i out[FN(pair_rows)]) {
  __m256i sums[FN(pair_rows)][2];
  for (int i = 0; i < rows; i++) sums[i][0] = sums[i][1] = _mm256_setzero_si256();
#pragma clang loop unroll(disable)
  for (int p = 0; p < k; p += 4, b += 4 * TH_PANEL) {
    __builtin_prefetch(b + TH_AHEAD);
    __m256i left = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)b));
    __m256i right = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(b + 16)));
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
      int32_t four;
      __builtin_memcpy(&four, a + (long)i * k + p, 4);
      __m256i x = _mm256_cvtepu8_epi16(_mm_set1_epi32(four));
      sums[i][0] = _mm256_add_epi32(sums[i][0], _mm256_madd_epi16(x, left));
      sums[i][1] = _mm256_add_epi32(sums[i][1], _mm256_madd_epi16(x, right));
    }
  }
  // Each column's two halves lie side by side.
  for (int i = 0; i < rows; i++)
    out[i] = _mm256_permute4x64_epi64(_mm256_hadd_epi32(sums[i][0], sums[i][1]), 0xD8);
}

static void FN(multiply_pair)(th_rows_u8 a, int rows, int k, th_matrix_i8 w, const float *bias, int columns, int gelu,
                              float *c) {
  for (int n = 0; n < columns; n += FN(pair_columns)) {
    const int8_t *b = w.bytes + (long)(n / TH_PANEL) * TH_PANEL * k + n % TH_PANEL * 4;
    for (int m = 0; m < rows; m += FN(pair_rows)) {
      __m256i sums[FN(pair_rows)];
      int count = rows - m < FN(pair_rows) ? rows - m : FN(pair_rows);
      const uint8_t *row = a.bytes + (long)m * k;
      switch (count) {
        case 1: FN(pair_tile)(1, row, k, b, sums); break;
        case 2: FN(pair_tile)(2, row, k, b, sums); break;
        case 3: FN(pair_tile)(3, row, k, b, sums); break;
        default: FN(pair_tile)(4, row, k, b, sums);
      }
      for (int i = 0; i < count; i++) {
        __m256 y = _mm256_cvtepi32_ps(sums[i]) * a.scales[m + i] + _mm256_loadu_ps(w.sums + n) * a.lows[m + i];
        _mm256_storeu_ps(c + (long)(m + i) * columns + n, y * _mm256_loadu_ps(w.scales + n) + _mm256_loadu_ps(bias + n));
      }
    }
    if (gelu && n % TH_PANEL == TH_PANEL - FN(pair_columns))
      FN(gelu_block)(c + n / TH_PANEL * TH_PANEL, rows, columns, TH_PANEL);
  }
}
