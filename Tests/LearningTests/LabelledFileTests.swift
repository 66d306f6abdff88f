import Foundation
import Learning
import RoomTesting
import Testing

@Suite("Files of labelled sentences")
struct LabelledFileTests {
  private let folder: TestFolder
  private var path: String { folder.path + "/rows.jsonl" }

  init() throws { folder = try TestFolder("rows") }

  private func write(_ text: String) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: path)) }

  @Test("rows are read whatever stands around them")
  func rows() throws {
    try write(
      "\u{FEFF}{\"text\":\"hi\",\"intent\":\"greet\",\"slots\":[1]}\r\n\n  \n{\"intent\":\"oos\",\"text\":\"\"}\n{\"text\":\"அம்மா\",\"intent\":7}"
    )
    #expect(
      try LabelledFile.rows(path) == [LabelledText("hi", "greet"), LabelledText("", nil), LabelledText("அம்மா", "7")])
    #expect(try LabelledFile.texts(path) == ["hi", "", "அம்மா"])
  }

  @Test(
    "a bad row is named by its line",
    arguments: [
      "nonsense", "[1]", "{\"text\":\"a\"}", "{\"intent\":\"a\"}", "{\"text\":1,\"intent\":\"a\"}",
      "{\"text\":\"a\",\"intent\":null}", "{\"text\":\"a\",\"intent\":\"\"}", "{\"text\":\"a\",\"intent\":[]}",
      "{\"text\":\"a\",\"intent\":\"b\"} x", "{\"text\":\"a\",\"intent\":\"b\"",
    ])
  func badRow(_ row: String) throws {
    try write("{\"text\":\"hi\",\"intent\":\"greet\"}\n\n\(row)\n")
    let error = #expect(throws: LearningError.self) { try LabelledFile.rows(path) }
    #expect(error?.fact == .badRow)
    #expect(error?.sentence.contains("rows.jsonl, line 3") == true)
  }

  @Test("no file and a folder are said; an empty file has no rows")
  func files() throws {
    #expect(throws: LearningError.self) { try LabelledFile.rows(folder.path + "/none") }
    #expect(throws: LearningError.self) { try LabelledFile.rows(folder.path) }
    try write("")
    #expect(try LabelledFile.rows(path).isEmpty)
  }
}
