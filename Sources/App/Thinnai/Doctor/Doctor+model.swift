import Actions
import HTTP
import Models

extension Doctor {
  /// Whether a language model is set, and answers.
  func model(_ configuration: Configuration) async -> Result {
    guard let settings = configuration.languageModel else {
      return Result("model", .fine("no language model is set: nothing that people say is sent to one"))
    }
    guard let client = try? HTTPClient() else { return Result("model", .wrong("no connection can be made.")) }
    let finding = await RemoteChatModel(settings, transport: client).finding()
    await client.stop()
    switch finding {
    case .reached(let sentence): return Result("model", .fine(sentence))
    case .refused(let sentence): return Result("model", .wrong(sentence))
    }
  }
}
