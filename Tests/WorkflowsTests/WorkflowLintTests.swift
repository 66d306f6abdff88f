import Actions
import Base
import Formats
import RoomTesting
import Store
import Testing
import Workflows

/// What is wrong with a workflow is said before it is kept, with its line; what is kept cannot take the house down.
@Suite struct WorkflowLintTests {
  struct Wrong: Sendable, CustomTestStringConvertible {
    let steps: String
    let expected: String
    var testDescription: String { expected }

    init(_ steps: String, _ expected: String) { (self.steps, self.expected) = (steps, expected) }
  }

  @Test(arguments: [
    Wrong("  - {id: a, tell: \"${steps.zz}\"}", "line 3: step a: zz is no step above this one; there is none"),
    Wrong("  - {id: a, tell: \"${steps.b}\"}\n  - {id: b, set: 1}", "line 3: step a: b is no step above"),
    Wrong(
      "  - {id: a, set: 1}\n  - {id: b, set: \"${said.c}\"}", "line 4: step b: c is no step above this one; there are a"
    ),
    Wrong("  - {id: a, tell: \"${inputs.zz}\"}", "line 3: step a: the workflow has no input zz; it has none"),
    Wrong("  - {id: a, wait: 3 fortnights}", "line 3: step a: a duration such as"),
    Wrong("  - {id: a, wait: -3 days}", "line 3: step a: a duration such as"),
    Wrong("  - {id: a, wait: {until: soon}}", "line 3: step a: a time such as"),
    Wrong("  - {id: a, http: {url: \"ftp://example.org\"}}", "line 3: step a: an address that begins with"),
    Wrong("  - {id: a, http: {method: BREW, url: \"https://example.org\"}}", "line 3: step a: one of GET"),
    Wrong("  - {id: a, workflow: zzz}", "line 3: there is no workflow zzz"),
    Wrong("  - {id: a, workflow: w}", "line 3: w would begin itself, for ever"),
    Wrong("  - {id: a, set: 1, compensate: {action: nope.nope}}", "line 3: there is no action nope.nope"),
    Wrong("  - {id: a, tell: \"${item}\"}", "line 3: step a: item is an element of a loop"),
    Wrong("  - {id: a, each: \"[1]\", as: steps, steps: [{id: b, set: 1}]}", "line 3: step a: “steps” cannot be"),
    Wrong("  - {id: a, each: \"[1]\", as: my item, steps: [{id: b, set: 1}]}", "line 3: step a: “my item” cannot be"),
    Wrong(
      "  - {id: a, each: \"[1]\", as: row, steps: [{id: b, set: \"${row}\"}]}\n  - {id: c, set: \"${row}\"}",
      "line 4: step c: row is an element of a loop"),
    Wrong("  - {id: a, choose: []}", "line 3: step a: at least one branch"),
    Wrong(
      "  - {id: a, http: {url: \"https://example.org\", headers: {\"X A\": b}}}",
      "line 3: step a: “X A” is no name of a header"),
    Wrong(
      "  - {id: a-1, set: 1}\n  - {id: b, set: \"${steps.a-1}\"}",
      "line 4: step b: a is no step above this one; there are a-1; write steps[\"a-1\"]"),
  ])
  func saysWhatIsWrong(_ wrong: Wrong) async throws {
    let source = "workflow: w\nsteps:\n" + wrong.steps + "\n"
    let house = try await WorkflowHouse("workflow: other\nsteps:\n  - {id: a, set: 1}\n")
    let looked = try await house.harness.run("workflow.check", ["source": .string(source)])
    #expect(looked.data["feasible"] == false)
    let told = "line \(looked.data["mistake"]["line"].int ?? 0): \(looked.data["mistake"]["sentence"].string ?? "")"
    #expect(told.hasPrefix(wrong.expected), "\(told)")
    await #expect(throws: ActionError.self) {
      try await house.harness.run("workflow.keep", ["source": .string(source)])
    }
    #expect(throws: DataFileError.self) {
      try WorkflowLibrary([(WorkflowDefinition(source: source, file: "w.yaml"), "w.yaml")], in: .init(actions: []))
    }
  }

  @Test func passesWhatMayBe() throws {
    let source = """
      workflow: w
      inputs: [who]
      steps:
        - {id: a, set: 1, compensate: {action: task.cancel, with: {task: "${steps.a}"}}}
        - id: each
          each: "[1, 2]"
          steps:
            - {id: b, set: "${steps.a + item}"}
            - {id: c, tell: "${steps.b} for ${inputs.who}"}
        - {id: d, http: {method: POST, url: "${inputs.who}"}}
        - {id: e, wait: "${steps.a} min"}
      """
    let definition = try WorkflowDefinition(source: source, file: "w.yaml")
    _ = try WorkflowLibrary([(definition, "w.yaml")], in: .init(actions: ["task.cancel"]))
  }

  @Test("what would begin itself by the event that it emits is told, where the event is named")
  func emitsItsOwnBeginning() throws {
    func library(_ name: String) throws {
      let source = """
        workflow: w
        start: [{event: client.onboarded}]
        steps:
          - {id: a, action: event.emit, with: {name: \(name)}}
        """
      _ = try WorkflowLibrary(
        [(WorkflowDefinition(source: source, file: "w.yaml"), "w.yaml")], in: .init(actions: ["event.emit"]))
    }
    #expect(throws: DataFileError.self) { try library("client.onboarded") }
    try library("product.reclassified")
  }

  @Test("of people's own files one with a mistake is left out, and the others are there")
  func leavesOut() throws {
    func read(_ source: String) throws -> WorkflowDefinition { try WorkflowDefinition(source: source, file: "w.yaml") }
    let library = try WorkflowLibrary(
      [(read("workflow: shipped\nsteps:\n  - {id: a, set: 1}\n"), "shipped.yaml")],
      own: [
        (read("workflow: good\nsteps:\n  - {id: a, workflow: shipped}\n"), "good.yaml"),
        (read("workflow: bad\nsteps:\n  - {id: a, action: no.such}\n"), "bad.yaml"),
        (read("workflow: shipped\nsteps:\n  - {id: a, set: 2}\n"), "again.yaml"),
      ], in: .init(actions: []))
    #expect(library.all.map(\.name) == ["good", "shipped"])
    #expect(
      library.leftOut.map(\.sentence) == [
        "bad.yaml, line 3: there is no action no.such", "again.yaml, line 1: the workflow shipped is there twice",
      ])
  }

  @Test("what actions and workflows inside are given is looked at in files of one's own, and before a workflow is kept")
  func looksAtCalls() async throws {
    let house = try await WorkflowHouse("workflow: inner\ninputs: [who]\nsteps:\n  - {id: a, set: 1}\n")
    let wrong = [
      ("workflow: one\nsteps:\n  - {id: a, wait: {}}\n", "a wait needs for, until or signal, or it never ends"),
      ("workflow: two\nsteps:\n  - {id: a, workflow: inner}\n", "inner needs the input who"),
      ("workflow: three\nsteps:\n  - {id: a, action: counting.count}\n", "counting.count needs name"),
      (
        "workflow: four\nsteps:\n  - {id: a, workflow: inner, with: {who: x, why: y}}\n",
        "inner has no input why; it takes who"
      ),
    ]
    for (source, expected) in wrong {
      let checked = try await house.harness.run("workflow.check", ["source": .string(source)]).data
      #expect(checked["feasible"] == false, "\(source)")
      #expect(checked["mistake"]["sentence"].string?.contains(expected) ?? source.contains("counting"), "\(checked)")
    }
    func read(_ source: String) throws -> WorkflowDefinition { try WorkflowDefinition(source: source, file: "w.yaml") }
    let library = try WorkflowLibrary(
      [(read("workflow: inner\ninputs: [who]\nsteps:\n  - {id: a, set: 1}\n"), "inner.yaml")],
      own: wrong.map { (try read($0.0), "own.yaml") }, in: .init(registry: house.harness.runner.registry))
    #expect(library.all.map(\.name) == ["inner"])
    #expect(library.leftOut.map(\.expected) == wrong.map { "step a: \($0.1)" })
  }

  @Test("what begins itself all the same ends as a failure, with as many inside each other as may be")
  func endsCircles() async throws {
    // libraries of older programs were not looked through: here the circle is closed behind the check
    let house = try await WorkflowHouse(
      "workflow: a\nsteps:\n  - {id: x, workflow: b}\n", "workflow: b\nsteps:\n  - {id: x, set: 1}\n")
    let engine = house.engine
    try await house.harness.tenant().write { transaction in
      try transaction.execute(
        "INSERT INTO workflow_own (tenant, name, source, added_at) VALUES (:tenant, 'b', ?, 0)",
        "workflow: b\nsteps:\n  - {id: x, workflow: a}\n")
    }
    let run = try await house.start("a")
    await engine.drain()
    #expect(try await house.state(run) == "failed")
    let count = try await house.harness.tenant().read {
      try $0.count("SELECT count(*) FROM workflow_runs WHERE tenant = :tenant")
    }
    #expect(count == 9)
  }

  @Test("a text that doubles with each step fails before it fills the store")
  func endsGrowth() async throws {
    let steps = (1...30).map { "  - {id: s\($0), set: \"${steps.s\($0 - 1)}${steps.s\($0 - 1)}\"}" }
    let first = "  - {id: s0, set: \"\(String(repeating: "x", count: 80))\"}"
    let house = try await WorkflowHouse("workflow: w\nsteps:\n" + ([first] + steps).joined(separator: "\n") + "\n")
    let run = try await house.start("w")
    #expect(try await house.state(run) == "failed")
    #expect(try await house.show(run)["error"] == "It would keep more than a workflow may.")
  }
}

/// What is kept by somebody is looked at more closely: what it hands to actions and to workflows inside.
@Suite struct WorkflowCallTests {
  @Test(
    "what an action or a workflow inside would not take is said",
    arguments: [
      ("action: counting.count, with: {nam: x}", "no parameter nam"), ("action: counting.count", "needs name"),
      ("workflow: inner, with: {x: 1}", "no input x"), ("workflow: inner", "needs the input who"),
      ("wait: {}", "never ends"),
      ("set: 1, compensate: {action: counting.count, with: {by: 2}}", "needs name"),
    ])
  func refused(_ step: String, _ expected: String) async throws {
    let house = try await WorkflowHouse("workflow: inner\ninputs: [who]\nsteps:\n  - {set: 1}\n")
    let source = "workflow: outer\nsteps:\n  - {id: a, \(step)}\n"
    do {
      _ = try await house.harness.run("workflow.keep", ["source": .string(source)])
      Issue.record("kept")
    } catch let error as ActionError {
      #expect(error.sentence.contains(expected), "\(error.sentence)")
    }
    let good =
      "workflow: outer\nsteps:\n  - {action: counting.count, with: {name: x}}\n  - {workflow: inner, with: {who: y}}\n"
    _ = try await house.harness.run("workflow.keep", ["source": .string(good)])
  }
}
