import Actions
import Formats
import Text
import Time

/// People, medicines, places and the tenant's own things, by their names.
struct NameValueReader: ValueReader {
  func read(_ text: ValueText) -> [ReadValue] {
    var taken = [Bool](repeating: false, count: text.sentence.tokens.count)
    var found: [ReadValue] = []
    func add(_ value: ReadValue) {
      for token in value.tokens { taken[token] = true }
      found.append(value)
    }
    for (noun, list) in text.request.lists {
      while let match = list.best(
        in: text.sentence, common: text.common, language: text.request.language, free: { !taken[$0] })
      {
        let others = list.namesakes(of: match, in: text.sentence)
        add(
          ReadValue(
            type: noun, tokens: match.tokens, value: Self.object(match.entry), alternatives: others.map(Self.object)))
      }
    }
    for person in text.values.people([]) where person.tokens.allSatisfy({ !taken[$0] }) {
      guard case .person(let called) = person.value else { continue }
      add(ReadValue(type: "person", tokens: person.tokens, value: ["name": .string(called), "is_known": false]))
    }
    for value in shipped(text, taken) { add(value) }
    for value in places(text, taken) { add(value) }
    return found
  }

  private static func object(_ entry: EntityEntry) -> JSONObject {
    ["id": .string(entry.id), "name": .string(entry.name), "is_known": true]
  }

  /// Medicines and given names that come with the program.
  private func shipped(_ text: ValueText, _ taken: [Bool]) -> [ReadValue] {
    var types: [UInt64: String] = [:]
    for (list, choice, type) in [("given", "name", "person"), ("dose", "medicine", "medicine")] {
      for entry in text.library.choices[list] ?? [] where entry.choice == choice && entry.words.count == 1 {
        types[entry.words[0]] = type
      }
    }
    return text.sentence.tokens.indices.compactMap { index in
      guard !taken[index], text.sentence.tokens[index].kind == .word else { return nil }
      return types[text.sentence.tokens[index].skeleton].map { type in
        let tokens = index..<(index + 1)
        return ReadValue(
          type: type, tokens: tokens, value: ["name": .string(text.sentence.text(of: tokens)), "is_known": false])
      }
    }
  }

  /// Cities that zones are named after, and a few more: written with a capital, or behind "in", "to", "from".
  private func places(_ text: ValueText, _ taken: [Bool]) -> [ReadValue] {
    var found: [ReadValue] = []
    var next = 0
    let tokens = text.sentence.tokens
    while next < tokens.count {
      defer { next += 1 }
      guard !taken[next], tokens[next].kind == .word,
        tokens[next].isCapital || next > 0 && ["in", "to", "from", "near"].contains(text.sentence.folded(next - 1))
      else { continue }
      for count in [3, 2, 1] where next + count <= tokens.count {
        let range = next..<(next + count)
        guard !taken[range].contains(true), let zone = Zone.ofCity(text.sentence.text(of: range)) else { continue }
        found.append(
          ReadValue(
            type: "place", tokens: range,
            value: ["name": .string(text.sentence.text(of: range)), "zone": .string(zone.identifier)]))
        next += count - 1
        break
      }
    }
    return found
  }
}
