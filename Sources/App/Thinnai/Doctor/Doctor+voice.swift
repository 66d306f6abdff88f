import Actions
import HTTP
import Speech

extension Doctor {
  /// Whether voice notes are heard and answers can be spoken.
  func voice(_ configuration: Configuration) async -> [Result] {
    let speaking = EspeakVoice().missing
    return [await hearing(configuration)] + [
      Result(
        "speaking",
        speaking.isEmpty
          ? .fine("answers can be spoken in English, Tamil and Hindi, to those who wish it")
          : .advice("answers are written only: apt-get install \(speaking.joined(separator: " ")) to have them spoken.")
      )
    ]
  }

  private func hearing(_ configuration: Configuration) async -> Result {
    guard let engine = configuration.voiceEngine else {
      let missing = EmbeddedTranscriber.missing
      return Result(
        "hearing",
        .advice(
          missing.isEmpty
            ? "voice notes are heard in American English only, and badly: set voice.transcribe.url for all languages."
            : "voice notes are kept and not heard: set voice.transcribe.url, or, for American English only, "
              + "apt-get install \(missing.joined(separator: " "))."))
    }
    guard let client = try? HTTPClient() else { return Result("hearing", .wrong("no connection can be made.")) }
    let finding = await RemoteTranscriber(engine, transport: client).finding()
    await client.stop()
    switch finding {
    case .reached(let sentence): return Result("hearing", .fine(sentence))
    case .refused(let sentence): return Result("hearing", .wrong(sentence))
    }
  }
}
