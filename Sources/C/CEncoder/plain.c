#include "CEncoder.h"

// What any processor of the kind can run: 16 bytes a vector.
#define FN(name) th_plain_##name
#define VECTOR 16
#define TILE_ROWS 6
#define TILE_VECTORS 2
#include "float.h"
#include "plain_i8.h"

const th_kernels th_plain = {
    "plain", FN(multiply), FN(multiply_spread), FN(quantise), FN(attend), FN(add_norm), FN(pool),
};
