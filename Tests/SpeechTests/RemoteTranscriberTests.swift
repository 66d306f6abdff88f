import Base
import Formats
import HTTP
import RoomTesting
import Testing
import Text

@testable import Speech

@Suite("Asking a server that hears") struct RemoteTranscriberTests {
  private static let note = Result { try OpusNote(SpokenNote.bytes("x")) }

  private func hear(
    _ transport: MemoryTransport, _ language: Language = .tamil, key: String? = "k-1"
  ) async throws -> Transcript {
    let settings = RemoteTranscriber.Settings(url: "http://127.0.0.1:9/v1", key: key, model: "whisper-large-v3")
    return try await RemoteTranscriber(settings, transport: transport).transcribe(try Self.note.get(), in: language)
  }

  @Test("the note goes as a form, with model, language and key, to the configured place")
  func form() async throws {
    let transport = MemoryTransport { _ in .json(["text": " நான் கீழே\nவிழுந்துட்டேன் "]) }
    #expect(try await hear(transport) == Transcript("நான் கீழே விழுந்துட்டேன்"))
    let request = try #require(transport.requests.first)
    let body = String(decoding: request.body ?? [], as: UTF8.self)
    #expect(request.url == "http://127.0.0.1:9/v1/audio/transcriptions" && request.method == "POST")
    #expect(request.headers["Authorization"] == "Bearer k-1")
    #expect(request.headers["Content-Type"]?.hasPrefix("multipart/form-data; boundary=") == true)
    for part in ["name=\"model\"\r\n\r\nwhisper-large-v3", "name=\"language\"\r\n\r\nta", "filename=\"note.ogg\""] {
      #expect(body.contains(part), "\(part)")
    }
    #expect(request.timeout == .seconds(60) && request.maxResponseBytes == 1 << 20)
    _ = try await hear(transport, .tamilLatin, key: nil)
    let second = try #require(transport.requests.last)
    #expect(second.headers["Authorization"] == nil)
    #expect(String(decoding: second.body ?? [], as: UTF8.self).contains("name=\"language\"\r\n\r\nta\r\n"))
  }

  @Test("a model without the long form is asked for the short one")
  func short() async throws {
    let transport = MemoryTransport([.json(["error": ["message": "response_format"]], status: 400)]) { _ in
      .json(["text": "hello"])
    }
    #expect(try await hear(transport) == Transcript("hello"))
    #expect(String(decoding: transport.requests[1].body ?? [], as: UTF8.self).contains("\r\n\r\njson\r\n"))
  }

  @Test("how sure it is comes from its segments, by their length")
  func confidence() {
    let segments: JSON = [
      ["start": 0, "end": 3, "avg_logprob": -0.1], ["start": 3, "end": 4, "avg_logprob": -2.1], ["text": "x"],
    ]
    let sure = RemoteTranscriber.confidence(segments)
    #expect(sure.map { abs($0 - 0.5488) < 0.001 } == true, "\(String(describing: sure))")
    #expect(RemoteTranscriber.confidence(.null) == nil)
    #expect(RemoteTranscriber.confidence([["avg_logprob": "x"], ["avg_logprob": 1e300]]).map { $0 <= 1 } == true)
  }

  @Test(
    "what the server refuses, and what may pass",
    arguments: [
      (500, "{}", SpeechError.Kind.unanswered), (429, "", .unanswered), (401, "", .refused), (404, "", .refused),
      (200, "not JSON", .refused), (200, "{}", .refused), (200, "{\"text\":7}", .refused),
    ])
  func failures(_ status: Int, _ body: String, _ kind: SpeechError.Kind) async throws {
    let transport = MemoryTransport { _ in .answer(HTTPClientResponse(status: status, body: Array(body.utf8))) }
    let error = await #expect(throws: SpeechError.self) { try await hear(transport) }
    #expect(error?.kind == kind && error?.sentence.contains("k-1") == false)
  }

  @Test("a text is one line of plain words, and no longer than anybody speaks")
  func plain() async throws {
    let long = String(repeating: "word ", count: 10_000)
    let transport = MemoryTransport([.json(["text": .string(long)])]) { _ in .json(["text": "a\u{0}b\u{1B}[31m\t c"]) }
    #expect(try await hear(transport).text.count == 4_000)
    #expect(try await hear(transport).text == "a b [31m c")
  }
}
