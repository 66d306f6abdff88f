import Base
import Foundation

@testable import Store

/// A folder and a store that go away with the test.
final class TestHome {
  let folder: String
  private(set) var database: SQLiteDatabase?
  var path: String { folder + "/thinnai.db" }

  init() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("store-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    folder = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func open(_ migrations: [Migration], _ change: (inout StoreOptions) -> Void = { _ in }) async throws -> HouseStore {
    var options = StoreOptions()
    options.ballastBytes = 0
    change(&options)
    let database = try SQLiteDatabase(path: path, options: options)
    self.database = database
    try await database.migrate(migrations)
    return database.house
  }

  func close() async { await database?.close() }
}
