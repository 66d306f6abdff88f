import Actions
import Embedding

extension Doctor {
  /// Whether sentences are understood by what they mean, not by their words alone.
  func encoder() -> Result {
    let share = try? Share.find(home: home, environment: environment).folder
    guard let folder = EncoderFiles.find(share: share, home: home, environment: environment) else {
      let places = EncoderFiles.places(share: share, home: home, environment: environment)
      return Result(
        "encoder",
        .advice(
          "there is no sentence encoder in \(places.joined(separator: " or ")): sentences are understood by their words alone, "
            + "so that new ways to say a thing are missed more often. Start ./thinnai where the network is; it fetches it."
        ))
    }
    do {
      let encoder = try SentenceEncoder(folder: folder, isReadOnly: true)
      return Result(
        "encoder", .fine("all-MiniLM-L6-v2 as \(encoder.precision.rawValue) with \(encoder.kernel), from \(folder)"))
    } catch {
      return Result("encoder", .wrong(sentence(error)))
    }
  }
}
