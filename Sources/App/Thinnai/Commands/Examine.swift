import Actions
import Formats

extension Commands {
  static let doctor = Command(
    name: "doctor", summary: "Checks everything and says what to mend. Changes nothing.", forms: ["doctor [--json]"],
    notes: """
      The exit code is 1 when something is wrong. With a door's token set, its platform is asked whether it knows us.
      """,
    run: { arguments, home in
      let results = await Doctor(home: home).examine()
      let marks = results.map { result in
        switch result.finding {
        case .fine(let sentence): (result.name, "ok", sentence)
        case .advice(let sentence): (result.name, "note", sentence)
        case .wrong(let sentence): (result.name, "wrong", sentence)
        }
      }
      let isWell = !marks.contains { $0.1 == "wrong" }
      if arguments.has("json") {
        let findings = marks.map { name, state, sentence -> JSON in
          ["name": .string(name), "state": .string(state), "sentence": .string(sentence)]
        }
        Program.say((["ok": .bool(isWell), "findings": .array(findings)] as JSON).text())
      } else {
        for (name, state, sentence) in marks {
          Program.say("  \(state == "wrong" ? "WRONG" : state + (state == "ok" ? "   " : " "))  \(name): \(sentence)")
        }
      }
      return isWell ? 0 : 1
    })
}
