import Text

/// What is likelier for who speaks and after what was spoken of.
extension Interpreter {
  /// "What's my day like", of somebody who has no list of the day, asks for the calendar.
  func inOwnRooms(_ all: [Understood.Candidate]) -> [Understood.Candidate] {
    guard !request.insteads.isEmpty, all.contains(where: { own($0.intent) != $0.intent }) else { return all }
    var shares: [Understood.Candidate] = []
    for candidate in all {
      let intent = own(candidate.intent)
      if let place = shares.firstIndex(where: { $0.intent == intent }) {
        shares[place].confidence += candidate.confidence
      } else {
        shares.append(.init(intent: intent, confidence: candidate.confidence))
      }
    }
    return shares.sorted { ($0.confidence, $1.intent) > ($1.confidence, $0.intent) }
  }

  private func own(_ intent: String) -> String {
    guard let instead = request.insteads[intent], !isAllowed(intent), isAllowed(instead) else { return intent }
    return instead
  }

  /// "Biggest one?", "what about october": few words lean on what was spoken of, so its room is likelier than others.
  func lean(_ all: inout [Understood.Candidate], _ reading: Reading) {
    guard depth == 0, request.expectedSlot == nil, !request.isConfirming, let current = request.currentIntent,
      reading.sentence.tokens.count(where: { $0.kind == .word }) <= Self.leaning,
      let rooms = Self.neighbours.first(where: { $0.contains(Self.room(current)) })
    else { return }
    // "add 200 labels also", on a list, are no rupees
    let counts = Self.room(current) == "list" && reading.money.isEmpty && countsThings(reading)
    func weight(_ intent: String) -> Double {
      if intent.isEmpty { return Self.outside }
      if counts, intent == "expense.add" { return Self.hardly }
      return rooms.contains(Self.room(intent)) ? Self.near : 1
    }
    let rest = max(0, 1 - all.reduce(0) { $0 + $1.confidence })
    let whole = all.reduce(rest) { $0 + $1.confidence * weight($1.intent) }
    guard whole > 0 else { return }
    let leaning = all.map {
      Understood.Candidate(intent: $0.intent, confidence: $0.confidence * weight($0.intent) / whole)
    }
    .sorted { ($0.confidence, $1.intent) > ($1.confidence, $0.intent) }
    // a deed needs words of its own
    if all.first?.intent.isEmpty == true, let best = leaning.first?.intent, request.looking?.contains(best) != true {
      return
    }
    all = leaning
  }

  /// "200 labels", not "200 for labels".
  private func countsThings(_ reading: Reading) -> Bool {
    reading.numbers.contains { number in
      let next = number.tokens.upperBound
      return next < reading.sentence.tokens.count && reading.sentence.tokens[next].kind == .word
        && !["for", "on", "to", "rs", "rupees"].contains(reading.sentence.folded(next))
    }
  }

  private static let leaning = 6
  private static let near = 4.0
  private static let outside = 0.8
  private static let hardly = 0.02
  /// Rooms that people go on in when they spoke of one.
  private static let neighbours: [Set<String>] = [
    ["calendar", "event", "appointment", "day"], ["expense", "project"], ["task"], ["listing"], ["energy"], ["trade"],
    ["medicine", "measure"], ["list"], ["reminder"], ["birthday"],
  ]

  static func room(_ intent: String) -> String { String(intent.prefix { $0 != "." }) }
}
