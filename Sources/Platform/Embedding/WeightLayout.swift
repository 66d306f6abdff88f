import CEncoder

/// Where each part of the encoder lies in one block of memory, by bytes from its start.
///
/// The same for what is packed at load and for the file of bytes, so that both are read by the same code.
struct WeightLayout: Sendable {
  static let width = Int(TH_WIDTH)
  static let inner = Int(TH_INNER)
  static let layerCount = 6
  static let words = 30_522
  static let positions = Int(TH_TOKENS)

  /// `out = in · weights + bias`; scales and sums only where the weights are bytes.
  struct Matrix: Sendable {
    let columns: Int
    let rows: Int
    let weights: Int
    let scales: Int
    let sums: Int
    let bias: Int
  }
  struct Norm: Sendable {
    let gain: Int
    let bias: Int
  }
  struct Layer: Sendable {
    /// Queries, keys and values side by side.
    let queryKeyValue: Matrix
    let attention: Matrix
    let attentionNorm: Norm
    let inner: Matrix
    let outer: Matrix
    let outputNorm: Norm
  }

  let precision: SentenceEncoder.Precision
  let layers: [Layer]
  let norm: Norm
  let positions: Int
  let type: Int
  /// The table of words; floats stay in the file they come from.
  let words: Int
  let wordScales: Int
  let byteCount: Int

  init(_ precision: SentenceEncoder.Precision) {
    let isBytes = precision == .int8
    var end = 0
    func take(_ bytes: Int) -> Int {
      defer { end += (bytes + 63) / 64 * 64 }
      return end
    }
    func matrix(_ columns: Int, _ rows: Int) -> Matrix {
      Matrix(
        columns: columns, rows: rows, weights: take(columns * rows * (isBytes ? 1 : 4)),
        scales: take(isBytes ? columns * 4 : 0), sums: take(isBytes ? columns * 4 : 0), bias: take(columns * 4))
    }
    func norm() -> Norm { Norm(gain: take(Self.width * 4), bias: take(Self.width * 4)) }
    let (width, inner) = (Self.width, Self.inner)
    self.precision = precision
    layers = (0..<Self.layerCount).map { _ in
      Layer(
        queryKeyValue: matrix(3 * width, width), attention: matrix(width, width), attentionNorm: norm(),
        inner: matrix(inner, width), outer: matrix(width, inner), outputNorm: norm())
    }
    self.norm = norm()
    positions = take(Self.positions * width * 4)
    type = take(width * 4)
    wordScales = take(isBytes ? Self.words * 4 : 0)
    words = take(isBytes ? Self.words * width : 0)
    byteCount = end
  }
}
