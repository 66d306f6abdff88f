import Benchmarking
import Formats
import Foundation
import HTTP
import Store
import Testing

extension AcceptanceTests {
  /// Two real processes on one store: the second is refused, whatever was done to the lock.
  @Suite("One process owns a home", .timeLimit(.minutes(5)))
  struct TwoProcessesTests {
    private static func workflow(_ service: String) -> String {
      let steps = (1...30).map {
        """
          - id: call\($0)
            needs: []
            http: {method: POST, url: "\(service)call\($0)", body: {run: "${run.id}"}}
        """
      }
      return "workflow: many\nsteps:\n" + steps.joined(separator: "\n") + "\n"
    }

    @Test("a second program is refused and carries out nothing; after a kill the next takes over at once")
    func refused() async throws {
      let shop = try ShopStandIn(seed: 3)
      let porch = try Porch(environment: ["THINNAI_WORKFLOWS_TRUSTED": shop.url])
      let added = try await porch.run("people", "add", "Shop", "--persona", "founder", "--language", "en")
      try #require(added.code == 0, "\(added)")
      let token = try await porch.token(for: "Shop", scope: "read,write")
      try FileManager.default.createDirectory(atPath: porch.home + "/Workflows", withIntermediateDirectories: true)
      try Self.workflow(shop.url).write(toFile: porch.home + "/Workflows/many.yaml", atomically: true, encoding: .utf8)
      try await porch.start()
      let elsewhere = ["THINNAI_LISTEN": "127.0.0.1:\(try Ports.next())"]

      for round in 0..<3 {
        async let second = porch.run("serve", seconds: 30, environment: elsewhere)
        for _ in 0..<4 {
          let answer = try await porch.post("/api/v1/actions/workflow.start", ["workflow": "many"], token: token)
          #expect(answer.status == 200, "\(answer.text)")
        }
        let refused = try await second
        #expect(refused.code != 0 && refused.err.contains("is in use by another Thinnai"), "\(refused)")
        // somebody may take the file for what a crash left behind
        if round == 1 { try FileManager.default.removeItem(atPath: porch.home + "/lock") }
        if round == 2 {
          await porch.kill()
          try await porch.start()
        }
      }
      let isDone = try await eventually(60) {
        try await porch.rows("SELECT count(*) FROM workflow_runs WHERE phase = 'done'") { $0.integer(0) } == [12]
      }
      #expect(isDone)
      #expect(await porch.stop() == 0)
      let engines = try await porch.rows(
        "SELECT count(DISTINCT owner), max(fence) FROM workflow_runs"
      ) { "\($0.integer(0)) \($0.integer(1))" }
      print("one process owns a home:", shop.calls.count, "calls; owners and highest fence:", engines)
      // each call once, but for those under way at the kill
      let perKey = Dictionary(grouping: shop.calls.filter(\.isAccepted), by: \.key)
      #expect(perKey.count == 12 * 30)
      #expect(perKey.values.allSatisfy { $0.count <= 2 })
      let again = perKey.values.count { $0.count == 2 }
      #expect(again <= 48)
      let done = try await porch.rows("SELECT events FROM workflow_log") { $0.text(0) }.flatMap {
        (try? JSON.parse($0))?.array?.filter { $0["kind"] == "done" } ?? []
      }
      #expect(done.count == 12 * 30)
      await shop.stop()
    }
  }
}
