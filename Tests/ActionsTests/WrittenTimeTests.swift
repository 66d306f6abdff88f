@testable import Actions
import Base
import Formats
import Testing
import Time

/// What a program writes as a time and is none must not become another time.
struct WrittenTimeTests {
  private static let hour = CivilTime(secondOfDay: 3_600)
  private static let day = CivilDate(dayNumber: 20_000)

  /// A loose reader that finds a time in anything.
  private let reading = ArgumentReading(zone: .utc, now: .epoch) { _, kind in
    kind == .time ? .time(Self.hour) : .date(Self.day)
  }
  private func specification(_ kind: SlotKind) -> ParameterSpecification {
    ParameterSpecification(name: "at", summary: "", kind: kind, isRequired: true, isList: false, initial: nil)
  }

  @Test(
    arguments: [
      "2026-13-01", "2026-13-05T08:00:00", "2026-12-05T08:60:00", "2026-12-05T25:00", "2026-12-05T08:00:00Z garbage",
      "12/13/2026 8:00", "at 27:00", "8:75", "25:00", "2026-13-45", "24:30",
    ])
  func impossible(_ text: String) {
    #expect(throws: ActionError.self) { try CivilDate.read(.string(text), specification(.date), reading) }
    #expect(throws: ActionError.self) { try CivilTime.read(.string(text), specification(.time), reading) }
    #expect(throws: ActionError.self) { try WhenValue.read(.string(text), specification(.when), reading) }
  }

  @Test(
    "what is no time is refused, however its numbers look",
    arguments: [
      "[1,2]", [1, 2], ["in": "5 minutes", "zzz": 3], ["in": "2 hours", "at": "2026-12-05T08:00"], "[[1]]",
      #"{"at":"2026-12-05T08:00","start":"2026-12-05T08:00"}"#, [:],
    ] as [JSON])
  func noTime(_ json: JSON) {
    let loose = ArgumentReading(zone: .utc, now: .epoch) { _, _ in
      .when(WhenValue(start: Self.day.at(Self.hour)))
    }
    #expect(throws: ActionError.self) { try WhenValue.read(json, specification(.when), loose) }
  }

  @Test("a rule alone begins now, and the words of “at” are read")
  func loose() throws {
    let loose = ArgumentReading(zone: .utc, now: .epoch) { text, _ in
      text == "tomorrow at 8 pm" ? .when(WhenValue(start: Self.day.at(Self.hour))) : nil
    }
    let daily = try WhenValue.read(["rrule": "FREQ=DAILY"], specification(.when), loose)
    #expect(daily.rule?.description == "FREQ=DAILY" && !daily.isTimeGiven)
    #expect(daily.start.time.secondOfDay % 60 == 0)
    // nobody asks for the minutes and seconds of the moment of asking
    let six = try WhenValue.read("FREQ=DAILY;BYHOUR=6", specification(.when), loose)
    #expect(six.start.time.secondOfDay % 3_600 == 0)
    let said = try WhenValue.read(["at": "tomorrow at 8 pm"], specification(.when), loose)
    #expect(said.start == Self.day.at(Self.hour))
  }

  @Test(
    arguments: [
      "tomorrow at 8 pm", "13/12/2026 8:00", "5/12/26", "2026-12-05 at 8 pm", "9:30-10:30", "at 24:00", "8.15",
      "every 2 days at 08:00",
    ])
  func words(_ text: String) throws {
    #expect(try CivilDate.read(.string(text), specification(.date), reading) == Self.day)
    #expect(try CivilTime.read(.string(text), specification(.time), reading) == Self.hour)
  }
}
