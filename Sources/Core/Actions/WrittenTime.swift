import Time

extension ArgumentReading {
  /// A time in words; nothing of what is written in figures that are no time, of which a part would be read as another one.
  package func time(_ text: String, _ kind: SlotKind) -> SlotValue? {
    WrittenTime.isPossible(text) ? words?(text, kind) : nil
  }
}

/// Times that programs write, and that no loose reading may bend: `2026-13-05`, `25:00`, `12/13/2026`.
enum WrittenTime {
  /// Whether the figures in a text can be dates and hours at all. Days come first, as everywhere in the house.
  static func isPossible(_ text: String) -> Bool {
    var rest = Substring(text)
    while let first = rest.firstIndex(where: { $0.isASCII && $0.isNumber }) {
      let run = rest[first...].prefix { $0.isASCII && ($0.isNumber || ":-/".contains($0)) }
      rest = rest[run.endIndex...]
      guard isPossible(run: run, isFollowedBy: rest.first) else { return false }
    }
    return true
  }

  private static func isPossible(run: Substring, isFollowedBy next: Character?) -> Bool {
    func parts(_ mark: Character) -> [Int]? {
      let pieces = run.split(separator: mark, omittingEmptySubsequences: false)
      guard pieces.count > 1 else { return nil }
      let numbers = pieces.compactMap { Int($0) }
      return numbers.count == pieces.count ? numbers : nil
    }
    if let clock = parts(":") {
      return clock.count <= 3 && (0...24).contains(clock[0]) && clock.dropFirst().allSatisfy { (0..<60).contains($0) }
        && (clock[0] < 24 || clock.dropFirst().allSatisfy { $0 == 0 })
    }
    if let date = parts("/"), date.count == 3 {
      return date[0] > 31 ? (1...12).contains(date[1]) : (1...31).contains(date[0]) && (1...12).contains(date[1])
    }
    // whoever writes the year first and goes on as ISO 8601 does has to do so to the end, and that was read before
    let isYearFirst = run.prefix { $0.isNumber }.count == 4 && run.dropFirst(4).first == "-"
    return !isYearFirst || (CivilDate(run) != nil && next != "T")
  }
}
