// The scans, written once; the including file defines FN(name), DOT(row, query) and
// DIFFERING(row, query, worths), and its instructions.

static void FN(distances)(const uint64_t *rows, const uint32_t *which, long n, const uint64_t *query,
                          const uint8_t *worths, uint16_t *distances) {
  for (long i = 0; i < n; i++) {
    // Rows lie far apart: the next ones are asked for while this one is worked on.
    if (i + 8 < n) {
      __builtin_prefetch(rows + (long)which[i + 8] * TH_RECALL_WORDS);
      __builtin_prefetch(rows + (long)which[i + 8] * TH_RECALL_WORDS + TH_RECALL_WORDS - 1);
    }
    distances[i] = DIFFERING(rows + (long)which[i] * TH_RECALL_WORDS, query, worths);
  }
}

static void FN(dots)(const int8_t *rows, const uint32_t *which, long n, const int8_t *query, int32_t *dots) {
  for (long i = 0; i < n; i++) {
    if (i + 8 < n)
      for (int k = 0; k < TH_RECALL_WIDTH; k += 64)
        __builtin_prefetch(rows + (long)which[i + 8] * TH_RECALL_WIDTH + k);
    dots[i] = DOT(rows + (long)which[i] * TH_RECALL_WIDTH, query);
  }
}
