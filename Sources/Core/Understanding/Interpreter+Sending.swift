import Actions
import Text
import Time

/// Answers that are wanted again and again.
extension Interpreter {
  private static let again = "workflow.repeat"
  private static let least = 0.5

  /// "Every monday at 9 send me my tasks and last week's expenses": what is looked at, and how often. Without the times and
  /// what asks for sending, the rest is a question as any other.
  func sentAgain(_ understood: Understood, _ reading: Reading) -> Understood {
    guard depth == 0, request.expectedSlot == nil, isAllowed(Self.again), let looking = request.looking,
      understood.intent.map(looking.contains) ?? (understood.kind == .outOfScope),
      case let sending = Choices.all("sending", in: reading.sentence, brain.library).map(\.tokens), !sending.isEmpty,
      let (draft, schedule) = often(reading)
    else { return understood }
    let rest = left(without: draft.tokens + sending, reading.sentence)
    guard !rest.isEmpty else { return understood }
    let wanted = alone(rest)
    let parts = [wanted] + wanted.also
    let isLook = parts.allSatisfy { part in
      part.kind == .intent && part.intent.map { looking.contains($0) && $0 != Self.again } == true
    }
    guard isLook, wanted.confidence >= Self.least else { return understood }
    var repeated = Understood(
      language: reading.language, intent: Self.again, confidence: wanted.confidence,
      candidates: [.init(intent: Self.again, confidence: wanted.confidence)], slots: ["schedule": .when(schedule)],
      kind: .intent)
    repeated.repeated = parts.map { part in
      var part = part
      part.part = part.part ?? rest
      return part
    }
    return repeated
  }

  /// What says how often, and not only on which days something is looked at.
  private func often(_ reading: Reading) -> (TimeDraft, WhenValue)? {
    let resolver = TimeResolver(now: request.now, zone: request.zone)
    for draft in reading.times.drafts where draft.every != nil || draft.isRecurring && draft.hasTime {
      if let value = resolver.resolve(draft)?.value, value.rule != nil { return (draft, value) }
    }
    return nil
  }

  private func left(without ranges: [Range<Int>], _ sentence: Sentence) -> String {
    var words: [String] = []
    for index in sentence.tokens.indices where !ranges.contains(where: { $0.contains(index) }) {
      words.append(sentence.text(of: index..<(index + 1)))
    }
    let joints: Set<String> = [",", ".", "at", "on"]
    while let first = words.first, joints.contains(first.lowercased()) { words.removeFirst() }
    while let last = words.last, joints.contains(last.lowercased()) { words.removeLast() }
    return words.joined(separator: " ")
  }
}
