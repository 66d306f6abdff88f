/// What heads, memory and detector look at.
struct FeatureRow: Sendable {
  /// The sentence vector's last two blocks, scaled, then what the caller added.
  var numbers: [Float] = []
  /// All its blocks, then what the caller added.
  var layers: [Float] = []
  /// The encoder's own embedding, of length one; empty without an encoder.
  var point: [Float] = []
  var grams = NGrams.Row()
  /// The columns of each word, where words are read in their order.
  var words: [[UInt32]] = []
}

/// Makes feature rows of sentences, the same way for training and for use.
struct FeatureMaker {
  let grams: NGrams
  var words: WordRuns?
  let repair: SpellRepair
  let vectors: (any SentenceVectors)?
  let extras: Int

  /// How long the dense part of a row is, beside n-grams of length one: chosen on CLINC150's and HWU64's validation rows.
  static let denseLength: Float = 1.5

  func rows(_ queries: [TextClassifier.Query]) throws -> [FeatureRow] {
    try rows(
      Shards.map(queries.count) { range in
        range.map { index in
          let forms = WordForms(queries[index].text)
          return (forms, queries[index])
        }
      })
  }

  /// - Parameter queries: with the words of their texts, which may be others than those of the text (noise).
  func rows(_ queries: [(forms: WordForms, query: TextClassifier.Query)]) throws -> [FeatureRow] {
    var rows: [(row: FeatureRow, text: String)] = Shards.map(queries.count) { range in
      range.map { index in
        let (forms, query) = queries[index]
        let repaired = repair.repaired(forms)
        let text = query.encoderText ?? repaired?.text ?? query.text
        return (sparse(repaired ?? forms, query), text)
      }
    }
    guard let vectors else { return rows.map(\.row) }
    let numbers = try vectors.vectors(rows.map(\.text))
    let blocks = min(2, vectors.blocks)
    let scale = Self.denseLength / Float(blocks).squareRoot()
    for index in rows.indices {
      let own = numbers[(index * vectors.depth)..<((index + 1) * vectors.depth)]
      rows[index].row.layers = own + rows[index].row.numbers
      rows[index].row.numbers = own.suffix(blocks * vectors.width).map { $0 * scale } + rows[index].row.numbers
      rows[index].row.point = Array(own.suffix(vectors.width))
    }
    return rows.map(\.row)
  }

  private func sparse(_ forms: WordForms, _ query: TextClassifier.Query) -> FeatureRow {
    FeatureRow(
      numbers: Array((query.extras + [Float](repeating: 0, count: extras)).prefix(extras)), grams: grams.row(forms),
      words: words?.words(forms) ?? [])
  }
}
