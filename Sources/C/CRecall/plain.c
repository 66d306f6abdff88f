#include "CRecall.h"

static int32_t plain_dot(const int8_t *row, const int8_t *query) {
  int32_t sum = 0;
  for (int k = 0; k < TH_RECALL_WIDTH; k++) sum += row[k] * query[k];
  return sum;
}

#define FN(name) plain_##name
#define DOT plain_dot
#include "scan.h"

const th_recall_kernels th_recall_plain = {"plain", plain_distances, plain_dots};
