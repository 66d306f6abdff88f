/// What stands on a list.
extension OpenSlots {
  /// "make a list for packing: boxes, tape": what stands behind the colon, where a list is named in front of it.
  func behindColon() -> Range<Int>? {
    let sentence = reading.sentence
    guard let mark = sentence.tokens.indices.first(where: { sentence.folded($0) == ":" }),
      mark + 1 < sentence.tokens.count, (0..<mark).contains(where: { sentence.folded($0) == "list" })
    else { return nil }
    return (mark + 1)..<sentence.tokens.count
  }
}
