package import Base
import Formats
import Glibc
package import HTTP
package import Text

/// Any server that takes `POST /audio/transcriptions` as OpenAI's does: whisper.cpp, speaches, LocalAI, a paid one.
package struct RemoteTranscriber: Transcriber {
  package struct Settings: Sendable {
    /// Base address with the version, such as `http://127.0.0.1:8000/v1`; the owner's own, so it may lead anywhere.
    package var url: String
    package var key: String?
    package var model: String
    package var timeout: Duration

    package init(url: String, key: String? = nil, model: String = "whisper-1", timeout: Duration = .seconds(60)) {
      self.url = url
      self.key = key
      self.model = model
      self.timeout = timeout
    }
  }

  /// Longer texts are cut: nobody says so much in one breath.
  static let textLimit = 4_000

  private let settings: Settings
  private let transport: any HTTPTransport
  private let random: any RandomSource

  package init(_ settings: Settings, transport: any HTTPTransport, random: any RandomSource = SystemRandom()) {
    self.settings = settings
    self.transport = transport
    self.random = random
  }

  package func understands(_ language: Language) -> Bool { true }

  package func transcribe(_ note: OpusNote, in language: Language) async throws -> Transcript {
    // the long form tells how sure it is; some models have only the short one
    var response = try await ask(note, language, format: "verbose_json")
    if response.status == 400 || response.status == 422 { response = try await ask(note, language, format: "json") }
    switch response.status {
    case 200..<300: break
    case 408, 429, 500...:
      throw SpeechError(.unanswered, "The voice engine answered \(response.status).")
    case 401, 403:
      throw SpeechError(.refused, "The voice engine does not take the key: set voice.transcribe.key anew.")
    default: throw SpeechError(.refused, "The voice engine answered \(response.status).")
    }
    guard let json = try? JSON.parse(response.body), let text = json["text"].string else {
      throw SpeechError(.refused, "The voice engine's answer could not be read.")
    }
    return Transcript(Self.clean(text), confidence: Self.confidence(json["segments"]))
  }

  private func ask(_ note: OpusNote, _ language: Language, format: String) async throws -> HTTPClientResponse {
    var form = MultipartForm(boundary: "thinnai-" + random.code(24))
    form.add("model", settings.model)
    form.add("language", language.base)
    form.add("response_format", format)
    form.add("file", file: "note.ogg", type: "audio/ogg", note.bytes)
    var headers = authorization
    headers.add("Content-Type", form.contentType)
    var request = HTTPClientRequest(
      method: "POST", url: settings.url + "/audio/transcriptions", headers: headers, body: form.body)
    request.timeout = settings.timeout
    request.maxResponseBytes = 1 << 20
    return try await transport.send(request)
  }

  private var authorization: HTTPHeaders { settings.key.map { ["Authorization": "Bearer " + $0] } ?? [:] }

  /// One line of plain words.
  private static func clean(_ text: String) -> String {
    let words = text.split { character in
      character.isWhitespace || character.unicodeScalars.allSatisfy { $0.value < 32 || $0.value == 127 }
    }
    return String(words.joined(separator: " ").prefix(textLimit))
  }

  /// The mean chance of a word, over the segments by their length.
  static func confidence(_ segments: JSON) -> Double? {
    var (sum, weight) = (0.0, 0.0)
    for segment in segments.array ?? [] {
      guard let logarithm = segment["avg_logprob"].double, logarithm.isFinite else { continue }
      let length = max(0.1, (segment["end"].double ?? 0) - (segment["start"].double ?? 0))
      guard length.isFinite else { continue }
      sum += logarithm * length
      weight += length
    }
    guard weight > 0 else { return nil }
    return min(1, exp(sum / weight))
  }
}

extension RemoteTranscriber {
  package enum Finding: Sendable, Hashable {
    case reached(String)
    case refused(String)
  }

  /// Asks the server for its models, for `doctor`; sends it no voice.
  package func finding() async -> Finding {
    var request = HTTPClientRequest.get(settings.url + "/models", headers: authorization)
    request.timeout = .seconds(10)
    request.maxResponseBytes = 1 << 20
    do {
      let response = try await transport.send(request)
      switch response.status {
      case 401, 403: return .refused("The voice engine does not take the key: set voice.transcribe.key anew.")
      case 500...: return .refused("The voice engine answers \(response.status): look into its log.")
      // some servers have no list of models
      case 404, 405: return .reached("the voice engine answers")
      default: break
      }
      let models = ((try? JSON.parse(response.body))?["data"].array ?? []).compactMap { $0["id"].string }
      guard models.isEmpty || models.contains(settings.model) else {
        return .refused(
          "The voice engine has no model \(settings.model): set voice.transcribe.model to one of "
            + "\(models.prefix(8).joined(separator: ", ")).")
      }
      return .reached("the voice engine answers; voice notes are heard with \(settings.model)")
    } catch {
      let why = (error as? any SpeakingError)?.sentence ?? "it did not answer"
      return .refused("The voice engine cannot be reached: \(why) Voice notes are kept and not heard until it is.")
    }
  }
}
