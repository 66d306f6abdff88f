import RoomTesting
import Store
import Testing

@Suite struct CrashMarksTests {
  private let folder: TestFolder
  private var path: String { folder.path + "/marks" }
  init() throws { folder = try TestFolder("marks") }

  @Test("what was under way when the process ended is found once")
  func areFound() throws {
    let first = try CrashMarks(path: path)
    let slot = try #require(first.set(4711))
    _ = first.set(4712)
    first.clear(slot)
    #expect(try CrashMarks(path: path).found == [4712])
    #expect(try CrashMarks(path: path).found.isEmpty)
  }

  @Test("an end that was asked for finds nothing, whatever is under way then")
  func areRetired() throws {
    let first = try CrashMarks(path: path)
    let slot = try #require(first.set(4711))
    first.retire()
    #expect(first.set(4712) == nil)
    first.clear(slot)
    #expect(first.set(4713) == nil)
    #expect(try CrashMarks(path: path).found.isEmpty)
  }

  @Test("the end of the machine finds nothing")
  func areOfOneStart() throws {
    let first = try CrashMarks(path: path, start: 1)
    _ = first.set(4711)
    #expect(try CrashMarks(path: path, start: 2).found.isEmpty)
  }
}
