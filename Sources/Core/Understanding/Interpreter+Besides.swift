import Actions
import Text

/// What stands beside a request and is none.
extension Interpreter {
  /// "remind me at 8 to take the tablet and what's the weather": a question that the house cannot answer must not take the
  /// place of what it can do.
  func besidesQuestion(_ right: Understood, _ cut: Cut, _ sentence: Sentence) -> Understood? {
    guard right.kind == .outOfScope, brain.library.questions.contains(sentence.tokens[cut.start].hash),
      sentence.tokens[cut.start...].count(where: { $0.kind == .word }) >= 3
    else { return nil }
    var whole = alone(sentence.text(of: 0..<cut.end), answers: true)
    guard whole.kind == .intent, whole.confidence >= Self.surety, whole.also.isEmpty,
      whole.slots.values.contains(where: { if case .text = $0 { true } else { false } })
    else { return nil }
    var rest = right
    rest.part = sentence.text(of: cut.start..<sentence.tokens.count)
    whole.part = sentence.text(of: 0..<cut.end)
    whole.also = [rest]
    return whole
  }
}
