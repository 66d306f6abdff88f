package import Actions
import Store
import Text
import Understanding

/// Messages that ask for work of several steps without naming a workflow: "every friday at 6 pm send me my tasks and wait 2 days".
extension GoalWords {
  /// What only a plan can do: a message without any of these is never one.
  static let telling: [Sign] = [.wait, .later, .untilBehind, .when, .whenBehind, .askMe, .askFirst, .if, .so]
  /// Shorter ones say one thing.
  private static let fewest = 6

  /// - Returns: whether the message is read as a goal, though it does not say so.
  package func isPlan(_ message: String, in context: ActionContext) async -> Bool {
    guard message.utf8.count <= GoalPlanner.longest, mayBePlan(message),
      let planner = try? await context.store.read({ $0.service(GoalPlanner.self) })
    else { return false }
    return await planner.isPlan(message, in: context)
  }

  /// Cheap, because it looks at every message: some word that begins a way to say so.
  private func mayBePlan(_ message: String) -> Bool {
    var count = 0
    var isTold = false
    for word in message.utf8.split(whereSeparator: { $0 == 32 || $0 == 10 }) {
      count += 1
      isTold = isTold || beginsPlan(word.prefix { $0 != 0x2C && $0 != 0x3B })
    }
    return isTold && count >= Self.fewest
  }

  private func beginsPlan(_ word: Substring.UTF8View) -> Bool {
    if let hash = Self.hash(word) { return planStarts.hashes.contains(hash) }
    return planStarts.words.contains(Normaliser.normalise(String(Substring(word))))
  }
}

/// What a plan that is not called so may begin to tell its conditions with.
struct PlanStarts: Sendable {
  let words: Set<String>
  /// Of those in plain letters.
  let hashes: Set<UInt64>

  init(_ words: Set<String>) {
    self.words = words
    hashes = Set(words.compactMap { GoalWords.hash($0.utf8) })
  }
}

extension GoalWords {
  /// FNV-1a of a word of plain letters in lower case; `nil` for one with others, which need more than this to be compared.
  static func hash(_ word: some Sequence<UInt8>) -> UInt64? {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in word {
      guard byte > 0x20, byte < 0x7F, byte != 0x60 else { return nil }
      hash = (hash ^ UInt64((0x41...0x5A).contains(byte) ? byte | 0x20 : byte)) &* 0x100_0000_01B3
    }
    return hash
  }
}

extension GoalPlanner {
  /// From here on a message that begins with "when" is one request.
  private static let oneRequest = 0.8

  /// Something is to be done, and it is to begin by itself or to go on after a wait or an answer, which no single request can.
  ///
  /// Words behind a bare "and" belong to a reminder or a task before them ("… to send the report and wait for the reply").
  func isPlan(_ message: String, in context: ActionContext) async -> Bool {
    let clauses = GoalReader.read(message, words, values(in: context))
    guard clauses.count > 1 else { return false }
    var begins = false
    var isEvent = false
    var (done, parts) = (0, 0)
    var isOpen = false
    /// What the parts would do, and whether that is more than a look.
    var (names, changes) = (Set<String>(), false)
    func act(_ text: String) async {
      guard let first = await requests(text, in: context).first else { return }
      done += 1
      names.insert(first.entry.name)
      isOpen = first.entry.effect != .read
      changes = changes || isOpen
    }
    for clause in clauses {
      var goesOn = false
      switch clause.kind {
      case .every(let text):
        begins = true
        if let rest = recurrence(text, in: context)?.rest, !rest.isEmpty { await act(rest) }
      case .event(let text):
        guard let best = await indexes.events.nearest(text).first, best.score >= Self.nearness - 0.05
        else { return false }
        (begins, isEvent, goesOn) = (true, true, true)
      case .wait(let time, _, _):
        goesOn = value(time, .duration, context) != nil
        if !goesOn { isOpen = true }
      case .delay: goesOn = done > 0 && begins
      case .approve, .each: goesOn = done > 0
      case .tell: (done, changes) = (done + 1, true)
      case .unclear, .moment: break
      case .act(let text):
        await act((begins && done == 0 ? recurrence(text, in: context)?.rest : nil) ?? text)
      }
      switch clause.condition {
      case .any, .some(.none), .more, .less: goesOn = goesOn || done > 0
      default: break
      }
      if goesOn, clause.isParted || !isOpen { parts += 1 }
    }
    guard done > 0, parts > 0, begins || done > 1 || clauses.count > 2 else { return false }
    guard isEvent else { return true }
    // "when did I take it, and …" only looks; "when I reach home, remind me …" is a request of its own
    guard changes else { return false }
    let whole = await requests(message, in: context).first
    return whole.map { $0.understood.confidence < Self.oneRequest || names.contains($0.entry.name) } ?? true
  }
}
