#ifndef THINNAI_ENCODER_H
#define THINNAI_ENCODER_H

#include <stdint.h>

// The arithmetic of a BERT encoder of MiniLM's shape: 384 wide, 12 heads of 32, 1536 inside. Matrices are row-major.
// Nothing is checked here: the room Embedding checks what it loads. Buffers need no alignment.
//
// A weight matrix is packed in panels of 32 columns: for each panel, `k` rows of 32 floats; as bytes, `k / 4` rows of
// 32 columns of 4 consecutive rows, as the dot-product instructions want them.

/// Sets of kernels there are.
enum { TH_KERNEL_SETS = 5 };

enum { TH_WIDTH = 384, TH_INNER = 1536, TH_HEADS = 12, TH_HEAD = 32, TH_PANEL = 32, TH_TOKENS = 256 };

/// Bytes ahead that weights are asked for: they come from afar once for every text.
enum { TH_AHEAD = 2048 };

/// Floats that `attend` needs to work in.
enum { TH_ATTENTION_SCRATCH = TH_TOKENS * TH_HEAD + 16 * (TH_TOKENS + 16) };

/// Rows quantised to bytes, each with a scale and a lowest value: x ≈ scale * byte + low.
typedef struct {
  uint8_t *bytes;
  float *scales;
  float *lows;
} th_rows_u8;

/// A packed matrix of bytes: w ≈ scale[column] * byte; sums[column] adds up the bytes of the column.
typedef struct {
  const int8_t *bytes;
  const float *scales;
  const float *sums;
} th_matrix_i8;

/// One set of kernels, for one set of instructions: constants only.
typedef struct __attribute__((swift_attr("@Sendable"))) {
  /// "avx512-vnni", "avx512", "avx-vnni", "avx2" or "plain".
  const char *name;
  /// c[rows × columns] = a[rows × k] · w + bias, then GELU (exact, by erf) when asked. k is 384 or 1536.
  void (*multiply)(const float *a, int rows, int k, const float *w, const float *bias, int columns, int gelu, float *c);
  /// The same on bytes.
  void (*multiply_i8)(th_rows_u8 a, int rows, int k, th_matrix_i8 w, const float *bias, int columns, int gelu, float *c);
  /// Quantises each row of `width` (a multiple of 64) by its own range.
  void (*quantise)(const float *a, int rows, int width, th_rows_u8 out);
  /// Self-attention over the rows of one text: qkv[tokens × 3·384], the queries scaled before. tokens ≤ 256.
  void (*attend)(const float *qkv, int tokens, float *scratch, float *out);
  /// out = layer norm of (a + b), row by row; `out` may be `a` or `b`.
  void (*add_norm)(const float *a, const float *b, int rows, const float *gain, const float *bias, float *out);
  /// The mean of the rows, brought to length 1.
  void (*pool)(const float *a, int rows, float *out);
} th_kernels;

/// The sets this processor can run, best first; the last is always "plain".
int th_kernel_sets(const th_kernels *sets[TH_KERNEL_SETS]);

/// Packs a matrix as PyTorch keeps it (`columns` rows of `k`), each value times `scale`, from unaligned little-endian floats.
void th_pack(const void *weight, int columns, int k, float scale, float *out);
/// The same to bytes, with the scale and the sum of each column.
void th_pack_i8(const void *weight, int columns, int k, float scale, int8_t *out, float *scales, float *sums);
/// Quantises rows of 384 floats (unaligned) to bytes with one scale a row.
void th_pack_rows_i8(const void *table, int rows, int8_t *out, float *scales);

/// out = word + position + type, a row of 384; the words' rows may be unaligned.
void th_sum_rows(const void *word, const float *position, const float *type, float *out);
void th_sum_rows_i8(const int8_t *word, float scale, const float *position, const float *type, float *out);

/// A fast hash of bytes, to notice damage; no defence against an attacker.
uint64_t th_checksum(const void *bytes, uint64_t count);

#endif
