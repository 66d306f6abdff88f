import Base
import Testing

@testable import Formats

@Suite struct CSVTests {
  static func fields(_ text: String) -> [[String]] {
    CSVReader.rows(Array(text.utf8)).compactMap { try? $0.get().fields }
  }

  @Test func readsWhatSpreadsheetsWrite() {
    #expect(Self.fields("a,b\r\n1,2\r\n") == [["a", "b"], ["1", "2"]])
    #expect(Self.fields("\u{FEFF}a;b\n\"1;x\";2") == [["a", "b"], ["1;x", "2"]])
    #expect(Self.fields("a\tb\r1\t2\r") == [["a", "b"], ["1", "2"]])
    #expect(Self.fields("a,b\n\"x \"\"y\"\"\n z\",\n\n,\n") == [["a", "b"], ["x \"y\"\n z", ""], ["", ""]])
    #expect(Self.fields("a,b\n\"one\r\ntwo\",3") == [["a", "b"], ["one\r\ntwo", "3"]])
    #expect(Self.fields("\"a;b\nc\",d\n1,2") == [["a;b\nc", "d"], ["1", "2"]])
    #expect(Self.fields("") == [])
    #expect(Self.fields("\"\"\n") == [[""]])
  }

  @Test func linesAreCountedThroughFields() throws {
    let rows = CSVReader.rows(Array("a,b\n\"x\ny\",1\n\nlast,2".utf8))
    #expect(try rows.map { try $0.get().line } == [1, 2, 5])
  }

  @Test func aBadRowLeavesTheOthers() async throws {
    let text = "Name, Reading\nmeena,1\nx\"y,2\n\"q\"z,3\nonly\nravi,4\n\"open,5"
    var table = try await CSVTable(ByteSource(Array(text.utf8)))
    var (rows, errors): ([CSVTable.Row], [CSVError]) = ([], [])
    while let result = try await table.next() {
      switch result {
      case .success(let row): rows.append(row)
      case .failure(let error): errors.append(error)
      }
    }
    #expect(rows.map { $0["name"] } == ["meena", "ravi"])
    #expect(rows.map { $0["READING"] } == ["1", "4"])
    #expect(rows[0]["nothing"] == nil)
    #expect(errors.map(\.line) == [3, 4, 5, 7])
    #expect(errors.map(\.reason) == [.quote, .quote, .columns, .unclosed])
    await #expect(throws: CSVError.self) { try await CSVTable(ByteSource([])) }
  }

  @Test func sizesAreBounded() {
    let long = "a,b\n" + String(repeating: "x", count: 200) + ",1\n2,3\n"
    let rows = CSVReader.rows(Array(long.utf8), limits: .init(field: 100, fields: 3))
    #expect(rows.count == 3)
    #expect(throws: CSVError(.fieldSize, line: 2)) { try rows[1].get() }
    let wide = CSVReader.rows(Array("a,b,c,d\n1,2\n".utf8), limits: .init(field: 100, fields: 3))
    #expect(throws: CSVError(.fields, line: 1)) { try wide[0].get() }
    #expect(throws: CSVError(.utf8, line: 2)) { try CSVReader.rows([0x61, 0x0A, 0xFF, 0x0A])[1].get() }
  }

  /// Written rows read back the same, in pieces of any size; noise neither ends the process nor loses the way.
  @Test func roundTripsAndSurvivesNoise() async throws {
    let random = SeededRandom(seed: 5)
    let alphabet = Array("ab,;\t\"\r\n தமி1".unicodeScalars)
    for _ in 0..<300 {
      let width = 1 + random.below(4)
      let rows = (0..<1 + random.below(5)).map { _ in
        (0..<width).map { _ in
          var text = ""
          for _ in 0..<random.below(6) { text.unicodeScalars.append(alphabet[random.below(alphabet.count)]) }
          return text
        }
      }
      let bytes = CSVWriter.bytes(rows)
      var read: [[String]] = []
      var reader = CSVReader(separator: UInt8(ascii: ","))
      var at = 0
      while at < bytes.count {
        let end = min(bytes.count, at + 1 + random.below(7))
        reader.feed(bytes[at..<end])
        at = end
        while let row = reader.next() { read.append(try row.get().fields) }
      }
      reader.finish()
      while let row = reader.next() { read.append(try row.get().fields) }
      #expect(read == rows)

      var noise = bytes
      for _ in 0..<4 where !noise.isEmpty {
        noise[random.below(noise.count)] = UInt8(truncatingIfNeeded: random.next())
      }
      _ = CSVReader.rows(noise)
      var table = try? await CSVTable(ByteSource(random.bytes(random.below(100))))
      while let row = try await table?.next() { _ = row }
    }
  }

  @Test("a quote that is never closed takes its own line with it, and no other")
  func unclosedQuote() {
    let rows = CSVReader.rows(Array("a,b\n1,\"two\n3,four\n5,\"six\nseven\"\n\"8,nine\n10,eleven".utf8))
    let read = rows.compactMap { try? $0.get() }
    #expect(read.map(\.fields).first == ["a", "b"])
    #expect(read.map(\.fields).suffix(1) == [["10", "eleven"]])
    #expect(read.contains { $0.line == 3 && $0.fields == ["3", "four"] })
    let errors = rows.compactMap { row in if case .failure(let error) = row { error } else { nil } }
    #expect(errors.map(\.reason).contains(.unclosed))
    #expect(errors.map(\.line).allSatisfy { [2, 4, 6].contains($0) })
  }

  @Test("two bytes a letter are told with what to do, not read as something else", arguments: [true, false])
  func utf16(_ hasMark: Bool) async {
    var bytes: [UInt8] = hasMark ? [0xFE, 0xFF] : []
    for byte in "time,value\n1,2\n".utf8 { bytes += [0, byte] }
    let rows = CSVReader.rows(bytes)
    #expect(rows.count == 1)
    #expect(throws: CSVError(.encoding, line: 1)) { try rows.first?.get() }
  }

  @Test func formulasAreDefusedForPeople() {
    let bytes = CSVWriter.bytes([["=1+1", "-5", "@x", "plain"]], guardFormulas: true)
    #expect(String(decoding: bytes, as: UTF8.self) == "\"'=1+1\",-5,\"'@x\",plain\r\n")
  }
}
