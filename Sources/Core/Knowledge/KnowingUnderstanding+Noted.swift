import Actions
import Text
import Understanding

/// What was told in some words and is asked for in others.
extension KnowingUnderstanding {
  /// Of the words that are asked about, so many must stand in what was told.
  private static let share = 0.6

  /// "What is the credit period for Lakshmi Stores", where "Lakshmi Stores pays on 45 days credit" was told; "kumar number?"
  /// of somebody who is no place. Only where no room knows what is asked.
  func noted(_ other: Understood, _ request: UnderstandingRequest) -> Understood? {
    guard request.expectedSlot == nil, request.allowedIntents?.contains(AskMemory.name) != false,
      other.also.isEmpty, isStray(other, request), case let said = SaidWord.cut(request.text), said.count <= 16,
      isAsking(said, request), case let wanted = telling(said), !wanted.isEmpty,
      let told = request.list(Knowledge.ownWords)?.entries, let about = asked(wanted, of: told)
    else { return nil }
    var known = Understood(
      language: other.language, intent: AskMemory.name, confidence: 0.9,
      slots: ["question": .text("what do you know about " + about)], kind: .intent)
    known.candidates = [.init(intent: AskMemory.name, confidence: 0.9)]
    return known
  }

  /// "Nice quiet cafe to work with wifi" looks for one, and tells nothing of anybody who works.
  func search(_ reading: Reading, _ request: UnderstandingRequest) async -> Understood? {
    guard reading.sense == .tell, case .name(let name)? = reading.subject,
      request.allowedIntents?.contains("listing.search") == true,
      !request.names.contains(where: { FactText.folded($0) == FactText.folded(name) })
    else { return nil }
    let other = await base.understand(request)
    return other.intent == "listing.search" && other.confidence >= Self.surelySearched ? other : nil
  }

  private static let surelySearched = 0.6

  /// Nothing, or a place that the directory does not have.
  private func isStray(_ other: Understood, _ request: UnderstandingRequest) -> Bool {
    if other.kind == .outOfScope { return true }
    guard other.kind == .intent, other.intent == "listing.details", case .text(let place)? = other.slots["listing"]
    else { return false }
    return request.list("listing")?.holds(place, language: other.language) != true
  }

  private func isAsking(_ said: [SaidWord], _ request: UnderstandingRequest) -> Bool {
    request.text.utf8.last { $0 > 0x20 } == UInt8(ascii: "?") || said.contains { asks($0.folded) }
  }

  /// "whats" as well.
  private func asks(_ word: String) -> Bool {
    reader.words.tongues.values.contains {
      $0.asks.contains(word) || word.last == "s" && $0.asks.contains(String(word.dropLast()))
    }
  }

  private func telling(_ said: [SaidWord]) -> [String] {
    let tongues = reader.words.tongues.values
    return said.map(\.folded).filter { word in
      word.unicodeScalars.count > 1 && word != "for" && !asks(word)
        && !tongues.contains { tongue in
          tongue.articles.contains(word) || tongue.isPronoun(word) || tongue.never.contains(word)
            || tongue.isVerb(word) || tongue.times.contains(word)
            || tongue.cases["of"]?.words.contains([word]) == true
        }
    }
  }

  /// The words of what was told that are asked about: most of a note's, or a name.
  private func asked(_ wanted: [String], of told: [EntityEntry]) -> String? {
    var best: [String] = []
    var most = 1
    for entry in told {
      let held = SaidWord.cut(entry.name).map(\.folded)
      let found = wanted.filter { word in held.contains { Self.isSame(word, $0) } }
      if entry.id.hasPrefix(Knowledge.namePrefix) {
        let isNamed = !held.isEmpty && held.allSatisfy { one in wanted.contains { Self.isSame($0, one) } }
        if isNamed { return entry.name }
      } else if entry.id.hasPrefix(Knowledge.notePrefix), found.count > most,
        Double(found.count) >= Self.share * Double(wanted.count)
      {
        best = Self.longestRun(of: found, in: held)
        most = found.count
      }
    }
    return best.isEmpty ? nil : best.joined(separator: " ")
  }

  /// The most words that stand one behind the other there: by these it is found again.
  private static func longestRun(of words: [String], in held: [String]) -> [String] {
    let runs = held.split { word in !words.contains { isSame($0, word) } }
    return runs.max { $0.count < $1.count }.map(Array.init) ?? words
  }

  /// "kumars number" is Kumar's.
  private static func isSame(_ said: String, _ told: String) -> Bool {
    said == told || told.count > 3 && (said == told + "s" || said == told + "'s")
      || said.count > 3 && told.hasPrefix(said)
  }
}
