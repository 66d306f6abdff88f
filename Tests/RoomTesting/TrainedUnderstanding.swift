import Base
import Foundation
package import Understanding

/// The understanding of this checkout's `Intents/`, trained once for all tests of a run.
package enum TrainedUnderstanding {
  package static let folder = RoomHarness.share + "/Intents"

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

  package static func shared() async throws -> NativeUnderstanding { try await trained.value }
}
