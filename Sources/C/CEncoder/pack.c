#include "CEncoder.h"

#include <string.h>

// The kernel sets, each in a file of its own.
extern const th_kernels th_plain;
#if defined(__x86_64__)
extern const th_kernels th_avx2, th_avx_vnni, th_avx512, th_avx512_vnni;
#endif

int th_kernel_sets(const th_kernels *sets[TH_KERNEL_SETS]) {
  int count = 0;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl")) {
    if (__builtin_cpu_supports("avx512vnni")) sets[count++] = &th_avx512_vnni;
    sets[count++] = &th_avx512;
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    if (__builtin_cpu_supports("avxvnni")) sets[count++] = &th_avx_vnni;
    sets[count++] = &th_avx2;
  }
#endif
  sets[count++] = &th_plain;
  return count;
}

static float at(const void *floats, long index) {
  float x;
  memcpy(&x, (const char *)floats + index * 4, 4);
  return x;
}

void th_pack(const void *weight, int columns, int k, float scale, float *out) {
  for (int n = 0; n < columns; n += TH_PANEL)
    for (int p = 0; p < k; p++)
      for (int j = 0; j < TH_PANEL; j++) *out++ = at(weight, (long)(n + j) * k + p) * scale;
}

static float magnitude(float x) { return x < 0 ? -x : x; }

static int8_t rounded(float x) {
  x += x < 0 ? -0.5f : 0.5f;
  return (int8_t)(x > 127 ? 127 : x < -127 ? -127 : (int)x);
}

void th_pack_i8(const void *weight, int columns, int k, float scale, int8_t *out, float *scales, float *sums) {
  for (int n = 0; n < columns; n++) {
    float most = 0;
    for (int p = 0; p < k; p++) {
      float x = magnitude(at(weight, (long)n * k + p));
      most = x > most ? x : most;
    }
    float to = most > 0 ? 127 / most : 0;
    int32_t sum = 0;
    int8_t *panel = out + (long)(n / TH_PANEL) * TH_PANEL * k + n % TH_PANEL * 4;
    for (int p = 0; p < k; p++) {
      int8_t byte = rounded(at(weight, (long)n * k + p) * to);
      sum += byte;
      panel[p / 4 * 4 * TH_PANEL + p % 4] = byte;
    }
    scales[n] = most / 127 * scale;
    sums[n] = (float)sum;
  }
}

void th_pack_rows_i8(const void *table, int rows, int8_t *out, float *scales) {
  for (int i = 0; i < rows; i++) {
    float most = 0;
    for (int j = 0; j < TH_WIDTH; j++) {
      float x = magnitude(at(table, (long)i * TH_WIDTH + j));
      most = x > most ? x : most;
    }
    float to = most > 0 ? 127 / most : 0;
    for (int j = 0; j < TH_WIDTH; j++) *out++ = rounded(at(table, (long)i * TH_WIDTH + j) * to);
    scales[i] = most / 127;
  }
}

void th_sum_rows(const void *word, const float *position, const float *type, float *out) {
  for (int j = 0; j < TH_WIDTH; j++) out[j] = at(word, j) + position[j] + type[j];
}

void th_sum_rows_i8(const int8_t *word, float scale, const float *position, const float *type, float *out) {
  for (int j = 0; j < TH_WIDTH; j++) out[j] = (float)word[j] * scale + position[j] + type[j];
}

uint64_t th_checksum(const void *bytes, uint64_t count) {
  // Four lanes, so that a multiplication need not wait for the last.
  uint64_t lanes[4] = {1, 2, 3, 4}, block[4] = {};
  const char *at = bytes;
  for (; count >= 32; count -= 32, at += 32) {
    memcpy(block, at, 32);
    for (int i = 0; i < 4; i++) lanes[i] = (lanes[i] ^ block[i]) * 0x9E3779B97F4A7C15u + (lanes[i] >> 29);
  }
  memset(block, 0, 32);
  memcpy(block, at, count);
  uint64_t hash = count;
  for (int i = 0; i < 4; i++) {
    lanes[i] = (lanes[i] ^ block[i]) * 0x9E3779B97F4A7C15u + (lanes[i] >> 29);
    hash = (hash ^ lanes[i]) * 0xD6E8FEB86659FD93u;
    hash ^= hash >> 32;
  }
  return hash;
}
