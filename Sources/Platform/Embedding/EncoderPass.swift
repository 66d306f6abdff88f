import CEncoder

/// One run: the pieces of some texts, one text under the other without padding, through six layers.
struct EncoderPass {
  let weights: Weights
  let kernels: th_kernels
  let arena: EncoderArena

  /// The layers, counted from 1, whose outputs are the early and the middle embedding.
  private static let earlyLayer = 2, middleLayer = 4

  /// Leaves the embeddings of `count` texts in the arena, whose `ids` and `ends` are filled.
  func run(_ count: Int) {
    let rows = arena.ends[count - 1]
    embed(count)
    for (index, layer) in weights.layout.layers.enumerated() {
      run(layer, rows: rows, count)
      if index + 1 == Self.earlyLayer { pool(count, into: arena.early) }
      if index + 1 == Self.middleLayer { pool(count, into: arena.middle) }
    }
    pool(count, into: arena.final)
  }

  /// Calls the body with the rows of each text.
  private func forEach(_ count: Int, _ body: (_ index: Int, _ from: Int, _ rows: Int) -> Void) {
    var from = 0
    for index in 0..<count {
      body(index, from, arena.ends[index] - from)
      from = arena.ends[index]
    }
  }

  private func embed(_ count: Int) {
    forEach(count) { _, from, rows in
      for place in 0..<rows {
        weights.sum(arena.ids[from + place], at: place, into: arena.projected + (from + place) * WeightLayout.width)
      }
    }
    let rows = arena.ends[count - 1]
    arena.state.initialize(repeating: 0, count: rows * WeightLayout.width)
    norm(weights.layout.norm, rows)
  }

  private func run(_ layer: WeightLayout.Layer, rows: Int, _ count: Int) {
    multiply(arena.state, rows, layer.queryKeyValue, into: arena.queryKeyValue)
    forEach(count) { _, from, rows in
      kernels.attend(
        arena.queryKeyValue + from * 3 * WeightLayout.width, Int32(rows), arena.scratch,
        arena.projected + from * WeightLayout.width)
    }
    // The inner rows are free until the feed-forward part, so they take the attention's output.
    multiply(arena.projected, rows, layer.attention, into: arena.inner)
    norm(layer.attentionNorm, rows, adding: arena.inner)
    multiply(arena.state, rows, layer.inner, into: arena.inner, gelu: true)
    multiply(arena.inner, rows, layer.outer, into: arena.projected)
    norm(layer.outputNorm, rows)
  }

  private func multiply(
    _ input: UnsafePointer<Float>, _ rows: Int, _ matrix: WeightLayout.Matrix, into out: UnsafeMutablePointer<Float>,
    gelu: Bool = false
  ) {
    let (count, k, columns, gelu) = (Int32(rows), Int32(matrix.rows), Int32(matrix.columns), Int32(gelu ? 1 : 0))
    switch weights.layout.precision {
    case .float:
      kernels.multiply(
        input, count, k, weights.floats(matrix.weights), weights.floats(matrix.bias), columns, gelu, out)
    case .int8:
      kernels.quantise(input, count, k, arena.quantised)
      kernels.multiply_i8(
        arena.quantised, count, k, weights.matrix(matrix), weights.floats(matrix.bias), columns, gelu, out)
    }
  }

  private func norm(_ norm: WeightLayout.Norm, _ rows: Int, adding other: UnsafePointer<Float>? = nil) {
    kernels.add_norm(
      arena.state, other ?? UnsafePointer(arena.projected), Int32(rows), weights.floats(norm.gain),
      weights.floats(norm.bias), arena.state)
  }

  private func pool(_ count: Int, into out: UnsafeMutablePointer<Float>) {
    forEach(count) { index, from, rows in
      kernels.pool(arena.state + from * WeightLayout.width, Int32(rows), out + index * WeightLayout.width)
    }
  }
}
