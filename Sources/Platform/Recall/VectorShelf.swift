/// A vector a row, or none.
struct VectorShelf {
  private let width: Int
  private var rows: [[Float]?] = []

  init(width: Int) { self.width = width }

  mutating func append(_ vector: [Float]?) { rows.append(vector) }
  mutating func set(_ vector: [Float], _ row: Int) { rows[row] = vector }

  /// The cosine, for vectors of length 1; 0 for a row without.
  func likeness(_ vector: [Float], _ row: Int) -> Float {
    guard let other = rows[row] else { return 0 }
    var sum: Float = 0
    for index in 0..<width { sum += vector[index] * other[index] }
    return sum
  }
}
