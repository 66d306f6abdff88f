import CEncoder

/// Brings the weights of all-MiniLM-L6-v2 from its file into a layout.
struct WeightPacker {
  let source: SafeTensors
  let layout: WeightLayout
  let block: UnsafeMutableRawPointer

  func pack() throws {
    let (width, inner) = (WeightLayout.width, WeightLayout.inner)
    for (index, layer) in layout.layers.enumerated() {
      let name = "encoder.layer.\(index)."
      let attention = name + "attention.self."
      // The scores' scale, 1/√32, goes into the queries.
      let scale = 1 / Float(TH_HEAD).squareRoot()
      for (part, (kind, scale)) in [("query", scale), ("key", 1), ("value", 1)].enumerated() {
        try pack(attention + kind, layer.queryKeyValue, from: part * width, columns: width, scale: scale)
      }
      try pack(name + "attention.output.dense", layer.attention)
      try copy(name + "attention.output.LayerNorm", layer.attentionNorm)
      try pack(name + "intermediate.dense", layer.inner)
      try pack(name + "output.dense", layer.outer)
      try copy(name + "output.LayerNorm", layer.outputNorm)
      precondition(layer.inner.columns == inner)
    }
    try copy("embeddings.LayerNorm", layout.norm)
    // Texts are cut to 256 pieces, so that half of the positions are never asked for.
    let positions = try source.floats("embeddings.position_embeddings.weight", 512, width)
    (block + layout.positions).copyMemory(from: positions.baseAddress!, byteCount: WeightLayout.positions * width * 4)
    let types = try source.floats("embeddings.token_type_embeddings.weight", 2, width)
    (block + layout.type).copyMemory(from: types.baseAddress!, byteCount: width * 4)
    let words = try Self.words(source)
    if layout.precision == .int8 {
      th_pack_rows_i8(
        words, Int32(WeightLayout.words), (block + layout.words).assumingMemoryBound(to: Int8.self),
        floats(layout.wordScales))
    }
  }

  /// The table of words as it lies in the file.
  static func words(_ source: SafeTensors) throws -> UnsafeRawPointer {
    try source.floats("embeddings.word_embeddings.weight", WeightLayout.words, WeightLayout.width).baseAddress!
  }

  private func floats(_ offset: Int) -> UnsafeMutablePointer<Float> {
    (block + offset).assumingMemoryBound(to: Float.self)
  }

  /// - Parameter from: the first of the matrix's columns that this tensor fills; a multiple of a panel's width.
  private func pack(
    _ name: String, _ matrix: WeightLayout.Matrix, from: Int = 0, columns: Int? = nil, scale: Float = 1
  ) throws {
    let (count, rows) = (columns ?? matrix.columns, matrix.rows)
    let weight = try source.floats(name + ".weight", count, rows).baseAddress
    let bias = try source.floats(name + ".bias", count)
    for column in 0..<count {
      floats(matrix.bias)[from + column] = bias.loadUnaligned(fromByteOffset: column * 4, as: Float.self) * scale
    }
    if layout.precision == .int8 {
      let bytes = (block + matrix.weights).assumingMemoryBound(to: Int8.self) + from * rows
      th_pack_i8(
        weight, Int32(count), Int32(rows), scale, bytes, floats(matrix.scales) + from, floats(matrix.sums) + from)
    } else {
      th_pack(weight, Int32(count), Int32(rows), scale, floats(matrix.weights) + from * rows)
    }
  }

  private func copy(_ name: String, _ norm: WeightLayout.Norm) throws {
    let gain = try source.floats(name + ".weight", WeightLayout.width)
    let bias = try source.floats(name + ".bias", WeightLayout.width)
    (block + norm.gain).copyMemory(from: gain.baseAddress!, byteCount: gain.count)
    (block + norm.bias).copyMemory(from: bias.baseAddress!, byteCount: bias.count)
  }
}
