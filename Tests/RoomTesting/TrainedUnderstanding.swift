import Base
import Embedding
import Foundation
package import Understanding

/// The understanding of this checkout's `Intents/`, trained once for all tests of a run.
package enum TrainedUnderstanding {
  package static let folder = RoomHarness.share + "/Intents"
  /// What Tamil and Hindi words stand for; read once for all houses of a test run.
  package static let lexicon = LazyLexicon(folder: folder + "/lexicon")

  /// Where the model of this run is kept. `THINNAI_TEST_CACHE` names a folder that outlives it, for who runs one test again
  /// and again.
  package static let cache = Result<String, any Error> {
    if let kept = ProcessInfo.processInfo.environment["THINNAI_TEST_CACHE"] { return kept }
    return try runFolder.get().path
  }
  private static let runFolder = Result { try TestFolder("understanding") }

  private static let trained = Task { () -> NativeUnderstanding in
    let engine = try NativeUnderstanding(folder: folder, cache: cache.get())
    let clock = ContinuousClock()
    let took = await clock.measure { await engine.prepare() }
    print("trained in \(took)")
    return engine
  }

  /// Judges by words alone, which needs nothing that was fetched.
  package static func shared() async throws -> NativeUnderstanding { try await trained.value }

  // MARK: As people get it

  private static let environment = ProcessInfo.processInfo.environment
  private static let models = EncoderFiles.find(share: RoomHarness.share, home: nil, environment: environment)
  /// Whether the encoder's weights are there; `./thinnai test` fetches them.
  package static let hasEncoder = models != nil

  private static let whole = Task { () -> NativeUnderstanding in
    // the launcher trains the same model after each build, which takes a tenth of the time that we would need
    let cache =
      environment["THINNAI_TEST_CACHE"] ?? environment["THINNAI_CACHE"]
      ?? (environment["XDG_CACHE_HOME"] ?? NSHomeDirectory() + "/.cache") + "/thinnai"
    let engine = try NativeUnderstanding(
      folder: folder, cache: cache,
      encoder: models.map { SentenceMeaning(encoder: LazyEncoder(folder: $0), lexicon: lexicon) })
    await engine.prepare()
    return engine
  }

  /// Judges by words and by meaning: the shipped understanding, trained ahead where the launcher has done so.
  package static func asShipped() async throws -> NativeUnderstanding { try await whole.value }
}
