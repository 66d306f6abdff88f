import Dispatch
package import Store
import Synchronization

/// The real store on a real file, each of its reads and commits drawn by the loom, with faults on demand.
package final class SimulatedStore: Database {
  private let real: SQLiteDatabase
  private let loom: Loom
  private let fault = Mutex<StoreError.Kind?>(nil)

  init(_ real: SQLiteDatabase, loom: Loom) {
    self.real = real
    self.loom = loom
  }

  /// Until it is `nil` again every change is refused so; a full disk lets those through that may use the reserve.
  package func refuse(_ kind: StoreError.Kind?) { fault.withLock { $0 = kind } }

  package func read<T: Sendable>(_ body: @escaping @Sendable (HouseReader) throws -> T) async throws -> T {
    let real = real
    return try await aside { try await real.read(body) }
  }

  /// Runs on the store's own threads while the loom stands still.
  private func aside<T: Sendable>(_ body: @escaping @Sendable () async throws -> T) async throws -> T {
    try await withUnsafeThrowingContinuation { continuation in
      loom.read {
        let done = DispatchSemaphore(value: 0)
        Task.detached {
          do { continuation.resume(returning: try await body()) } catch { continuation.resume(throwing: error) }
          done.signal()
        }
        done.wait()
      }
    }
  }

  package func submit<T: Sendable>(
    _ priority: WritePriority, _ body: @escaping @Sendable (inout HouseTransaction) throws -> T,
    completion: @escaping @Sendable (Result<T, any Error>) -> Void
  ) {
    loom.write(
      Loom.Write(overtakes: priority != .normal) { [self] done in
        if let kind = fault.withLock({ $0 }), kind != .full || (priority != .reserve && priority != .outcome) {
          completion(.failure(StoreError(kind, "The simulation says \(kind.rawValue).")))
          done.signal()
          return
        }
        real.submit(priority, body) { result in
          completion(result)
          done.signal()
        }
      })
  }

  package func migrate(_ migrations: [Migration]) async throws {
    let real = real
    try await aside { try await real.migrate(migrations) }
  }
  package func backup(to path: String) async throws { try await real.backup(to: path) }
  package func check() async throws -> [String] { try await real.check() }
  package func close() async { await real.close() }
  package var health: StoreHealth { fault.withLock { $0 } == .full ? .full : real.health }
  package var statistics: StoreStatistics { real.statistics }
}
