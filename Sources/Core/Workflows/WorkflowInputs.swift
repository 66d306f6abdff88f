import Actions
import Base
import Formats
import Messages
import Text
import Time

/// What a person writes for a workflow's inputs, read before anything begins: by the same readers as in chat, so that what is
/// none of its kind is refused there and not in the middle of a run.
struct WorkflowInputs {
  private let definition: WorkflowDefinition
  private let runner: Runner
  private let context: ActionContext
  /// When it is where only a day was said.
  private static let usualTime = CivilTime(secondOfDay: 9 * 3_600)

  init(_ definition: WorkflowDefinition, _ runner: Runner, _ context: ActionContext) {
    (self.definition, self.runner, self.context) = (definition, runner, context)
  }

  /// Puts values in the place of words.
  ///
  /// - Throws: `ActionError` with the input's name in its field.
  func read(_ values: inout JSONObject) throws {
    for input in definition.inputs {
      guard let given = values[input.name], !given.isNull else { continue }
      let words = given.string?.trimmed
      // left empty is left out
      if words == "", input.kind != .text {
        values[input.name] = nil
        continue
      }
      values[input.name] = try read(given, words ?? "", input)
    }
  }

  private func read(_ given: JSON, _ words: String, _ input: WorkflowDefinition.Input) throws -> JSON {
    switch input.kind {
    case .text: return given
    case .number:
      if given.double != nil { return given }
      if let number = try? JSON.parse(words), number.double != nil { return number }
      if case .number(let number)? = runner.words(words, .number, context) { return SlotValue.number(number).json() }
    case .yes:
      if given.bool != nil || given.string == nil { return given }
      if ["true", "false"].contains(words) { return .bool(words == "true") }
      if case .boolean(let answer)? = runner.words(words, .boolean, context) { return .bool(answer) }
    case .duration:
      if WorkflowDuration.read(given.string ?? given.text()) != nil { return given }
      if case .duration(let length)? = runner.words(words, .duration, context) { return .string(length.iso8601) }
    case .time: if let time = try time(words, input) { return .string(time.description) }
    case .list:
      guard given.string != nil else { return given }
      if let list = try? JSON.parse(words), list.array != nil { return list }
      let lines = words.split(whereSeparator: \.isNewline)
      // all on one line are told apart by commas
      let parts = lines.count == 1 ? words.split(separator: ",") : lines
      return JSON(parts.map { String($0).trimmed }.filter { !$0.isEmpty })
    case .object:
      guard given.string != nil else { return given }
      if let object = try? JSON.parse(words), object.object != nil { return object }
    }
    throw refusal("workflows.input_\(input.kind.rawValue)", given, input)
  }

  private func time(_ words: String, _ input: WorkflowDefinition.Input) throws -> Instant? {
    if let instant = Instant(iso8601: words) { return instant }
    let written = WhenValue(json: .string(words), zone: context.zone, now: context.now)
    let reading = ArgumentReading(zone: context.zone, now: context.now) { runner.words($0, $1, context) }
    var found = written
    if found == nil, case .when(let when)? = reading.time(words, .when) { found = when }
    guard var when = found, !when.repeats else { return nil }
    if !when.isTimeGiven { when.start.time = Self.usualTime }
    let instant = when.instant(in: context.zone, now: context.now)
    guard instant > context.now else { throw refusal("workflows.input_past", .string(words), input) }
    return instant
  }

  private func refusal(_ code: String, _ given: JSON, _ input: WorkflowDefinition.Input) -> ActionError {
    let words = given.string ?? given.text()
    let sentence =
      switch input.kind {
      case .time where code == "workflows.input_past": "“\(words)” is over already."
      case .time: "“\(words)” is no time. Write for instance: 5 December at 9 am."
      case .duration: "“\(words)” is no duration. Write for instance: 3 days."
      case .yes: "“\(words)” is neither yes nor no."
      case .object: "“\(words)” cannot be read. Write it as {\"name\": 1}."
      default: "“\(words)” is no number. Write for instance: 3."
      }
    return ActionError(code, ["words": .text(words)], sentence: sentence, field: "inputs.\(input.name)")
  }
}
