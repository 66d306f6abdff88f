package import Actions
import Base
import Conversation
import Delivery
import Formats
import Glibc
import Messages
import People
import Store
import Synchronization
import Text
import Time

/// Plays a written talk with a whole house and says where it went otherwise.
///
/// It blocks: use it within `OwnThread.run`.
package final class TalkPlayer {
  /// What was expected and did not come, by the line of the file.
  package struct Finding: Sendable, CustomStringConvertible {
    package let file: String
    package let line: Int
    package let sentence: String
    package var description: String { "\(file):\(line): \(sentence)" }
  }

  private let written: WrittenTalk
  private let talk: Talk
  private var findings: [Finding] = []
  /// The talk as it went, for whoever looks into a finding.
  package private(set) var log: [String] = []

  package init(_ written: WrittenTalk, rooms: [Room], mind: Mind) throws {
    self.written = written
    talk = try Talk(
      rooms, now: written.zone.instant(of: written.now).description, members: written.members,
      links: written.links, mind: mind)
  }

  /// Plays it to its end or to the first turn that goes otherwise.
  package func play() -> [Finding] {
    for before in written.before {
      prepare(before)
      guard findings.isEmpty else { return findings }
    }
    for index in written.members.indices { _ = talk.read(index) }
    for turn in written.turns {
      play(turn)
      guard findings.isEmpty else { break }
    }
    return findings
  }

  private func complain(_ line: Int, _ sentence: String) {
    findings.append(Finding(file: written.file, line: line, sentence: sentence))
  }

  private func member(_ name: String?, _ line: Int) -> Int? {
    guard let name else { return 0 }
    let place = written.members.firstIndex { $0.name == name }
    if place == nil { complain(line, "nobody here is called \(name)") }
    return place
  }

  // MARK: Before

  private func prepare(_ before: WrittenTalk.Before) {
    switch before {
    case .call(let call, let by, let line):
      guard let actor = member(by, line) else { return }
      act(call, as: actor, line)
    case .file(let kind, let path, let line):
      guard let owner = written.members.firstIndex(where: \.isOwner) else { return }
      let whole = RoomHarness.share + "/Fixtures/" + path
      act(ActionCall("files.import", ["kind": .string(kind), "path": .string(whole)]), as: owner, line)
    }
  }

  private func act(_ call: ActionCall, as member: Int, _ line: Int) {
    guard let person = talk.house.people.person(Cast.id(member)) else { return }
    let outcome = Mutex<Result<Bool, any Error>?>(nil)
    let conversation = talk.house.conversation
    var authority = ActionContext.Authority.full
    authority.isApproved = true
    talk.house.run { [authority] in
      do {
        _ = try await conversation.act(
          call, as: person, door: "shell", authority: authority)
        outcome.withLock { $0 = .success(true) }
      } catch { outcome.withLock { $0 = .failure(error) } }
    }
    talk.advance(by: .seconds(1))
    wait { outcome.withLock { if case nil = $0 { false } else { true } } }
    switch outcome.withLock({ $0 }) {
    case .success: return
    case .failure(let error): complain(line, "\(call.name) could not be done before: \(error)")
    case nil: complain(line, "\(call.name) did not come to an end")
    }
  }

  // MARK: Turns

  private func play(_ turn: WrittenTalk.Turn) {
    guard let speaker = member(turn.by, turn.line) else { return }
    for index in written.members.indices { _ = talk.read(index) }
    var report: TurnReport?
    switch turn.act {
    case .wait(let duration):
      talk.advance(by: duration)
      log.append("  … \(duration)")
    case .say(let words):
      let answered = turn.to.flatMap { talk.identifier(of: $0, to: speaker) }
      if let to = turn.to, answered == nil { return complain(turn.line, "nobody was told “\(to)”") }
      report = hear(.text(words), speaker, answering: answered)
      log.append("> \(words)")
    case .tap(let label):
      guard let id = talk.button(label, to: speaker) else {
        return complain(turn.line, "expected a button “\(label)” to tap, found \(labels(to: speaker))")
      }
      report = hear(.press(data: id), speaker)
      log.append("> [\(label)]")
    }
    var told: [String: [String]] = [:]
    for (index, member) in written.members.enumerated() { told[member.name] = talk.read(index) }
    if let report {
      let buttons = report.reply.buttons.map { "[\($0.label)]" }.joined()
      log.append("< \(report.reply.text.text) \(buttons)  {\(report.intent ?? "none") \(Self.told(report.steps))}")
    } else {
      for (name, texts) in told where !texts.isEmpty { log.append("< \(name): \(texts)") }
    }
    guard let expected = turn.expected else { return }
    if case .wait = turn.act {
      check(told, expected)
    } else if let report {
      check(report, expected)
      check(told, expected)
    } else {
      complain(turn.line, "expected an answer, found none")
    }
  }

  private func labels(to member: Int) -> [String] {
    talk.letters(member).last { !$0.item.message.buttons.isEmpty }?.item.message.buttons.map(\.label) ?? []
  }

  private func hear(
    _ content: InboundMessage.Content, _ speaker: Int, answering: String? = nil
  ) -> TurnReport? {
    let message = talk.message(content, from: speaker, answers: answering)
    let found = Mutex<(report: TurnReport?, isDone: Bool)>((nil, false))
    let (conversation, inbox) = (talk.house.conversation, talk.house.inbox)
    talk.house.run {
      let report = try? await conversation.invoke(message, through: inbox)
      found.withLock { $0 = (report, true) }
    }
    talk.advance(by: .seconds(1))
    wait { found.withLock { $0.isDone } }
    return found.withLock { $0.report }
  }

  /// Files are read and pictures drawn on threads of their own, which no clock of ours moves.
  private func wait(until isDone: () -> Bool) {
    let patience = ContinuousClock.now + .seconds(30)
    while !isDone(), ContinuousClock.now < patience {
      usleep(500)
      talk.advance(by: .zero)
    }
  }

  private static func told(_ steps: [TurnReport.Step]) -> String {
    steps.map { "\($0.status.rawValue) \($0.call.name) \(JSON.object($0.call.arguments).text())" }
      .joined(separator: ", ")
  }

  // MARK: Checks

  private func check(_ told: [String: [String]], _ expected: WrittenTalk.Expectation) {
    for (name, texts) in expected.told {
      let name = name.string ?? ""
      guard let letters = told[name] else {
        complain(expected.line, "nobody here is called \(name)")
        continue
      }
      for text in texts {
        let words = text.string ?? ""
        if !letters.contains(where: { TalkMatch.contains($0, words) }) {
          complain(text.line, "expected \(name) to be told “\(words)”, they were told \(letters)")
        }
      }
    }
  }

  private func check(_ report: TurnReport, _ expected: WrittenTalk.Expectation) {
    let reply = report.reply.text.text
    func miss(_ line: Int, _ what: String) {
      complain(
        line, "expected \(what); understood \(report.intent ?? "none"), did \(Self.told(report.steps)), said “\(reply)”"
      )
    }
    if let intent = expected.intent, (report.intent ?? "none") != intent.string {
      miss(intent.line, "the intent \(intent.string ?? "?")")
    }
    checkSlots(report, expected, miss)
    checkCalls(report, expected, miss)
    for text in expected.reply where !TalkMatch.contains(reply, text.string ?? "") {
      miss(text.line, "the reply to hold “\(text.string ?? "")”")
    }
    for text in expected.lacks where TalkMatch.contains(reply, text.string ?? "") {
      miss(text.line, "the reply not to hold “\(text.string ?? "")”")
    }
    let labels = report.reply.buttons.map(\.label)
    for text in expected.buttons where !labels.contains(where: { TalkMatch.contains($0, text.string ?? "") }) {
      miss(text.line, "a button “\(text.string ?? "")” among \(labels)")
    }
  }

  private typealias Miss = (_ line: Int, _ what: String) -> Void

  private func checkSlots(_ report: TurnReport, _ expected: WrittenTalk.Expectation, _ miss: Miss) {
    let steps = report.steps.filter { $0.call.name == expected.intent?.string }
    guard let call = (steps.first ?? report.steps.last)?.call else {
      if let (name, value) = expected.slots.first { miss(value.line, "the slot \(name) in some call") }
      return
    }
    for (name, value) in expected.slots where !TalkMatch.fits(value, call.arguments[name] ?? .null) {
      miss(value.line, "\(name) to be \(value.json.text())")
    }
  }

  private func checkCalls(_ report: TurnReport, _ expected: WrittenTalk.Expectation, _ miss: Miss) {
    func calls(_ status: TurnReport.Step.Status) -> [ActionCall] {
      report.steps.filter { $0.status == status }.map(\.call)
    }
    let done = calls(.done)
    if done.map(\.name) != expected.effects.map({ $0.action.string }) {
      let wanted = expected.effects.compactMap(\.action.string).joined(separator: ", ")
      miss(expected.effects.first?.action.line ?? expected.line, "the effects \(wanted.isEmpty ? "none" : wanted)")
    } else {
      for (call, effect) in zip(done, expected.effects)
      where !TalkMatch.fits(effect.arguments, .object(call.arguments)) {
        miss(effect.arguments.line, "\(call.name) with \(effect.arguments.json.text())")
      }
    }
    let answered = calls(.answered)
    for (action, arguments) in expected.reads
    where !answered.contains(where: {
      $0.name == action.string && TalkMatch.fits(arguments, .object($0.arguments))
    }) { miss(action.line, "\(action.string ?? "?") with \(arguments.json.text()) to be answered") }
    func single(_ node: YAMLNode?, _ found: String?, _ what: String) {
      if node?.string != found { miss(node?.line ?? expected.line, "\(what) \(node?.string ?? "nothing")") }
    }
    let asked = report.steps.last { $0.status == .asked }
    single(expected.asks, asked?.result["parameter"].string, "to be asked for")
    single(expected.confirms, calls(.confirm).last?.name, "to be asked for a yes to")
    let failed = report.steps.last { $0.status == .failed }
    single(expected.fails, failed?.result["error"]["code"].string, "the failure")
  }
}
