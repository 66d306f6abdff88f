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

// 32 signs become 32 bytes, which let the worths through where they differ.
static uint16_t avx2_differing(const uint64_t *row, const uint64_t *query, const uint8_t *worths) {
  const __m256i spread = _mm256_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1,  //
                                          2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3);
  const __m256i each = _mm256_set1_epi64x((long long)0x8040201008040201ULL), zero = _mm256_setzero_si256();
  __m256i sums = zero;
  for (int k = 0; k < TH_RECALL_WORDS; k++) {
    const uint64_t bits = row[k] ^ query[k];
    for (int half = 0; half < 2; half++) {
      const __m256i bytes = _mm256_shuffle_epi8(_mm256_set1_epi32((int)(bits >> (32 * half))), spread);
      const __m256i differ = _mm256_cmpeq_epi8(_mm256_and_si256(bytes, each), each);
      const __m256i some = _mm256_loadu_si256((const __m256i *)(worths + 64 * k + 32 * half));
      sums = _mm256_add_epi64(sums, _mm256_sad_epu8(_mm256_and_si256(differ, some), zero));
    }
  }
  __m128i half = _mm_add_epi64(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
  return (uint16_t)(_mm_extract_epi16(half, 0) + _mm_extract_epi16(half, 4));
}

// A half byte of 32 rows at once is looked up in a table of its own; sums of four bytes fit into a byte.
static void avx2_heads(const uint8_t *heads, long n, const uint8_t *worths, uint16_t *distances) {
  const __m256i low = _mm256_set1_epi8(15), zero = _mm256_setzero_si256();
  for (long i = 0; i < n; i += TH_RECALL_BLOCK, heads += TH_RECALL_HEAD * TH_RECALL_BLOCK) {
    for (int k = 0; k < TH_RECALL_HEAD * TH_RECALL_BLOCK; k += 64) __builtin_prefetch(heads + 2048 + k);
    __m256i even = zero, odd = zero;
    for (int k = 0; k < TH_RECALL_HEAD; k += 4) {
      __m256i four = zero;
      for (int j = k; j < k + 4; j++) {
        const __m128i *worth = (const __m128i *)(worths + 32 * j);
        const __m256i bytes = _mm256_loadu_si256((const __m256i *)(heads + j * TH_RECALL_BLOCK));
        const __m256i a = _mm256_broadcastsi128_si256(_mm_loadu_si128(worth));
        const __m256i b = _mm256_broadcastsi128_si256(_mm_loadu_si128(worth + 1));
        four = _mm256_add_epi8(
            four, _mm256_add_epi8(_mm256_shuffle_epi8(a, _mm256_and_si256(bytes, low)),
                                  _mm256_shuffle_epi8(b, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), low))));
      }
      even = _mm256_add_epi16(even, _mm256_unpacklo_epi8(four, zero));
      odd = _mm256_add_epi16(odd, _mm256_unpackhi_epi8(four, zero));
    }
    _mm256_storeu_si256((__m256i *)(distances + i), _mm256_permute2x128_si256(even, odd, 0x20));
    _mm256_storeu_si256((__m256i *)(distances + i + 16), _mm256_permute2x128_si256(even, odd, 0x31));
  }
}

// Few rows are near: 32 are passed over at once.
static long avx2_within(const uint16_t *distances, long from, long to, uint16_t last, uint32_t *result) {
  const __m256i most = _mm256_set1_epi16((short)last);
  long found = 0, i = from;
  for (; i + 32 <= to; i += 32) {
    const __m256i a = _mm256_loadu_si256((const __m256i *)(distances + i));
    const __m256i b = _mm256_loadu_si256((const __m256i *)(distances + i + 16));
    const __m256i near = _mm256_packs_epi16(_mm256_cmpeq_epi16(_mm256_min_epu16(a, most), a),
                                            _mm256_cmpeq_epi16(_mm256_min_epu16(b, most), b));
    uint32_t bits = (uint32_t)_mm256_movemask_epi8(_mm256_permute4x64_epi64(near, 0xD8));
    for (; bits; bits &= bits - 1) result[found++] = (uint32_t)(i + __builtin_ctz(bits));
  }
  for (; i < to; i++)
    if (distances[i] <= last) result[found++] = (uint32_t)i;
  return found;
}

static long avx2_above(const float *scores, long from, long to, float least, uint32_t *result) {
  const __m256 zero = _mm256_setzero_ps(), most = _mm256_set1_ps(least);
  long found = 0, i = from;
  for (; i + 8 <= to; i += 8) {
    const __m256 some = _mm256_loadu_ps(scores + i);
    uint32_t bits = (uint32_t)_mm256_movemask_ps(
        _mm256_and_ps(_mm256_cmp_ps(some, zero, _CMP_GT_OQ), _mm256_cmp_ps(some, most, _CMP_GE_OQ)));
    for (; bits; bits &= bits - 1) result[found++] = (uint32_t)(i + __builtin_ctz(bits));
  }
  for (; i < to; i++)
    if (scores[i] > 0 && scores[i] >= least) result[found++] = (uint32_t)i;
  return found;
}

#define FN(name) avx2_##name
#define DOT avx2_dot
#define DIFFERING avx2_differing
#include "scan.h"
#undef FN
#undef DOT
#undef DIFFERING
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
#define DIFFERING avx2_differing
#include "scan.h"
#pragma clang attribute pop

const th_recall_kernels th_recall_avx2 = {"avx2",         avx2_heads, avx2_within,
                                          avx2_distances, avx2_dots,  avx2_above};
const th_recall_kernels th_recall_vnni = {"avx512-vnni",  avx2_heads, avx2_within,
                                          vnni_distances, vnni_dots,  avx2_above};
#endif
