import Actions
import Text

/// "add tasks for ezhil: pack boxes, call fedex and email naturals": each is a task of its own, all of the same brand.
extension Interpreter {
  private static let making: Set<String> = [
    "add", "create", "make", "new", "note", "put", "these", "the", "following", "my",
  ]
  private static let mostTasks = 20

  func taskList(_ reading: Reading) -> Understood? {
    guard request.expectedSlot == nil, depth == 0, isAllowed("task.add"),
      brain.library.intents["task.add"] != nil, let heading = heading(reading.sentence)
    else { return nil }
    let items = items(reading.sentence, from: heading.end)
    guard (2...Self.mostTasks).contains(items.count) else { return nil }
    let tasks = items.map { item in
      let text = reading.sentence.text(of: item)
      let whole = "add task " + text + (heading.project.isEmpty ? "" : " for " + heading.project)
      let slots = Slots(self.reading(Sentence(whole), reading.language), request, brain, intent: "task.add")
      var understood = Understood(
        language: reading.language, intent: "task.add", confidence: 0.95,
        candidates: [.init(intent: "task.add", confidence: 0.95)], slots: slots.values, entities: slots.entities,
        kind: .intent)
      if understood.slots["title"] == nil { understood.slots["title"] = .text(text) }
      if understood.slots["project"] == nil, !heading.project.isEmpty {
        understood.slots["project"] = .text(heading.project)
      }
      understood.part = text
      return understood
    }
    var first = tasks[0]
    first.also = Array(tasks.dropFirst())
    return first
  }

  /// "add 3 tasks to malar -": where it ends, and the brand in it.
  private func heading(_ sentence: Sentence) -> (end: Int, project: String)? {
    guard
      let mark = sentence.tokens.indices.prefix(10).first(where: { [":", "-", "–"].contains(sentence.folded($0)) }),
      let noun = (0..<mark).first(where: { ["tasks", "todos"].contains(sentence.folded($0)) }),
      (0..<noun).allSatisfy({ sentence.tokens[$0].kind == .number || Self.making.contains(sentence.folded($0)) })
    else { return nil }
    guard noun + 1 < mark else { return (mark + 1, "") }
    guard ["for", "to", "under", "in", "on"].contains(sentence.folded(noun + 1)), noun + 2 < mark else { return nil }
    return (mark + 1, sentence.text(of: (noun + 2)..<mark))
  }

  /// What stands between commas; the last two may be joined by "and".
  private func items(_ sentence: Sentence, from start: Int) -> [Range<Int>] {
    var items: [Range<Int>] = []
    var begin = start
    func close(_ end: Int) {
      if begin < end, sentence.tokens[begin..<end].contains(where: { $0.kind == .word }) { items.append(begin..<end) }
    }
    for index in start..<sentence.tokens.count where [",", ";", "•"].contains(sentence.folded(index)) {
      close(index)
      begin = index + 1
    }
    // "a, b, and c", and "a and b" where nothing else parts them
    if begin < sentence.tokens.count, ["and", "&"].contains(sentence.folded(begin)) { begin += 1 }
    let rest = begin..<sentence.tokens.count
    if let joint = rest.dropFirst().dropLast().last(where: { ["and", "&"].contains(sentence.folded($0)) }) {
      close(joint)
      begin = joint + 1
    }
    close(sentence.tokens.count)
    return items
  }
}
