import Base
import Knowledge
import Models
import Store
import Telemetry

extension House {
  /// Lets the language model, where one is set, read what people tell for facts; until cancelled.
  func readFacts() async {
    let log = Log("house")
    do {
      guard let settings = configuration.languageModel else { return try await ModelFacts.rest(store) }
      let facts = ModelFacts(
        store: store, people: people, reader: factReader, model: RemoteChatModel(settings, transport: LazyTransport()),
        perDay: Int(min(max(configuration.number("model.day_calls"), 0), 1_000_000)), changes: changes, clock: clock,
        metrics: metrics)
      // the queue must end with the task, which waits in it
      await withTaskCancellationHandler {
        await facts.run()
      } onCancel: {
        facts.stop()
      }
    } catch {
      log.error("Nothing is read for facts by the language model", ["error": .error(error)])
    }
  }
}
