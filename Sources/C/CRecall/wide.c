#include "CRecall.h"

#if defined(__x86_64__)
#include <immintrin.h>

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

#define FN(name) avx2_##name
#define DOT avx2_dot
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
const th_recall_kernels th_recall_vnni = {"avx512-vnni", vnni_distances, vnni_dots};
#endif
