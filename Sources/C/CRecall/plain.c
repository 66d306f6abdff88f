#include "CRecall.h"

static int32_t plain_dot(const int8_t *row, const int8_t *query) {
  int32_t sum = 0;
  for (int k = 0; k < TH_RECALL_WIDTH; k++) sum += row[k] * query[k];
  return sum;
}

static uint16_t plain_differing(const uint64_t *row, const uint64_t *query, const uint8_t *worths) {
  unsigned sum = 0;
  for (int k = 0; k < TH_RECALL_WORDS; k++)
    for (uint64_t bits = row[k] ^ query[k]; bits; bits &= bits - 1) sum += worths[64 * k + __builtin_ctzll(bits)];
  return (uint16_t)sum;
}

static void plain_heads(const uint8_t *heads, long n, const uint8_t *worths, uint16_t *distances) {
  for (long block = 0; block < n; block += TH_RECALL_BLOCK, heads += TH_RECALL_HEAD * TH_RECALL_BLOCK) {
    uint16_t sums[TH_RECALL_BLOCK] = {0};
    for (int k = 0; k < TH_RECALL_HEAD; k++) {
      const uint8_t *bytes = heads + k * TH_RECALL_BLOCK, *low = worths + 32 * k, *high = low + 16;
      for (int i = 0; i < TH_RECALL_BLOCK; i++) sums[i] += low[bytes[i] & 15] + high[bytes[i] >> 4];
    }
    for (int i = 0; i < TH_RECALL_BLOCK; i++) distances[block + i] = sums[i];
  }
}

static long plain_within(const uint16_t *distances, long from, long to, uint16_t last, uint32_t *result) {
  long found = 0;
  for (long i = from; i < to; i++)
    if (distances[i] <= last) result[found++] = (uint32_t)i;
  return found;
}

static long plain_above(const float *scores, long from, long to, float least, uint32_t *result) {
  long found = 0;
  for (long i = from; i < to; i++) {
    result[found] = (uint32_t)i;
    found += scores[i] > 0 && scores[i] >= least;
  }
  return found;
}

#define FN(name) plain_##name
#define DOT plain_dot
#define DIFFERING plain_differing
#include "scan.h"

const th_recall_kernels th_recall_plain = {"plain", plain_heads, plain_within, plain_distances, plain_dots, plain_above};
