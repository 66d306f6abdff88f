/// Tablets that are counted by the strip or the box: "1 strip of 10", "2 strips of 15".
enum Packs {
  /// A strip has at least so many; a smaller number counts strips.
  private static let least = 10.0

  /// - Parameters:
  ///   - count: the first number that was said, or the answer to how many there are.
  ///   - said: the words as they were said, where they speak of strips.
  /// - Returns: `nil` where nobody said how many a strip has, and so it has to be asked.
  static func tablets(_ count: Double?, _ said: String?) -> Double? {
    guard let said, let count else { return count }
    let words = said.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
    let each = words.indices.dropLast().first { ["of", "x"].contains(words[$0]) && Int(words[$0 + 1]) != nil }
      .flatMap { Double(words[$0 + 1]) }
    // "a strip of 10" has no number before it
    if let each { return count == each ? each : count * each }
    return count < least && (count == 1 || words.contains("\(Int(count))")) ? nil : count
  }
}
