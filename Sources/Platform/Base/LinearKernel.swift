import CLinear

/// The three loops of a linear classifier over sparse rows, vectorised in C so that debug builds are fast too.
///
/// Widths are multiples of 16; every row index must lie inside the weights. Nothing is checked here: callers check
/// when they build or load a model.
package enum LinearKernel {
  /// Adds the rows, weighted, to the scores.
  package static func scores(
    weights: UnsafePointer<Float>, rows: UnsafeBufferPointer<UInt32>, values: UnsafeBufferPointer<Float>, width: Int,
    into scores: UnsafeMutablePointer<Float>
  ) {
    th_linear_scores(weights, rows.baseAddress, values.baseAddress, Int32(values.count), Int32(width), scores)
  }

  /// The same on bytes with one scale a row.
  package static func scores(
    bytes: UnsafePointer<Int8>, scales: UnsafePointer<Float>, rows: UnsafeBufferPointer<UInt32>,
    values: UnsafeBufferPointer<Float>, width: Int, into scores: UnsafeMutablePointer<Float>
  ) {
    th_linear_scores_i8(bytes, scales, rows.baseAddress, values.baseAddress, Int32(values.count), Int32(width), scores)
  }

  /// One step of AdaGrad with one accumulator a row and decay towards zero.
  package static func update(
    weights: UnsafeMutablePointer<Float>, squares: UnsafeMutablePointer<Float>, rows: UnsafeBufferPointer<UInt32>,
    values: UnsafeBufferPointer<Float>, width: Int, gradient: UnsafePointer<Float>, norm: Float, rate: Float,
    decay: Float
  ) {
    th_linear_update(
      weights, squares, rows.baseAddress, values.baseAddress, Int32(values.count), Int32(width), gradient, norm, rate,
      decay)
  }
}
