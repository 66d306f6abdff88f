import Actions
import Base
import Care
import Conversation
import Desk
import Directory
import Energy
import Events
import Formats
import Knowledge
import Messages
import Operations
import People
import Reminders
import RoomTesting
import Store
import Testing
import Text
import Trading

@testable import Workflows

/// Plans, titles, steps and what went wrong, in the language of whoever reads them.
@Suite struct WorkflowLanguageTests {
  private static let languages = ["ta", "ta-Latn", "hi", "hi-Latn"]

  /// What is in English in the code and in `Workflows/`.
  private static func terms() throws -> Set<String> {
    var all = Set(WorkflowReason.allCases.map(\.rawValue) + WorkflowProposal.Mistake.allCases.map(\.rawValue))
    func add(_ steps: [WorkflowStep]) {
      for step in steps {
        all.insert(step.label)
        for inner in step.inner { add(inner) }
      }
    }
    for definition in try TemplateTests.library.get().all {
      all.formUnion([definition.title, definition.summary])
      all.formUnion(definition.inputs.map { $0.name.replacing("_", with: " ") })
      add(definition.steps)
    }
    let rooms =
      TemplateTests.rooms + [Workflows.room, AssistantRoom.room, Knowledge.room, PeopleRoom.room, OperationsRoom.room]
    for entry in try ActionRegistry(rooms.flatMap(\.actions)).all where !entry.isHidden {
      all.insert(entry.does)
      all.formUnion(entry.parameters.filter(\.isRequired).map { $0.name.replacing("_", with: " ") })
    }
    all.formUnion(try RoomHarness.eventSchemas.get().byName.values.map { ActionEntry.brief($0.summary) })
    return all
  }

  @Test("titles and steps that are shipped, what actions do and what goes wrong", arguments: languages)
  func terms(_ language: String) throws {
    let keys = try RoomHarness.sharedReplies.get().keys(of: language)
    let missing = try Self.terms().filter { !keys.contains("term." + $0) }.sorted()
    #expect(missing == [])
  }

  private static func plan(_ goal: String, _ language: Language) async throws -> String {
    let house = try await PlanTests.house()
    var owner = house.harness.owner
    owner.language = language
    let outcome = try await house.harness.run("workflow.plan", ["goal": .string(goal)], as: owner)
    let reader = Reader(language: language, zone: owner.zone, persona: owner.persona)
    return house.harness.replies.text(of: outcome.say, for: reader, now: house.harness.clock.now).text
  }

  @Test func aPlanIsInTheLanguageOfWhoeverWantsIt() async throws {
    let goal =
      "check the anomalies of the buildings; if there are any, add a task to call the engineer and tell me"
    #expect(
      try await Self.plan(goal, .english) == """
        This is how I would do it:
        1. Lists what is odd in the readings
        2. Adds a task (call the engineer) (if there are any)
        3. Tells you what came of it (if there are any)
        """)
    #expect(
      try await Self.plan(goal, .tamil) == """
        இப்படிச் செய்வேன்:
        1. அளவீடுகளில் விநோதமானவற்றைக் காட்டுதல்
        2. பணியைச் சேர்த்தல் (call the engineer) (ஏதாவது இருந்தால்)
        3. கிடைத்ததை உங்களிடம் சொல்லுதல் (ஏதாவது இருந்தால்)
        """)
    let hinglish = try await Self.plan(goal + "; if the sun shines, wait 3 days", .hindiLatin)
    #expect(hinglish.contains("Readings mein ajeeb baatein dikhana"), "\(hinglish)")
    #expect(hinglish.contains("Aapse poochna: Kya aisa hai: the sun shines?"), "\(hinglish)")
    #expect(hinglish.contains("rukna"), "\(hinglish)")
  }

  @Test func whatIsNotUnderstoodIsSaidInThatLanguage() async throws {
    let hindi = try await Self.plan("fly me to the moon and paint the sky", .hindi)
    #expect(hindi.contains("यह कैसे करना है, मुझे नहीं पता।"), "\(hindi)")
  }

  @Test func progressAndItsReasonAreInTheLanguageOfWhomTheRunIsFor() async throws {
    let house = try await WorkflowHouse(
      """
      workflow: long
      title: A bill until it is paid
      steps:
        - {id: note, set: 1}
        - {id: rest, wait: 1 hour}
        - {id: call, http: {url: "https://example.org/x"}, retry: 1}
      """)
    let elder = house.harness.elder
    #expect(elder.language == .tamil)
    let engine = house.engine
    let definition = try #require(house.library["long"])
    _ = try await house.harness.tenant().write { transaction in
      try engine.start(definition, for: elder.id, scopes: nil, watch: "telegram", in: &transaction)
    }
    await engine.drain()
    await house.harness.advance(by: .seconds(4))
    let first = try #require(house.harness.told().last).text
    #expect(first.hasPrefix("கட்டும் வரை ஒரு பில்: நடக்கிறது\n✓ குறிப்பு\n⏳ மீதி ("), "\(first)")
    house.web.will(404)
    await house.advance(by: .hours(1))
    await house.harness.advance(by: .seconds(4))
    let end = try #require(house.harness.told().last).text
    #expect(
      end.hasPrefix("கட்டும் வரை ஒரு பில்: தோல்வியடைந்தது: https://example.org/x 404 என்று பதிலளித்தது."), "\(end)")
  }

  @Test("what a page shows stands in the data in the reader's language, beside the English for programs")
  func pages() async throws {
    let house = try await WorkflowHouse(
      """
      workflow: long
      title: A bill until it is paid
      inputs: [{name: person, summary: Who pays.}]
      steps:
        - {id: note, set: [1, 2]}
        - {id: all, each: steps.note, as: one, steps: [{id: rest, set: "${one}"}]}
        - {id: choice, approve: {what: {en: "Pay ${inputs.person}?", ta: "${inputs.person} கட்டலாமா?"}}}
        - {id: call, http: {url: "https://example.org/x"}, retry: 1}
      """)
    let elder = house.harness.elder
    func data(_ action: String, _ arguments: JSONObject = [:], as person: Person) async throws -> JSON {
      try await house.harness.run(action, arguments, as: person).data
    }
    let start: JSONObject = ["workflow": "long", "inputs": ["person": "Meena"]]
    let run = try await data("workflow.start", start, as: elder)["run"]
    await house.engine.drain()
    let offered = try await data("workflow.catalogue", as: elder)["workflows"].array?.first { $0["name"] == "long" }
    #expect(offered?["title"] == "A bill until it is paid")
    #expect(offered?["shown"]["title"] == "கட்டும் வரை ஒரு பில்")
    #expect(offered?["inputs"].array?.first?["shown"]["summary"] == "நபர்")
    #expect(
      try await data("workflow.list", as: elder)["runs"].array?.first?["shown"]["title"] == "கட்டும் வரை ஒரு பில்")
    let shown = try await data("workflow.show", ["run": run], as: elder)
    func step(_ key: String) -> JSON { shown["steps"].array?.first { $0["step"].string == key } ?? .null }
    #expect(step("all[1]/rest")["label"] == "rest (2)")
    #expect(step("all[1]/rest")["shown"]["label"] == "மீதி (2)")
    #expect(step("choice")["asks"] == "Pay Meena?")
    #expect(step("choice")["shown"]["asks"] == "Meena கட்டலாமா?")
    house.web.will(404)
    let yes: JSONObject = ["run": run, "step": "choice", "yes": true]
    _ = try await data("workflow.decide", yes, as: elder)
    await house.engine.drain()
    let end = try await data("workflow.show", ["run": run], as: elder)
    #expect(end["error"] == "https://example.org/x answered 404.")
    #expect(end["shown"]["error"] == "https://example.org/x 404 என்று பதிலளித்தது.")
    // who reads English gets it once
    #expect(try await data("workflow.show", ["run": run], as: house.harness.owner)["shown"].isNull)
  }

  @Test func aPlanOnAPageIsInTheLanguageOfWhoeverWantsIt() async throws {
    let house = try await PlanTests.house()
    var owner = house.harness.owner
    owner.language = .tamil
    let goal: JSONObject = ["goal": "check the anomalies of the buildings; then add a task to call the engineer"]
    let plan = try await house.harness.run("workflow.plan", goal, as: owner).data
    #expect(plan["steps"].array?.first?["does"] == "Lists what is odd in the readings")
    #expect(plan["steps"].array?.first?["shown"]["does"] == "அளவீடுகளில் விநோதமானவற்றைக் காட்டுதல்")
    let nonsense: JSONObject = ["goal": "fly me to the moon and paint the sky"]
    let none = try await house.harness.run("workflow.plan", nonsense, as: owner).data
    let problem = none["problems"].array?.first
    #expect(problem?["shown"]["sentence"].string?.contains("தெரிய") == true, "\(none.text())")
  }

  private static func wordings(_ steps: [WorkflowStep]) -> [Wording] {
    steps.flatMap { step -> [Wording] in
      let own: [Wording] =
        switch step.kind {
        case .tell(_, let text): [text]
        case .approve(let approval): [approval.what]
        default: []
        }
      return own + step.inner.flatMap(wordings)
    }
  }

  @Test("what shipped workflows say and ask, where not only a founder may start them")
  func shippedWords() throws {
    for definition in try TemplateTests.library.get().all {
      let personas = definition.personas
      guard personas.isEmpty || personas.contains(where: { ["elder", "client"].contains($0) }) else { continue }
      for wording in Self.wordings(definition.steps) {
        guard case .text(let parts) = wording.plain,
          parts.contains(where: { if case .words(let text) = $0 { text.contains(where: \.isLetter) } else { false } })
        else { continue }
        #expect(
          Set(wording.others.keys.map(\.code)) == Set(Self.languages), "\(definition.name): \(wording.plain.words)")
      }
    }
  }

  @Test("titles of what shipped workflows put on lists, where not only a founder may start them")
  func shippedTitles() throws {
    func titles(_ steps: [WorkflowStep]) -> [Template] {
      steps.flatMap { step -> [Template] in
        guard case .action("task.add", .object(let members)) = step.kind else { return step.inner.flatMap(titles) }
        return members.filter { $0.key == "title" }.map(\.value)
      }
    }
    for definition in try TemplateTests.library.get().all {
      let personas = definition.personas
      guard personas.isEmpty || personas.contains(where: { ["elder", "client"].contains($0) }) else { continue }
      for title in titles(definition.steps) {
        guard title.words.contains(where: \.isLetter) else { continue }
        guard case .object(let texts) = title else {
          Issue.record("\(definition.name): \(title.words)")
          continue
        }
        #expect(Set(texts.map(\.key)) == Set(Self.languages + ["en"]), "\(definition.name): \(title.words)")
      }
    }
  }

  @Test func whatIsHandedOverIsInTheLanguageOfWhoeverItIsFor() async throws {
    let house = try await WorkflowHouse(
      """
      workflow: bill
      inputs: [{name: what, summary: Which.}]
      steps:
        - {id: usual, set: [{en: Tickets, ta: டிக்கெட்}, Shoes]}
        - id: all
          each: steps.usual
          as: thing
          steps:
            - id: add
              action: counting.count
              with: {name: {en: "${thing.en ?? thing} for ${inputs.what}", ta: "${inputs.what}: ${thing.ta ?? thing}"}}
      """)
    _ = try await house.start("bill", ["what": "Ooty"])
    let start: JSONObject = ["workflow": "bill", "inputs": ["what": "ஊட்டி"]]
    _ = try await house.harness.run("workflow.start", start, as: house.harness.elder)
    await house.engine.drain()
    #expect(
      try await house.counts() == ["Tickets for Ooty": 1, "Shoes for Ooty": 1, "ஊட்டி: டிக்கெட்": 1, "ஊட்டி: Shoes": 1])
  }

  @Test func whoIsToldOrAskedReadsTheirOwnLanguage() async throws {
    let house = try await WorkflowHouse(
      """
      workflow: visit
      inputs: [{name: person, summary: Who.}, {name: visit, summary: What.}]
      steps:
        - id: how
          tell: {en: "How was it: ${inputs.visit}?", ta: "${inputs.visit} எப்படி இருந்தது?"}
          to: "${inputs.person}"
        - id: more
          approve:
            what: {en: "Once more?", ta: "இன்னொரு முறை?"}
            who: "${inputs.person}"
            for: 1 day
      """)
    let elder = house.harness.elder
    let run = try await house.start("visit", ["person": .string(elder.name), "visit": "Dr Rao"])
    let told = house.harness.told().filter { $0.person == elder.name }.map(\.text)
    #expect(told.first == "Dr Rao எப்படி இருந்தது?")
    #expect(told.last?.contains("இன்னொரு முறை?") == true, "\(told)")
    #expect(try await house.show(run).text().contains("How was it: Dr Rao?"), "the record is in one language")
  }

  @Test(
    "words in several languages that lack English, or have one that is not spoken, are told by line",
    arguments: [
      ("{ta: வணக்கம்}", "“en” are missing"),
      ("{en: Hello, de: Hallo}", "one of en, ta, hi, ta-Latn, hi-Latn was expected"),
    ])
  func badWords(_ words: String, _ expected: String) {
    #expect {
      try WorkflowDefinition(source: "workflow: x\nsteps:\n  - {id: a, tell: \(words)}\n", file: "x.yaml")
    } throws: { error in
      "\(error)".contains(expected) && "\(error)".contains("x.yaml, line 3")
    }
  }
}
