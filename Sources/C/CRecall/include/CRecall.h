#ifndef THINNAI_RECALL_H
#define THINNAI_RECALL_H

#include <stdint.h>

// Scans over the vectors and the terms of an index of memories. Rows are arrays one behind the other; nothing is checked
// here: the room Recall owns the arrays. All kernels give the same numbers, to the last bit.

/// Numbers of a vector: a row is 384 bytes, its signs 48.
enum { TH_RECALL_WIDTH = 384, TH_RECALL_WORDS = TH_RECALL_WIDTH / 64 };

/// The head of a row's signs, in bytes: read for every question. Heads stand in blocks of so many rows, byte by byte: the
/// first byte of all of them, then the second.
enum { TH_RECALL_HEAD = 24, TH_RECALL_BLOCK = 32 };

/// What differing signs count for a question: a table of 16 for each half byte of a head, the lower half first.
enum { TH_RECALL_WORTHS = 2 * TH_RECALL_HEAD * 16 };

/// Sets of kernels there are.
enum { TH_RECALL_SETS = 3 };

/// One set of kernels, for one set of instructions: constants only.
typedef struct __attribute__((swift_attr("@Sendable"))) {
  /// "avx512-vnni", "avx2" or "plain".
  const char *name;
  /// distances[i] = how much the signs count in which the head of row i differs from the query; below 1,536. Whole blocks
  /// are read and written.
  void (*heads)(const uint8_t *heads, long n, const uint8_t *worths, uint16_t *distances);
  /// All rows within a distance, rising. `result` has room for as many as there are. Returns how many were written.
  long (*within)(const uint16_t *distances, long from, long to, uint16_t last, uint32_t *result);
  /// distances[i] = the sum of `worths` (one a sign) over the signs in which row which[i] differs from the query.
  void (*distances)(const uint64_t *rows, const uint32_t *which, long n, const uint64_t *query, const uint8_t *worths,
                    uint16_t *distances);
  /// dots[i] = Σ query · rows[which[i]].
  void (*dots)(const int8_t *rows, const uint32_t *which, long n, const int8_t *query, int32_t *dots);
  /// The rows from `from` up to `to` whose score is above 0 and not below `least`. `result` has room for one more than
  /// there are rows. Returns how many were written.
  long (*above)(const float *scores, long from, long to, float least, uint32_t *result);
} th_recall_kernels;

/// The sets this processor can run, best first; the last is always "plain".
int th_recall_kernel_sets(const th_recall_kernels *sets[TH_RECALL_SETS]);

/// Splits a vector: x ≈ scale · (256 · code + fine), and its signs. All of a vector without length become 0.
void th_recall_pack(const float *vector, int8_t *codes, uint8_t *fine, float *scale, uint64_t *signs);

/// Puts the signs of some rows at their place among the heads.
void th_recall_stand(const uint64_t *signs, long from, long to, uint8_t *heads);

/// What each differing sign of a head counts, by how large the query's number is. Four bytes of a head count 255 at most.
void th_recall_worths(const float *query, uint8_t worths[TH_RECALL_WORTHS]);

/// What each differing sign counts, by how large the query's number is: 4,000 for all of them at most.
void th_recall_sign_worths(const float *query, uint8_t worths[TH_RECALL_WIDTH]);

/// Σ query · (256 · code + fine), scaled: the cosine of vectors of length 1, to five digits.
float th_recall_exact(const int8_t *codes, const uint8_t *fine, float scale, const float *query);

/// The `wanted` rows of least distance, and all that are as near as the last of them, in their order; only rows whose
/// `allowed` is not 0, or all without it. Distances are below 4,096. `result` has room for `room` rows.
/// Returns how many were written.
long th_recall_nearest(const th_recall_kernels *kernels, const uint16_t *distances, long n, const uint8_t *allowed,
                       long wanted, uint32_t *result, long room);

/// The rows whose byte is not 0, rising, as far as there is room. Returns how many were written.
long th_recall_open(const uint8_t *allowed, long n, uint32_t *result, long room);

/// scores[rows[i]] += weight · impacts[i]; a row that had 0 is written behind the `touched` ones.
/// Returns how many are touched now. Weights and impacts are above 0.
long th_recall_add(const uint32_t *rows, const uint8_t *impacts, long n, float weight, float *scores, uint32_t *touched,
                   long count);

/// The same where most rows will have a score and none is noted: they are looked through all.
void th_recall_pour(const uint32_t *rows, const uint8_t *impacts, long n, float weight, float *scores);

#endif
