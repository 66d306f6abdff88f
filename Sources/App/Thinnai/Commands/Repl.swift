import Base
import Delivery
import Formats
import Foundation
import Glibc
import Messages
import People
import Store
import Terminal
import Time
import Understanding
import Text

extension Commands {
  static let repl = Command(
    name: "repl", summary: "Talk to it in the terminal.",
    forms: ["repl [--as PERSON] [--persona P [--language L]] [--json] [--now ISO8601]"],
    notes: """
        --as PERSON     speak as somebody the house knows, instead of as the owner
        --persona P     speak as a trial person of that persona: founder, elder, client, energy
        --language L    the trial person's language: en, ta, ta-Latn, hi, hi-Latn
        --json          print one JSON line for each line read
        --now ISO8601   time stands still at that instant; without --home a temporary home is used, and
                        THINNAI_HOME is not looked at

      From a pipe, each line is a message and a blank line is passed over; with --json a blank line is answered, too, so
      that lines stay in step. A number chooses the button under the last answer. The exit code is 0 at the end of input.
      """, options: ["as", "persona", "language", "now"], run: runRepl)

  private static func runRepl(_ arguments: Arguments, _ givenHome: String) async throws -> Int32 {
    var options = House.Options(home: givenHome)
    var temporary: String?
    if let now = arguments["now"] {
      guard let instant = Instant(iso8601: now) else {
        throw UsageError("--now takes an instant with an offset, such as 2026-11-21T08:00:00+05:30.")
      }
      options.clock = FixedClock(instant)
      options.zone = ZoneDatabase.shared.zone(writing: now, at: instant)
      if arguments["home"] == nil {
        let folder =
          NSTemporaryDirectory() + "/thinnai-" + IDGenerator(clock: SystemClock(), random: SystemRandom()).next()
        temporary = folder
        options.home = folder
        if ProcessInfo.processInfo.environment["THINNAI_HOME"] != nil {
          FileHandle.standardError.write(
            Data("With --now an empty, temporary home is used, and not THINNAI_HOME; give it with --home.\n".utf8))
        }
      }
    }
    defer { if let temporary { try? FileManager.default.removeItem(atPath: temporary) } }
    let house = try await House.open(options)
    do {
      let person = try await speaker(house, arguments)
      let isInteractive = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1
      let isJSON = arguments.has("json")
      let isStill = arguments["now"] != nil
      let terminal = Terminal(
        conversation: house.conversation, inbox: house.inbox, person: person, ids: house.ids, isJSON: isJSON,
        isInteractive: isInteractive,
        isColoured: isInteractive && !isJSON && ProcessInfo.processInfo.environment["NO_COLOR"] == nil)
      house.outbox.add(door: terminal)
      house.delivery.open(door: "terminal")
      try await house.store.write { transaction in
        try house.people.bind(terminal.address, chat: person.id.text, to: person, in: &transaction)
      }
      // whoever pipes messages in wants them understood, not answered at once: without a cache it learns first
      if !isInteractive {
        if !house.understanding.isTrained {
          Program.complain(
            "Learning from the sentences in Intents/ first; this is done once and takes a minute or two.")
        }
        await house.understanding.prepare()
      }
      try await house.run(timers: !isStill) { house in
        if isInteractive, !isJSON {
          Program.say("Thinnai — you speak as \(person.name) to the \(person.persona) persona. /quit or Ctrl-D ends.\n")
          if !house.understanding.isTrained {
            Program.say("I am still learning to understand; for half a minute I may get things wrong.\n")
          }
        }
        // waiting words of an earlier time are told first
        try await house.recover()
        let words = house.delivery.personas[person.persona]?.suggestions["en"] ?? []
        await terminal.run(
          LineReader(
            isInteractive: isInteractive, historyFile: isStill ? nil : house.home + "/history",
            words: words + ["/quit", "/sos", "undo", "help"]))
      }
      await house.close()
      return 0
    } catch {
      await house.close()
      throw error
    }
  }

  private static func speaker(_ house: House, _ arguments: Arguments) async throws -> Person {
    if arguments["as"] != nil, arguments["persona"] != nil {
      throw UsageError("--as is somebody of the house, --persona somebody on trial: give one of them.")
    }
    if let name = arguments["as"] { return try house.people.resolve(name, for: house.owner) }
    guard let persona = arguments["persona"] else { return house.owner }
    guard house.delivery.personas[persona] != nil else {
      throw UsageError(
        "There is no persona \(persona); there are \(house.delivery.personas.names.joined(separator: ", ")).")
    }
    var language = Language.english
    if let code = arguments["language"] {
      guard let known = Language(code: code), Language.all.contains(known) else {
        throw UsageError("--language takes en, ta, ta-Latn, hi or hi-Latn.")
      }
      language = known
    }
    let name = "Trial \(persona)"
    if let known = house.people.everybody.first(where: { $0.name == name && $0.persona == persona }),
      known.language == language
    {
      return known
    }
    let person = Person(
      id: PersonID(house.ids.next()), tenant: house.owner.tenant, name: name, persona: persona, language: language,
      zone: house.owner.zone, country: house.owner.country)
    try await house.store.write { transaction in try house.people.add(person, in: &transaction) }
    return person
  }
}
