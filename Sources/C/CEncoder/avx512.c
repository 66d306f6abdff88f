#include "CEncoder.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define FN(name) th_avx512_##name
#define VECTOR 64
#define TILE_ROWS 14
#define TILE_VECTORS 2

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma"))), apply_to = function)
#include "float.h"
#include "pair_i8.h"
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,fma"))),               \
                             apply_to = function)
#define DOT(sums, bytes, weights) (VI) _mm512_dpbusd_epi32((__m512i)(sums), (__m512i)(bytes), (__m512i)(weights))
#include "dot_i8.h"
#pragma clang attribute pop

const th_kernels th_avx512 = {
    "avx512", FN(multiply), FN(multiply_pair), FN(quantise), FN(attend), FN(add_norm), FN(pool),
};
const th_kernels th_avx512_vnni = {
    "avx512-vnni", FN(multiply), FN(multiply_dot), FN(quantise), FN(attend), FN(add_norm), FN(pool),
};
#endif
