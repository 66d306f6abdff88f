#include "CEncoder.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define FN(name) th_avx2_##name
#define VECTOR 32
#define TILE_ROWS 6
#define TILE_VECTORS 2

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "float.h"
#include "pair_i8.h"
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx2,avxvnni,fma"))), apply_to = function)
#define DOT(sums, bytes, weights) (VI) _mm256_dpbusd_avx_epi32((__m256i)(sums), (__m256i)(bytes), (__m256i)(weights))
#include "dot_i8.h"
#pragma clang attribute pop

const th_kernels th_avx2 = {
    "avx2", FN(multiply), FN(multiply_pair), FN(quantise), FN(attend), FN(add_norm), FN(pool),
};
const th_kernels th_avx_vnni = {
    "avx-vnni", FN(multiply), FN(multiply_dot), FN(quantise), FN(attend), FN(add_norm), FN(pool),
};
#endif
