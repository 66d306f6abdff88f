import CEncoder

/// What one run through the encoder works in; made once, used again, by one thread at a time.
///
/// Pages that no text was long enough for are never touched.
// Sendable: handed from thread to thread through the encoder's lock, never shared.
final class EncoderArena: @unchecked Sendable {
  /// Rows of all texts of a run together, and texts: the shortest has a start and an end.
  static let rows = WeightLayout.positions, texts = rows / 2

  var folder = ScalarFolder()
  /// The pieces of a run's texts, one text after the other, and room to cut one more.
  let ids: UnsafeMutablePointer<Vocabulary.ID>
  /// Where each text's pieces end.
  let ends: UnsafeMutablePointer<Int>
  private let floats: UnsafeMutablePointer<Float>
  private let bytes: UnsafeMutablePointer<UInt8>

  let state, projected, queryKeyValue, inner, scratch: UnsafeMutablePointer<Float>
  let quantised: th_rows_u8
  /// The results, a row of 384 a text.
  let final, middle, early: UnsafeMutablePointer<Float>

  init() {
    let (rows, width, wide) = (Self.rows, WeightLayout.width, WeightLayout.inner)
    let sizes = [
      rows * width, rows * width, rows * 3 * width, rows * wide, Int(TH_ATTENTION_SCRATCH), rows, rows,
      Self.texts * width, Self.texts * width, Self.texts * width,
    ]
    floats = .allocate(capacity: sizes.reduce(0, +))
    bytes = .allocate(capacity: rows * wide)
    ids = .allocate(capacity: 2 * rows)
    ends = .allocate(capacity: Self.texts)
    var next = floats
    let parts = sizes.map { size in
      defer { next += size }
      return next
    }
    (state, projected, queryKeyValue, inner, scratch) = (parts[0], parts[1], parts[2], parts[3], parts[4])
    quantised = th_rows_u8(bytes: bytes, scales: parts[5], lows: parts[6])
    (final, middle, early) = (parts[7], parts[8], parts[9])
  }

  deinit {
    floats.deallocate()
    bytes.deallocate()
    ids.deallocate()
    ends.deallocate()
  }
}
