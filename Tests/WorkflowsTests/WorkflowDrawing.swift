import Base

/// Definitions from a seed.
struct WorkflowDrawing {
  private let random: SeededRandom
  init(_ random: SeededRandom) { self.random = random }

  /// - Parameter number: 0 calls others inside, 1 to 3 do not; 4 begins by an event too.
  func source(_ number: Int) -> String {
    var lines = ["workflow: drawn\(number)", "version: \(1 + random.below(1_000))"]
    if random.below(5) == 0 { lines.append("deadline: \(3 + random.below(20)) h") }
    if number == 4 { lines.append("start: [{event: world.happened, when: event.n == \(Self.wanted)}]") }
    lines.append("steps:")
    var ids: [String] = []
    for index in 0..<(3 + random.below(5)) {
      let (id, text) = step(index, hasInner: number == 0)
      let needs =
        random.below(3) == 0 ? "needs: [\(ids.filter { _ in random.below(2) == 0 }.joined(separator: ", "))], " : ""
      let when = random.below(9) == 0 ? "when: length(run.id) > 99, " : ""
      lines.append("  - {id: \(id), \(needs)\(when)\(text)}")
      ids.append(id)
    }
    return lines.joined(separator: "\n")
  }

  /// Which of the events begins drawn4.
  static let wanted = 1

  private func work(_ id: String, _ key: String? = nil) -> String {
    let fails = random.below(8) == 0 ? 9 : random.below(3)
    let key = key ?? "${run.id}/\(id)"
    let goesOn = random.below(3) == 0 ? ", on_error: continue" : ""
    return
      "action: world.do, with: {key: \"\(key)\", fails: \(fails)}, retry: {times: 3, pause: 2 min}\(back(key))\(goesOn)"
  }

  private func back(_ key: String) -> String {
    switch random.below(8) {
    case 0, 1, 2: ", compensate: {action: world.undo, with: {key: \"\(key)\"}}"
    case 3: ", compensate: {action: world.undo, with: {key: \"\(key)\", fails: 9}}"
    // taken back only by paying, which nobody said yes to
    case 4: ", compensate: {action: world.pay, with: {key: \"\(key)-payback\"}}"
    default: ""
    }
  }

  private func step(_ index: Int, hasInner: Bool) -> (String, String) {
    if hasInner, random.below(4) == 0 {
      let goesOn = random.below(3) == 0 ? ", on_error: continue" : ""
      return ("inner\(index)", "workflow: drawn\(1 + random.below(3))\(goesOn)")
    }
    switch random.below(13) {
    case 0: return ("wait\(index)", "wait: \(1 + random.below(200)) min")
    case 1: return ("wait\(index)", "wait: {for: \(1 + random.below(5)) h, signal: go}")
    case 2:
      return ("ask\(index)", "approve: {what: Go on?, for: 2 h, on_no: \(random.below(2) == 0 ? "stop" : "continue")}")
    case 3, 4: return ("pay\(index)", "action: world.pay, with: {key: \"${run.id}/pay\(index)\"}")
    case 5, 12:
      return (
        "call\(index)",
        "http: {method: POST, url: \"https://example.org/${run.id}/call\(index)\"}, retry: {times: 3, pause: 1 min}, on_error: continue"
      )
    case 6:
      let id = "loop\(index)"
      return (
        id,
        "each: \"[1, 2, 3]\", side_by_side: \(1 + random.below(3)), steps: [{id: do, \(work("do", "${run.id}/\(id)[${index}]/do"))}]"
      )
    case 7:
      let id = "way\(index)"
      return (
        id,
        "choose: [{when: length(run.id) > 99, steps: [{id: no, set: 1}]}, {steps: [{id: do, \(work("do", "${run.id}/\(id).1/do"))}]}]"
      )
    case 8: return ("tell\(index)", "tell: \"${run.id}/tell\(index)\"")
    default: return ("do\(index)", work("do\(index)"))
    }
  }
}
