#include "CRecall.h"

#include <math.h>
#include <string.h>

extern const th_recall_kernels th_recall_plain;
#if defined(__x86_64__)
extern const th_recall_kernels th_recall_avx2, th_recall_vnni;
#endif

int th_recall_kernel_sets(const th_recall_kernels *sets[TH_RECALL_SETS]) {
  int count = 0;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("popcnt")) {
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vnni"))
      sets[count++] = &th_recall_vnni;
    if (__builtin_cpu_supports("avx2")) sets[count++] = &th_recall_avx2;
  }
#endif
  sets[count++] = &th_recall_plain;
  return count;
}

void th_recall_pack(const float *vector, int8_t *codes, uint8_t *fine, float *scale, uint64_t *signs) {
  float most = 0;
  for (int k = 0; k < TH_RECALL_WIDTH; k++) most = fmaxf(most, fabsf(vector[k]));
  // The largest becomes ±127 · 256, so that the nearest code is always within a signed byte.
  const float steps = most > 0 ? 127.0f * 256.0f / most : 0;
  *scale = most > 0 ? most / (127.0f * 256.0f) : 0;
  memset(signs, 0, TH_RECALL_WIDTH / 8);
  for (int k = 0; k < TH_RECALL_WIDTH; k++) {
    long whole = lroundf(vector[k] * steps);
    // Rounded to the nearest code; what is left lies within ±128 and is kept with 128 more.
    long code = whole >= 0 ? (whole + 128) / 256 : -((-whole + 128) / 256);
    long rest = whole - code * 256 + 128;
    codes[k] = (int8_t)code;
    fine[k] = (uint8_t)(rest < 0 ? 0 : rest > 255 ? 255 : rest);
    if (vector[k] > 0) signs[k / 64] |= 1ULL << (k % 64);
  }
}

float th_recall_exact(const int8_t *codes, const uint8_t *fine, float scale, const float *query) {
  float sums[16] = {0};
  for (int k = 0; k < TH_RECALL_WIDTH; k++)
    sums[k % 16] += (float)(codes[k] * 256 + fine[k] - 128) * query[k];
  float sum = 0;
  for (int k = 0; k < 16; k++) sum += sums[k];
  return sum * scale;
}

// Rows that are passed over together when none of them is near.
enum { BLOCK = 64 };

// The least distance at which, counted in every `step`th block, there are at least `wanted` rows; the width where there
// never are.
static long reach(const uint16_t *distances, long n, const uint8_t *allowed, long wanted, long step) {
  // Four counts, since most distances lie together and one count would wait for itself.
  uint32_t counts[4][TH_RECALL_WIDTH + 1] = {0};
  for (long start = 0; start < n; start += step * BLOCK) {
    long end = start + BLOCK < n ? start + BLOCK : n;
    // Without a branch: those that are not allowed count nothing.
    if (allowed)
      for (long i = start; i < end; i++) counts[i % 4][distances[i]] += allowed[i] != 0;
    else
      for (long i = start; i < end; i++) counts[i % 4][distances[i]]++;
  }
  long last = -1, total = 0;
  do {
    last++;
    for (int k = 0; k < 4; k++) total += counts[k][last];
  } while (last < TH_RECALL_WIDTH && total < wanted);
  return last;
}

// All rows within a distance, in their order, as far as there is room.
static long within(const uint16_t *distances, long n, const uint8_t *allowed, long last, uint32_t *result, long room) {
  long found = 0;
  for (long start = 0; start < n; start += BLOCK) {
    long end = start + BLOCK < n ? start + BLOCK : n;
    if (end - start == BLOCK) {
      uint16_t least = UINT16_MAX;
      for (long i = start; i < start + BLOCK; i++) least = distances[i] < least ? distances[i] : least;
      if (least > last) continue;
    }
    for (long i = start; i < end && found < room; i++)
      if (distances[i] <= last && (!allowed || allowed[i])) result[found++] = (uint32_t)i;
  }
  return found;
}

long th_recall_nearest(const uint16_t *distances, long n, const uint8_t *allowed, long wanted, uint32_t *result,
                       long room) {
  enum { STEP = 16 };
  if (n > 64 * STEP * BLOCK) {
    // A sixteenth of the rows tells nearly how far to look; what is found within shows exactly how far.
    long last = reach(distances, n, allowed, (wanted + wanted / 4) / STEP + 1, STEP);
    long found = within(distances, n, allowed, last, result, room);
    if (found >= wanted && found < room) {
      uint32_t counts[TH_RECALL_WIDTH + 1] = {0};
      for (long k = 0; k < found; k++) counts[distances[result[k]]]++;
      long nearest = 0, total = counts[0];
      while (total < wanted) total += counts[++nearest];
      long kept = 0;
      for (long k = 0; k < found; k++) {
        uint32_t row = result[k];
        result[kept] = row;
        kept += distances[row] <= nearest;
      }
      return kept;
    }
  }
  return within(distances, n, allowed, reach(distances, n, allowed, wanted, 1), result, room);
}

void th_recall_pour(const uint32_t *rows, const uint8_t *impacts, long n, float weight, float *scores) {
  for (long i = 0; i < n; i++) scores[rows[i]] += weight * impacts[i];
}

long th_recall_above(const float *scores, long from, long to, float least, uint32_t *result) {
  long found = 0;
  for (long i = from; i < to; i++) {
    result[found] = (uint32_t)i;
    found += scores[i] > 0 && scores[i] >= least;
  }
  return found;
}

long th_recall_add(const uint32_t *rows, const uint8_t *impacts, long n, float weight, float *scores, uint32_t *touched,
                   long count) {
  for (long i = 0; i < n; i++) {
    float before = scores[rows[i]];
    // Written always, counted only when new: no branch to guess.
    touched[count] = rows[i];
    count += before == 0;
    scores[rows[i]] = before + weight * impacts[i];
  }
  return count;
}
