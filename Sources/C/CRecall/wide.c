#include "CRecall.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#pragma clang attribute push(__attribute__((target("avx2,popcnt"))), apply_to = function)
static int32_t avx2_dot(const int8_t *row, const int8_t *query) {
  __m256i sum = _mm256_setzero_si256();
  for (int k = 0; k < TH_RECALL_WIDTH; k += 16)
    sum = _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(row + k))),
                                                  _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(query + k)))));
  __m128i half = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
  half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4E));
  half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0xB1));
  return _mm_cvtsi128_si32(half);
}

// Differing signs of 32 bytes, counted by halves of a byte in a table: four sums of 8 bytes each.
static inline __m256i avx2_differing(const uint8_t *row, __m256i query) {
  const __m256i low = _mm256_set1_epi8(15);
  const __m256i table = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,  //
                                         0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
  const __m256i bits = _mm256_xor_si256(_mm256_loadu_si256((const __m256i *)row), query);
  const __m256i ones = _mm256_add_epi8(_mm256_shuffle_epi8(table, _mm256_and_si256(bits, low)),
                                       _mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi16(bits, 4), low)));
  return _mm256_sad_epu8(ones, _mm256_setzero_si256());
}

// Two rows are three vectors: the first one and a half, and the rest. As fast as memory gives the rows.
static void avx2_distances(const uint64_t *rows, long n, const uint64_t *query, uint16_t *distances) {
  uint64_t twice[2 * TH_RECALL_WORDS];
  memcpy(twice, query, sizeof twice / 2);
  memcpy(twice + TH_RECALL_WORDS, query, sizeof twice / 2);
  const __m256i *q = (const __m256i *)twice;
  const __m256i q0 = _mm256_loadu_si256(q), q1 = _mm256_loadu_si256(q + 1), q2 = _mm256_loadu_si256(q + 2);
  const uint8_t *row = (const uint8_t *)rows;
  long i = 0;
  for (; i + 1 < n; i += 2, row += 2 * 8 * TH_RECALL_WORDS) {
    __builtin_prefetch(row + 1024);
    __builtin_prefetch(row + 1088);
    const __m256i a = avx2_differing(row, q0), b = avx2_differing(row + 32, q1), c = avx2_differing(row + 64, q2);
    __m256i sums = _mm256_add_epi64(_mm256_permute2x128_si256(a, c, 0x20), _mm256_permute2x128_si256(a, c, 0x31));
    sums = _mm256_add_epi64(sums, b);
    sums = _mm256_add_epi64(sums, _mm256_shuffle_epi32(sums, 0x4E));
    distances[i] = (uint16_t)_mm256_extract_epi16(sums, 0);
    distances[i + 1] = (uint16_t)_mm256_extract_epi16(sums, 8);
  }
  if (i < n) {
    long bits = 0;
    for (int k = 0; k < TH_RECALL_WORDS; k++) bits += __builtin_popcountll(rows[i * TH_RECALL_WORDS + k] ^ query[k]);
    distances[i] = (uint16_t)bits;
  }
}

#define FN(name) avx2_##name
#define DOT avx2_dot
#define OWN_DISTANCES
#include "scan.h"
#undef FN
#undef DOT
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vnni,popcnt"))), apply_to = function)
static int32_t vnni_dot(const int8_t *row, const int8_t *query) {
  // The instruction wants one side without sign: 128 more in each byte, and 128 times the query less in the end.
  const __m512i high = _mm512_set1_epi8((char)0x80);
  __m512i sum = _mm512_setzero_si512(), more = _mm512_setzero_si512();
  for (int k = 0; k < TH_RECALL_WIDTH; k += 64) {
    __m512i q = _mm512_loadu_si512(query + k);
    sum = _mm512_dpbusd_epi32(sum, _mm512_xor_si512(_mm512_loadu_si512(row + k), high), q);
    more = _mm512_dpbusd_epi32(more, high, q);
  }
  return _mm512_reduce_add_epi32(_mm512_sub_epi32(sum, more));
}

#define FN(name) vnni_##name
#define DOT vnni_dot
#include "scan.h"
#pragma clang attribute pop

const th_recall_kernels th_recall_avx2 = {"avx2", avx2_distances, avx2_dots};
const th_recall_kernels th_recall_vnni = {"avx512-vnni", avx2_distances, vnni_dots};
#endif
