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

void th_recall_stand(const uint64_t *signs, long from, long to, uint8_t *heads) {
  for (long i = from; i < to; i++) {
    uint8_t *place = heads + i / TH_RECALL_BLOCK * (TH_RECALL_HEAD * TH_RECALL_BLOCK) + i % TH_RECALL_BLOCK;
    for (int k = 0; k < TH_RECALL_HEAD; k++)
      place[k * TH_RECALL_BLOCK] = (uint8_t)(signs[i * TH_RECALL_WORDS + k / 8] >> (8 * (k % 8)));
  }
}

void th_recall_worths(const float *query, uint8_t worths[TH_RECALL_WORTHS]) {
  // The largest sum of four bytes' worths becomes 251: rounding adds half for each of their eight halves.
  float most = 0;
  for (int k = 0; k < 8 * TH_RECALL_HEAD; k += 32) {
    float sum = 0;
    for (int j = k; j < k + 32; j++) sum += fabsf(query[j]);
    most = fmaxf(most, sum);
  }
  const float steps = most > 0 ? 251.0f / most : 0;
  for (int half = 0; half < 2 * TH_RECALL_HEAD; half++)
    for (int bits = 0; bits < 16; bits++) {
      float sum = 0;
      for (int j = 0; j < 4; j++) {
        float number = query[4 * half + j];
        if ((bits >> j & 1) != (number > 0)) sum += fabsf(number);
      }
      worths[16 * half + bits] = (uint8_t)lroundf(sum * steps);
    }
}

void th_recall_sign_worths(const float *query, uint8_t worths[TH_RECALL_WIDTH]) {
  float all = 0, most = 0;
  for (int k = 0; k < TH_RECALL_WIDTH; k++) {
    all += fabsf(query[k]);
    most = fmaxf(most, fabsf(query[k]));
  }
  // Rounding adds half for each at most.
  const float steps = most > 0 ? fminf(255.0f / most, (4000.0f - TH_RECALL_WIDTH / 2) / all) : 0;
  for (int k = 0; k < TH_RECALL_WIDTH; k++) worths[k] = (uint8_t)lroundf(fabsf(query[k]) * steps);
}

// Distances that can be, and rows that are looked through at once where not all are allowed.
enum { FAR = 4096, BLOCK = 2048 };

// The least distance at which, counted in every `step`th block, there are at least `wanted` rows; the farthest where there
// never are.
static long reach(const uint16_t *distances, long n, const uint8_t *allowed, long wanted, long step) {
  enum { SOME = 64 };
  // Two counts, since many distances are equal and one count would wait for itself.
  uint32_t counts[2][FAR] = {0};
  for (long start = 0; start < n; start += step * SOME) {
    long end = start + SOME < n ? start + SOME : n;
    // Without a branch: those that are not allowed count nothing.
    if (allowed)
      for (long i = start; i < end; i++) counts[i % 2][distances[i]] += allowed[i] != 0;
    else
      for (long i = start; i < end; i++) counts[i % 2][distances[i]]++;
  }
  long last = -1, total = 0;
  do {
    last++;
    total += counts[0][last] + counts[1][last];
  } while (last < FAR - 1 && total < wanted);
  return last;
}

// All allowed rows within a distance, rising, as far as there is room.
static long within(const th_recall_kernels *kernels, const uint16_t *distances, long n, const uint8_t *allowed, long last,
                   uint32_t *result, long room) {
  uint32_t near[BLOCK];
  long found = 0;
  for (long start = 0; start < n && found < room; start += BLOCK) {
    long end = start + BLOCK < n ? start + BLOCK : n;
    long some = kernels->within(distances, start, end, (uint16_t)last, near);
    for (long k = 0; k < some && found < room; k++) {
      result[found] = near[k];
      found += !allowed || allowed[near[k]] != 0;
    }
  }
  return found;
}

long th_recall_nearest(const th_recall_kernels *kernels, const uint16_t *distances, long n, const uint8_t *allowed,
                       long wanted, uint32_t *result, long room) {
  enum { STEP = 16 };
  if (n > 4096 * STEP) {
    // A sixteenth of the rows tells nearly how far to look; what is found within shows exactly how far.
    long last = reach(distances, n, allowed, (wanted + wanted / 4) / STEP + 1, STEP);
    long found = within(kernels, distances, n, allowed, last, result, room);
    if (found >= wanted && found < room) {
      uint32_t counts[FAR] = {0};
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
  return within(kernels, distances, n, allowed, reach(distances, n, allowed, wanted, 1), result, room);
}

long th_recall_open(const uint8_t *allowed, long n, uint32_t *result, long room) {
  long found = 0;
  for (long i = 0; i < n && found < room;) {
    uint64_t eight = 1;
    if (i + 8 <= n) memcpy(&eight, allowed + i, 8);
    if (eight == 0) {
      i += 8;
      continue;
    }
    long end = i + 8 < n ? i + 8 : n;
    for (; i < end && found < room; i++) {
      result[found] = (uint32_t)i;
      found += allowed[i] != 0;
    }
  }
  return found;
}

void th_recall_pour(const uint32_t *rows, const uint8_t *impacts, long n, float weight, float *scores) {
  for (long i = 0; i < n; i++) scores[rows[i]] += weight * impacts[i];
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
