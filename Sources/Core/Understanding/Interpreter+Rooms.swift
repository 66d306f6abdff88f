import Text

/// What is likelier for who speaks and after what was spoken of.
extension Interpreter {
  /// "What's my day like", of somebody who has no list of the day, asks for the calendar.
  func inOwnRooms(_ all: [Understood.Candidate]) -> [Understood.Candidate] {
    var shares = all
    for (intent, instead) in request.insteads {
      guard let place = shares.firstIndex(where: { $0.intent == intent }), !isAllowed(intent), isAllowed(instead) else {
        continue
      }
      let share = shares.remove(at: place).confidence
      if let own = shares.firstIndex(where: { $0.intent == instead }) {
        shares[own].confidence += share
      } else {
        shares.append(.init(intent: instead, confidence: share))
      }
    }
    return shares.count == all.count && shares == all ? all : shares.sorted(by: Self.isLikelier)
  }

  /// "Biggest one?", "what about october": few words lean on what was spoken of, so its room is likelier than others.
  func lean(_ all: inout [Understood.Candidate], _ reading: Reading) {
    guard depth == 0, request.expectedSlot == nil, !request.isConfirming, let current = request.currentIntent,
      reading.sentence.tokens.count(where: { $0.kind == .word }) <= Self.leaning,
      let rooms = Self.neighbours.first(where: { Self.isOf($0, current) })
    else { return }
    // "add 200 labels also", on a list, are no rupees
    let counts = Self.isOf(["list."], current) && reading.money.isEmpty && countsThings(reading)
    func weight(_ intent: String) -> Double {
      if intent.isEmpty { return Self.outside }
      if counts, intent == "expense.add" { return Self.hardly }
      return Self.isOf(rooms, intent) ? Self.near : 1
    }
    var leaning = all
    var whole = max(0, 1 - all.reduce(0) { $0 + $1.confidence })
    for index in leaning.indices {
      leaning[index].confidence *= weight(leaning[index].intent)
      whole += leaning[index].confidence
    }
    guard whole > 0 else { return }
    for index in leaning.indices { leaning[index].confidence /= whole }
    leaning.sort(by: Self.isLikelier)
    // a deed needs words of its own
    if all.first?.intent.isEmpty == true, let best = leaning.first?.intent, request.looking?.contains(best) != true {
      return
    }
    all = leaning
  }

  /// The likeliest of some intents, where one stands out among them.
  func understand(within prefix: String) -> Understood? {
    let sentence = Sentence(request.text)
    let language = (brain.trained?.detector ?? LanguageDetector()).detect(sentence, preferred: request.languages)
    let reading = reading(sentence, language)
    let inside = Self.classify(reading, brain, taught, without: nil).filter {
      $0.intent.hasPrefix(prefix) && isAllowed($0.intent)
    }
    guard let best = inside.first, best.confidence >= Self.trace,
      best.confidence > 2 * (inside.dropFirst().first?.confidence ?? 0)
    else { return nil }
    let slots = Slots(reading, request, brain, intent: best.intent)
    return Understood(
      language: language, intent: best.intent, confidence: Self.surety,
      candidates: [.init(intent: best.intent, confidence: Self.surety)], slots: slots.values, entities: slots.entities,
      kind: .intent)
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
  private static let neighbours = [
    ["calendar.", "event.", "appointment.", "day."], ["expense.", "project."], ["task."], ["listing."], ["energy."],
    ["trade."], ["medicine.", "measure."], ["list."], ["reminder."], ["birthday."],
  ]

  private static func isOf(_ rooms: [String], _ intent: String) -> Bool {
    rooms.contains { intent.utf8.starts(with: $0.utf8) }
  }

  private static func isLikelier(_ one: Understood.Candidate, _ other: Understood.Candidate) -> Bool {
    (one.confidence, other.intent) > (other.confidence, one.intent)
  }

  static func room(_ intent: String) -> String { String(intent.prefix { $0 != "." }) }
}
