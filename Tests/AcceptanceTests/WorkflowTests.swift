import Base
import Benchmarking
import Crypto
import Formats
import Foundation
import HTTP
import Store
import Testing

extension AcceptanceTests {
  /// Workflows that call a service and a mail server, with the process killed at random moments. What the service and the
  /// server wrote down is held against the log of the workflows.
  @Suite(
    "Workflows survive", .enabled(if: MailStandIn.isThere, "apt-get install python3-aiosmtpd"),
    .timeLimit(.minutes(30)))
  struct WorkflowTests {
    /// Orders that belong together are begun by one workflow, each as a workflow inside.
    private static let batch = """
      workflow: batch
      inputs: [numbers]
      steps:
        - id: orders
          each: inputs.numbers
          as: number
          side_by_side: 16
          steps:
            - id: one
              workflow: order
              with: {number: "${number}"}
      """

    /// Two calls to the service side by side with an effect in the house, a wait, a third call, and a mail.
    private static func order(_ service: String) -> String {
      func call(_ name: String) -> String {
        """
        http: {method: POST, url: "\(service)\(name)", body: {run: "${run.id}", number: "${inputs.number}"}}
            retry: {times: 60, pause: 1 s, factor: 1}
            deadline: 30 s
        """
      }
      return """
        workflow: order
        inputs: [number]
        steps:
          - id: reserve
            \(call("reserve"))
          - id: book
            action: expense.add
            with: {amount: "${inputs.number} rupees", what: tea}
          - id: pack
            needs: [reserve]
            \(call("pack"))
          - id: rest
            needs: [book, pack]
            wait: 1 s
          - id: charge
            \(call("charge"))
          - id: tell
            tell: "Order ${inputs.number} of ${run.id} was charged as ${steps.charge.body.serial}."
        """
    }

    private struct Line: Sendable {
      let at: Instant
      let events: [JSON]
      let hash: String
      let text: String
    }

    private struct Run: Sendable {
      let id: String
      let name: String
      let phase: String
      let key: String
      let head: String
    }

    @Test("calls and mails, with the process killed at random moments")
    func killed() async throws {
      let (batches, size, kills) = Porch.isLong ? (25, 40, 200) : (5, 24, 18)
      let seed: UInt64 = Porch.isLong ? SystemRandom().next() : 17
      let random = SeededRandom(seed: seed)
      let shop = try ShopStandIn(seed: seed)
      shop.fates.set { faults in
        faults.rateLimited = 1
        faults.serverErrors = 2
        faults.droppedBefore = 1
        faults.droppedAfter = 2
        faults.slow = 2
      }
      let server = try await MailStandIn(mode: "none")
      var environment = server.environment("none")
      environment["THINNAI_WORKFLOWS_TRUSTED"] = shop.url
      let porch = try Porch(environment: environment)
      let added = try await porch.run(
        "people", "add", "Shop", "--persona", "founder", "--language", "en", "--zone", "Asia/Kolkata", "--email",
        "shop@example.org")
      try #require(added.code == 0, "\(added)")
      let token = try await porch.token(for: "Shop", scope: "read,write")
      let folder = porch.home + "/Workflows"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try Self.batch.write(toFile: folder + "/batch.yaml", atomically: true, encoding: .utf8)
      try Self.order(shop.url).write(toFile: folder + "/order.yaml", atomically: true, encoding: .utf8)
      try await porch.start()

      let total = batches * size
      async let begun = begin(porch, token, batches: batches, size: size)
      var outages: [(from: Double, to: Double)] = []
      for kill in 1...kills {
        // Spread over the calls, at no particular moment of any; a house that is slow is killed all the same.
        let share = total * 3 * kill / (kills + 1)
        await eventually(4) { shop.acceptedCount >= share }
        try await Task.sleep(for: .microseconds(random.below(60_000)))
        let from = Stopwatch.now
        await porch.kill()
        // what it had sent and nobody had read yet, is read now
        var read = (-1, -1)
        while read != (shop.calls.count, server.mail.count) {
          read = (shop.calls.count, server.mail.count)
          try await Task.sleep(for: .milliseconds(20))
        }
        outages.append((from, Stopwatch.now))
        try await porch.start()
      }
      let acknowledged = try await begun
      let isDone = try await eventually(Porch.isLong ? 400 : 120) {
        try await porch.rows(
          "SELECT count(*) FROM workflow_runs WHERE phase NOT IN ('done', 'failed', 'cancelled')"
        ) { $0.integer(0) } == [0]
      }
      #expect(isDone, "seed \(seed): some runs are under way for ever")
      try await porch.settles(120)
      if let one = acknowledged.first {
        let shown = try await porch.post("/api/v1/actions/workflow.show", ["run": .string(one)], token: token)
        #expect(shown.text.contains(#""intact":true"#), "\(shown.text.prefix(500))")
      }
      let stopped = await porch.stop()
      #expect(stopped == 0)
      await shop.stop()

      // The house's own account.
      let runs = try await porch.rows("SELECT id, name, phase, coalesce(dedupe_key, ''), head FROM workflow_runs") {
        Run(id: $0.text(0), name: $0.text(1), phase: $0.text(2), key: $0.text(3), head: $0.text(4))
      }
      let lines = try await porch.rows("SELECT run, seq, at, events, hash FROM workflow_log ORDER BY run, seq") { row in
        (
          run: row.text(0), seq: row.integer(1),
          line: Line(
            at: row.instant(2), events: (try? JSON.parse(row.text(3)))?.array ?? [], hash: row.text(4),
            text: row.text(3))
        )
      }
      let logs = Dictionary(grouping: lines, by: \.run).mapValues { $0.map(\.line) }
      let (orders, parents) = (runs.filter { $0.name == "order" }, runs.filter { $0.name == "batch" })
      #expect(Set(parents.map(\.id)).isSuperset(of: acknowledged), "seed \(seed): a run that was begun is gone")
      #expect(parents.count >= batches && acknowledged.count == batches)
      #expect(
        Set(orders.map(\.key)) == Set(parents.flatMap { run in (0..<size).map { "\(run.id):orders[\($0)]/one:0" } }),
        "seed \(seed): a workflow inside is missing or nobody's")
      #expect(orders.count == parents.count * size, "seed \(seed): a workflow inside was begun twice")
      for run in runs {
        #expect(run.phase == "done", "seed \(seed): \(run.id) is \(run.phase): \(logs[run.id]?.last?.text ?? "")")
        check(run, logs[run.id] ?? [], seed)
      }

      // The service's, and what each side says of the same call.
      let known = Set(orders.map(\.id))
      var firsts: [String: Double] = [:]
      var (doubled, unheard) = (0, 0)
      var perKill = Array(repeating: 0, count: kills)
      for (key, calls) in Dictionary(grouping: shop.calls, by: \.key) {
        let parts = key.split(separator: ":").map(String.init)
        #expect(parts.count == 3 && known.contains(parts[0]), "seed \(seed): \(key) is nobody's call")
        #expect(calls.allSatisfy { $0.path == "/" + parts[1] && $0.body["run"].string == parts[0] }, "seed \(seed)")
        let accepted = calls.filter(\.isAccepted)
        firsts[key] = accepted.first?.at
        for (call, next) in zip(accepted, accepted.dropFirst()) {
          doubled += 1
          // accepted, and the house did not come to know of it: our answer broke off, or it was killed meanwhile
          if !call.isAnswered {
            unheard += 1
            continue
          }
          let between = outages.indices.filter { outages[$0].to > call.at && outages[$0].from < next.at }
          #expect(!between.isEmpty, "seed \(seed): \(key) was called again without a reason")
          if let kill = between.first { perKill[kill] += 1 }
        }
      }
      #expect(perKill.allSatisfy { $0 <= 48 }, "seed \(seed): more called again than were in flight: \(perKill)")
      for run in orders {
        let done = Dictionary(
          (logs[run.id] ?? []).flatMap(\.events).filter { $0["kind"] == "done" }.map {
            ($0["step"].string ?? "", $0["data"])
          }, uniquingKeysWith: { first, _ in first })
        for step in ["reserve", "pack", "charge"] {
          let key = "\(run.id):\(step):0"
          #expect(firsts[key] != nil, "seed \(seed): \(key) never reached the service")
          #expect(
            done[step]?["body"]["serial"].int == shop.serials[key], "seed \(seed): \(key) has the result of another")
        }
        let times = ["reserve", "pack", "charge"].map { firsts["\(run.id):\($0):0"] ?? 0 }
        #expect(times == times.sorted(), "seed \(seed): \(run.id) was called out of order")
      }

      // What happened in the house: once.
      let numbers = orders.compactMap { run in
        logs[run.id]?.first?.events.first?["data"]["inputs"]["number"].int
      }.sorted()
      let booked = try await porch.rows("SELECT minor FROM desk_expenses ORDER BY minor") { $0.integer(0) }
      #expect(booked == numbers.map { $0 * 100 }, "seed \(seed): an effect is missing or doubled")

      // The mail server's: each once, but for those of which the house could not know.
      let mails = Dictionary(grouping: server.mail) { mail in
        mail["text"].string?.split(separator: " ").dropFirst(3).first.map(String.init) ?? ""
      }
      let uncertain = try await porch.rows("SELECT payload FROM outbox WHERE is_uncertain = 1") { $0.text(0) }
      var mailedTwice = 0
      let strangers = Set(mails.keys).subtracting(known)
      #expect(strangers.isEmpty, "seed \(seed): a mail is nobody's")
      for run in known.subtracting(mails.keys) {
        let rows = try await porch.rows("SELECT door, state, attempts, coalesce(error, ''), payload FROM outbox") {
          row in
          (row: "\(row.text(0)) \(row.text(1)) \(row.integer(2)) \(row.text(3))", payload: row.text(4))
        }
        Issue.record("seed \(seed): no mail of \(run): \(rows.filter { $0.payload.contains(run) }.map(\.row))")
      }
      for (run, copies) in mails {
        #expect(Set(copies.map { $0["id"].string }).count == 1, "seed \(seed): two mails of \(run)")
        guard copies.count > 1 else { continue }
        mailedTwice += copies.count - 1
        #expect(uncertain.contains { $0.contains(run) }, "seed \(seed): \(run) was mailed twice and is not marked")
        for (copy, next) in zip(copies, copies.dropFirst()) {
          let (first, second) = (copy["at"].double ?? 0, next["at"].double ?? 0)
          #expect(
            outages.contains { $0.to > first && $0.from < second },
            "seed \(seed): \(run) was mailed twice without a kill"
          )
        }
      }
      server.stop()
      print(
        "workflows killed: seed \(seed), \(kills) kills, \(runs.count) runs, \(firsts.count) calls taken once,",
        "\(doubled) again (\(unheard) after an answer that broke off), \(mails.count) mails, \(mailedTwice) again")
    }

    /// Begins the batches side by side, again until each is acknowledged.
    ///
    /// - Returns: the runs that were acknowledged.
    private func begin(_ porch: Porch, _ token: String, batches: Int, size: Int) async throws -> [String] {
      try await withThrowingTaskGroup(of: String.self) { group in
        for batch in 0..<batches {
          group.addTask {
            let numbers = (0..<size).map { JSON.integer(Int64(1_001 + batch * size + $0)) }
            let arguments: JSON = ["workflow": "batch", "inputs": ["numbers": .array(numbers)]]
            // some at once, the others while the house falls
            try await Task.sleep(for: .milliseconds(500 * batch))
            while true {
              let answer = try? await porch.post("/api/v1/actions/workflow.start", arguments, token: token)
              if let answer, answer.status == 200,
                let run = (try? JSON.parse(answer.body))?["data"]["run"].string
              {
                return run
              }
              if let answer, (400..<500).contains(answer.status), answer.status != 429 {
                throw PorchError(text: answer.text)
              }
              try await Task.sleep(for: .milliseconds(40))
            }
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
    }

    /// A run's log by itself: the chain, each step once, nothing early, nothing after its end.
    private func check(_ run: Run, _ lines: [Line], _ seed: UInt64) {
      var head = ""
      for (index, line) in lines.enumerated() {
        // as Docs/workflows.md has it, computed anew
        let sealed = SHA256.hash("\(head)\n\(run.id)\n\(index + 1)\n\(line.at.microseconds)\n\(line.text)")
        #expect(line.hash == Hex.encode(sealed), "seed \(seed): line \(index + 1) of \(run.id) is not of its chain")
        head = line.hash
      }
      #expect(head == run.head)
      var done: [String: Int] = [:]
      var until: [String: Instant] = [:]
      for line in lines {
        for event in line.events {
          let step = event["step"].string ?? ""
          switch event["kind"].string {
          case "done":
            done[step, default: 0] += 1
            if let until = until[step] { #expect(line.at >= until, "seed \(seed): \(run.id) \(step) is over early") }
          case "waiting": until[step] = event["data"]["until"].int64.map { Instant(microseconds: $0) }
          default: break
          }
        }
      }
      #expect(done.values.allSatisfy { $0 == 1 }, "seed \(seed): \(run.id) has a step that was done twice: \(done)")
      let ends = lines.flatMap(\.events).filter { $0["kind"] == "ended" }
      #expect(ends.count == 1 && lines.last?.events.last?["kind"] == "ended", "seed \(seed): \(run.id) ended \(ends)")
    }
  }
}
