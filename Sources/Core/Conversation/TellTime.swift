import Actions
import Base
import Formats
import Messages
import Text
import Time

/// “What time is it?”, “what is the date?”, “when is Pongal?”
struct TellTime: Action {
  static let name = "assistant.clock"
  static let summary = "Tells the time and the date, or on which day a date falls and how far it is."
  static let effect = Effect.read

  @Parameter("A day asked about; now when left out.") var day: CivilDate?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let now = context.zone.civil(context.now)
    let asked = day ?? now.date
    let words = TextFormatter(language: context.language, zone: context.zone, now: context.now)
    var values: [String: Say.Value] = [
      "weekday": .text(words.weekday(asked.weekday)), "date": .text(words.date(asked)),
    ]
    var data: JSONObject = ["date": .string(asked.description), "zone": .string(context.zone.identifier)]
    guard asked != now.date else {
      values["time"] = .time(now.time)
      data["time"] = .string(now.time.description)
      return .answer(Say("assistant.clock", values), data: .object(data))
    }
    let distance = asked.days(since: now.date)
    values["days"] = .integer(Int64(abs(distance)))
    data["days"] = .integer(Int64(distance))
    return .answer(Say(distance > 0 ? "assistant.clock.ahead" : "assistant.clock.past", values), data: .object(data))
  }
}
