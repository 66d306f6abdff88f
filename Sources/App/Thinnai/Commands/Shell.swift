import Actions
import Base
import Conversation
import Delivery
import Formats
import Foundation
import HTTP
import Messages
import People
import Store
import Workflows

/// Runs an action for the shell: in the house that serves this home, over its socket, or in one opened for the call.
struct Shell {
  let home: String

  struct Answer: Sendable {
    let text: String
    let data: JSON
    /// Id of the picture or file that came with it.
    var file: String?
  }

  /// - Throws: `ActionError` or whatever kept the house from opening.
  func act(_ call: ActionCall, approved: Bool) async throws -> Answer {
    try await act(call, approved: approved) { try await overSocket(call, approved) }
  }

  /// Runs a call that reads a file, for as long as it takes.
  ///
  /// Another process cannot open this one's pipes: what is no plain file is handed to it through a pipe in the home.
  func importFile(_ call: ActionCall, at path: String) async throws -> Answer {
    try await act(call, approved: true) {
      guard !Relay.isPlainFile(path) else { return try await overSocket(call, true, within: .seconds(86_400)) }
      let relay = try Relay(home: home, from: path)
      defer { relay.remove() }
      var call = call
      call.arguments["path"] = .string(relay.path)
      return try await overSocket(call, true, within: .seconds(86_400))
    }
  }

  private func act(
    _ call: ActionCall, approved: Bool, whenServed: () async throws -> Answer
  ) async throws -> Answer {
    let registry = try House.catalogue()
    guard registry[call.name] != nil else {
      let near = EditDistance.nearest(call.name, in: registry.all.filter { !$0.isHidden }.map(\.name))
      throw ActionError(
        "actions.unknown", ["name": .text(call.name)],
        sentence:
          "There is no action \(call.name).\(near.map { " Did you mean \($0)?" } ?? "") ./thinnai actions lists them.")
    }
    do {
      let house = try await House.open(.init(home: home))
      do {
        let answer = try await inside(house, call, approved)
        await house.close()
        return answer
      } catch {
        await house.close()
        throw error
      }
    } catch let error as StoreError where error.kind == .locked {
      return try await whenServed()
    }
  }

  private func inside(_ house: House, _ call: ActionCall, _ approved: Bool) async throws -> Answer {
    var authority = ActionContext.Authority.full
    authority.isApproved = approved
    let outcome = try await house.conversation.act(call, as: house.owner, door: "shell", authority: authority)
    // what the call set going goes as far as it goes without a server
    await house.workflows.drain()
    let text = house.delivery.replies.text(
      of: outcome.say, for: house.delivery.reader(house.owner), now: house.clock.now)
    return Answer(text: text.text, data: outcome.data, file: outcome.say.picture)
  }

  private func overSocket(
    _ call: ActionCall, _ approved: Bool, within timeout: Duration = .seconds(30)
  ) async throws -> Answer {
    let client = try HTTPClient()
    var request = HTTPClientRequest.post(
      "http://localhost/api/v1/actions/\(call.name)\(approved ? "?confirmed=true" : "")",
      json: JSON.object(call.arguments).bytes())
    request.timeout = timeout
    request.unixSocketPath = home + "/thinnai.sock"
    let response: HTTPClientResponse
    do { response = try await client.send(request) } catch {
      await client.stop()
      throw ActionError(
        "shell.unreachable",
        sentence: "Another thinnai owns \(home) and does not answer at its socket. If it is a repl, close it first.")
    }
    await client.stop()
    let json = (try? JSON.parse(response.body)) ?? .null
    guard (200..<300).contains(response.status) else {
      let error = json["error"]
      throw ActionError(
        error["code"].string ?? "shell.refused",
        sentence: error["sentence"].string ?? "The house answered \(response.status).",
        field: error["field"].string)
    }
    let file = json["picture"].string?.split(separator: "/").last.map(String.init)
    return Answer(text: json["text"].string ?? "", data: json["data"], file: file)
  }

  /// The bytes of a picture or file that came with an answer.
  func file(_ id: String) async throws -> [UInt8]? {
    do {
      let house = try await House.open(.init(home: home))
      let file = try? await house.store.tenant(house.owner.tenant).keptFile(id)
      await house.close()
      return file?.bytes
    } catch let error as StoreError where error.kind == .locked {
      let client = try HTTPClient()
      var request = HTTPClientRequest.get("http://localhost/api/v1/files/" + id)
      request.unixSocketPath = home + "/thinnai.sock"
      let response = try? await client.send(request)
      await client.stop()
      return response.flatMap { $0.status == 200 ? $0.body : nil }
    }
  }
}
