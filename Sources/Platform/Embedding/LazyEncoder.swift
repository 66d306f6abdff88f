import Synchronization

/// The house's encoder, loaded when a text first needs it: a house at rest does not pay for it.
package final class LazyEncoder: Sendable {
  /// What to tell where it does not work.
  package enum State: Sendable {
    case ready(SentenceEncoder)
    /// The files are not there: everything goes on without.
    case absent
    case broken(EmbeddingError)
  }

  private let folder: String?
  private let precision: SentenceEncoder.Precision
  private let loaded = Mutex<State?>(nil)

  /// - Parameter folder: as `EncoderFiles.find` gives it.
  package init(folder: String?, precision: SentenceEncoder.Precision = .int8) {
    (self.folder, self.precision) = (folder, precision)
  }

  /// Loads at the first call, some milliseconds (a second when the bytes must be made first); later calls are cheap.
  package var state: State {
    loaded.withLock { loaded in
      if let loaded { return loaded }
      let found = load()
      loaded = found
      return found
    }
  }

  /// `nil` where there is none to be had.
  package var encoder: SentenceEncoder? { if case .ready(let encoder) = state { encoder } else { nil } }

  private func load() -> State {
    guard let folder else { return .absent }
    do { return .ready(try SentenceEncoder(folder: folder, precision: precision)) } catch {
      return .broken(error as? EmbeddingError ?? .memory)
    }
  }
}
