import Base
import Formats
import HTTP
import Models
import RoomTesting
import Testing

@Suite("Asking a server with a language model")
struct RemoteChatModelTests {
  private static func answered(_ content: String) -> MemoryTransport.Step {
    .json(["choices": [["message": ["role": "assistant", "content": .string(content)]]]])
  }

  private func ask(_ transport: MemoryTransport, key: String? = "k-1") async throws -> String {
    let settings = RemoteChatModel.Settings(url: "http://127.0.0.1:9/v1", key: key, name: "small")
    return try await RemoteChatModel(settings, transport: transport).answer(rules: "Do this.", text: "words")
  }

  @Test("rules and words go apart, with model, key and a time limit, to the configured place")
  func form() async throws {
    let transport = MemoryTransport { _ in Self.answered("{}") }
    #expect(try await ask(transport) == "{}")
    let request = try #require(transport.requests.first)
    let body = try JSON.parse(request.body ?? [])
    #expect(request.url == "http://127.0.0.1:9/v1/chat/completions" && request.method == "POST")
    #expect(request.headers["Authorization"] == "Bearer k-1" && request.timeout == .seconds(30))
    #expect(body["model"] == "small" && body["temperature"] == 0 && body["max_tokens"] == 600)
    #expect(
      body["messages"] == [["role": "system", "content": "Do this."], ["role": "user", "content": "words"]])
    _ = try await ask(transport, key: nil)
    #expect(transport.requests.last?.headers["Authorization"] == nil)
  }

  @Test("a server that does not know the form of the answer is asked without it")
  func plain() async throws {
    let transport = MemoryTransport([.json(["error": "response_format"], status: 400)]) { _ in Self.answered("x") }
    #expect(try await ask(transport) == "x")
    #expect(try JSON.parse(transport.requests[1].body ?? [])["response_format"].isNull)
  }

  @Test(
    "what may pass, what is wrong with the settings, and what is no answer",
    arguments: [
      (429, ModelError.Kind.unanswered), (500, .unanswered), (503, .unanswered), (401, .refused), (404, .refused),
      (400, .unreadable), (413, .unreadable),
    ])
  func failures(_ status: Int, _ kind: ModelError.Kind) async throws {
    let transport = MemoryTransport { _ in .json(["error": "no"], status: status) }
    await #expect {
      try await ask(transport)
    } throws: {
      ($0 as? ModelError)?.kind == kind
    }
  }

  @Test(
    "an answer without words is none", arguments: [JSON.null, [], ["choices": []], ["choices": [["message": [:]]]]])
  func empty(_ json: JSON) async throws {
    let transport = MemoryTransport { _ in .json(json) }
    await #expect {
      try await ask(transport)
    } throws: {
      ($0 as? ModelError)?.kind == .unreadable
    }
  }

  @Test("doctor asks for the list of models and sends nobody's words")
  func finding() async throws {
    func finding(_ json: JSON, _ status: Int = 200) async -> RemoteChatModel.Finding {
      let transport = MemoryTransport { request in
        #expect(request.url.hasSuffix("/models") && request.method == "GET" && request.body == nil)
        return .json(json, status: status)
      }
      return await RemoteChatModel(.init(url: "http://x/v1", name: "small"), transport: transport).finding()
    }
    func isReached(_ finding: RemoteChatModel.Finding) -> Bool { if case .reached = finding { true } else { false } }
    #expect(await isReached(finding(["data": [["id": "small"]]])))
    #expect(await isReached(finding(.null, 404)))
    #expect(await !isReached(finding(["data": [["id": "large"]]])))
    #expect(await !isReached(finding(.null, 401)))
    #expect(await !isReached(finding(.null, 500)))
  }
}
