import RoomTesting

@testable import Store

/// A folder and a store that go away with the test.
final class TestHome {
  private(set) var database: SQLiteDatabase?
  private let place: TestFolder
  var folder: String { place.path }
  var path: String { folder + "/thinnai.db" }

  init() throws { place = try TestFolder("store") }

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
