import Actions
import Base
import Formats
import Text
import Understanding

/// What people said, as the workflow has it.
extension GoalDraft {
  /// Times are kept in words, so that "tomorrow" is the day after each run.
  func argument(_ value: SlotValue, _ kind: SlotKind, in text: String, _ said: String?) -> JSON {
    switch value {
    case .when, .date: said.flatMap { words(of: value, kind, in: text, around: $0) }.map(JSON.string) ?? value.json()
    case .entity(_, let name): .string(name)
    case .text(let text): .string(loop == nil ? text : pointed(text))
    // a bare number is in whatever currency the action means by it
    case .money(let money) where said.map(Self.isBareNumber) == true: .string(money.decimal)
    default: value.json()
    }
  }

  private static func isBareNumber(_ text: String) -> Bool {
    !text.isEmpty && text.allSatisfy { $0.isNumber || $0 == "," || $0 == "." || $0 == " " }
  }

  /// The fewest words around some that say all of a time: "tomorrow" may be but a part of "tomorrow at 9".
  private func words(of value: SlotValue, _ kind: SlotKind, in text: String, around said: String) -> String? {
    let goal = GoalText(text)
    let count = GoalText(said).words.count
    let folded = goal.words.map(\.folded)
    let wanted = GoalText(said).words.map(\.folded)
    guard let place = folded.indices.first(where: { folded[$0...].starts(with: wanted) }) else { return nil }
    for more in 0...5 {
      for before in 0...min(more, place) {
        let end = place + count + more - before
        guard end <= goal.words.count else { continue }
        let words = goal.said(goal.words[(place - before)..<end])
        guard planner.value(words, kind, context) == value else { continue }
        // "5" may be read as "5 pm" by itself, but a person wants to see what they said
        let isHalved = end < goal.words.count ? planner.words.match(.clock, goal.words[end...]) : nil
        return isHalved.map { goal.said(goal.words[(place - before)..<(end + $0)]) } ?? words
      }
    }
    return nil
  }

  static let element = "item.title ?? item.name ?? item.text ?? item.what ?? item.symbol ?? item.id ?? item"

  /// "call them" inside a loop is about its element.
  func pointed(_ text: String) -> String {
    let goal = GoalText(text)
    var out = ""
    var from = text.startIndex
    for (index, word) in goal.words.enumerated()
    where !word.isMark && planner.words.match(.it, goal.words[index...]) == 1 {
      out += text[from..<word.range.lowerBound] + "${\(Self.element)}"
      from = word.range.upperBound
    }
    return out + text[from...]
  }

  static func question(_ what: String) -> String {
    let text = what.prefix(1).uppercased() + what.dropFirst()
    return text.hasSuffix("?") ? text : text + "?"
  }

  static func identifier(_ text: String) -> String {
    let words = text.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
    return words.isEmpty ? "signal" : words.suffix(3).joined(separator: "_")
  }
}
