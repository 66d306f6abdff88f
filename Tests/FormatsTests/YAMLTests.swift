import Base
import Testing

@testable import Formats

@Suite struct YAMLTests {
  @Test func readsAFilePeopleWrite() throws {
    let text = """
      # who answers
      name: Ammachi        # a comment
      quiet: { from: 22, to: 6.5 }
      tones: [warm, "8", 'no']
      enabled: yes
      language: no
      note: |
        first
        second
      none:
      """
    let node = try YAML.parse(text, file: "elder.yaml")
    #expect(node["name"]?.string == "Ammachi")
    #expect(node["quiet"]?["from"]?.int == 22)
    #expect(node["quiet"]?["to"]?.double == 6.5)
    #expect(node["tones"]?.strings == ["warm", "8", "no"])
    #expect(node["tones"]?[1]?.int == nil)
    #expect(node["enabled"]?.bool == true)
    #expect(node["note"]?.string == "first\nsecond\n")
    #expect(node["none"]?.isNull == true)
    #expect(node["note"]?.line == 7)
    #expect(node["quiet"]?["to"]?.column == 24)
    #expect(node.keys == ["name", "quiet", "tones", "enabled", "language", "note", "none"])
    #expect(node.json["language"] == "no")
    #expect(node.json["tones"] == ["warm", "8", "no"])
    #expect(node.json["quiet"] == ["from": 22, "to": 6.5])
  }

  struct Bad: CustomTestStringConvertible {
    var text: String, line: Int?, says: String
    var testDescription: String { says }
  }
  @Test(
    "complaints name the line",
    arguments: [
      Bad(text: "a: 1\nb: 2\na: 3", line: 3, says: "the key “a” only once"),
      Bad(text: "a: 1\nb: !ruby x", line: 2, says: "without the tag"),
      Bad(text: "a: !!str 1", line: 1, says: "without the tag"),
      Bad(text: "a: 1\n---\nb: 2", line: 2, says: "one document"),
      Bad(text: "a: *nobody", line: 1, says: "an anchor"),
      Bad(text: "a:\n  - b\n c", line: 3, says: "valid YAML"),
      Bad(text: "? [a]\n: b", line: 1, says: "a text as key"),
      Bad(text: "a: \"open", line: 1, says: "valid YAML"),
      Bad(text: "a: \u{1}", line: nil, says: "control characters"),
      Bad(text: String(repeating: "[", count: 70), line: 1, says: "levels of nesting"),
    ])
  func refuses(_ bad: Bad) {
    #expect { try YAML.parse(bad.text, file: "x.yaml") } throws: { error in
      guard let error = error as? DataFileError else { return false }
      return (bad.line == nil || error.line == bad.line) && error.expected.contains(bad.says) && error.file == "x.yaml"
    }
  }

  @Test func aliasesRepeatButNeverExplode() throws {
    let node = try YAML.parse("a: &x [1, 2]\nb: *x", file: "x")
    #expect(node["b"]?.strings == ["1", "2"])
    var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...12 {
      bomb += "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ",") + "]\n"
    }
    #expect { try YAML.parse(bomb, file: "x") } throws: { ($0 as? DataFileError)?.expected.contains("aliases") == true }
    #expect(throws: DataFileError.self) { try YAML.parse("a: &a [*a]", file: "x") }
    let chain = "a0: &a0 [x]\n" + (1...80).map { "a\($0): &a\($0) [*a\($0 - 1)]\n" }.joined()
    #expect { try YAML.parse(chain, file: "x") } throws: {
      ($0 as? DataFileError)?.expected.contains("nesting") == true
    }
  }

  @Test func unknownKeysSuggestTheNearest() throws {
    let node = try YAML.parse("name: a\nscedule: b", file: "x.yaml")
    #expect { try node.onlyKeys(["name", "schedule"]) } throws: { error in
      (error as? DataFileError)?.sentence == "x.yaml, line 2: unknown key “scedule”, did you mean “schedule”?"
    }
    #expect(throws: Never.self) { try node.onlyKeys(["name", "scedule"]) }
    #expect { try node.required("when") } throws: { ($0 as? DataFileError)?.expected == "the key “when” is missing" }
    #expect { try node.required("name").int() } throws: { ($0 as? DataFileError)?.line == 1 }
  }

  @Test func manyDocumentsWhenAsked() throws {
    let documents = try YAML.parseAll(Array("a: 1\n---\nb: 2\n".utf8), file: "x")
    #expect(documents.count == 2)
    #expect(try YAML.parse([], file: "x").isNull)
    #expect(try YAML.parse("\u{FEFF}a: 1", file: "x")["a"]?.int == 1)
  }

  @Test func survivesNoise() {
    let random = SeededRandom(seed: 7)
    let seed = Array("a: &x [1, {b: \"c\\n\"}]\n? d\n: - |\n   e\n  - *x\n%TAG ! f\n--- !g 'h'\n...\n".utf8)
    for _ in 0..<4_000 {
      var bytes = seed
      for _ in 0...random.below(8) where !bytes.isEmpty {
        let at = random.below(bytes.count)
        switch random.below(4) {
        case 0: bytes[at] = UInt8(truncatingIfNeeded: random.next())
        case 1: bytes.remove(at: at)
        case 2: bytes.insert(seed[random.below(seed.count)], at: at)
        default: bytes.append(contentsOf: bytes[at...].prefix(40))
        }
      }
      _ = try? YAML.parseAll(bytes, file: "x").map(\.json)
      _ = try? YAML.parse(random.bytes(random.below(200)), file: "x")
    }
  }

  @Test func missingFilesAreNamed() {
    #expect { try YAML.load(path: "/nonexistent/x.yaml") } throws: { error in
      (error as? DataFileError)?.file == "/nonexistent/x.yaml"
    }
  }
}

@Suite struct EditDistanceTests {
  @Test func countsSlips() {
    #expect(EditDistance.between("reminder", "reminder") == 0)
    #expect(EditDistance.between("remidner", "reminder") == 1)
    #expect(EditDistance.between("remnder", "reminders") == 2)
    #expect(EditDistance.between("a", "abcd") == nil)
    #expect(EditDistance.between("", "ab") == 2)
    #expect(EditDistance.nearest("shcedule", in: ["name", "schedule", "scheduled"]) == "schedule")
    #expect(EditDistance.nearest("to", in: ["from", "at"]) == nil)
  }

  /// Against the full table without a band.
  @Test func agreesWithTheWholeTable() {
    let random = SeededRandom(seed: 3)
    func slow(_ a: [UInt8], _ b: [UInt8]) -> Int {
      var d = Array(repeating: Array(repeating: 0, count: b.count + 1), count: a.count + 1)
      for i in 0...a.count { d[i][0] = i }
      for j in 0...b.count { d[0][j] = j }
      for i in 0..<a.count {
        for j in 0..<b.count {
          d[i + 1][j + 1] = min(d[i][j] + (a[i] == b[j] ? 0 : 1), d[i][j + 1] + 1, d[i + 1][j] + 1)
          if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
            d[i + 1][j + 1] = min(d[i + 1][j + 1], d[i - 1][j - 1] + 1)
          }
        }
      }
      return d[a.count][b.count]
    }
    for _ in 0..<4_000 {
      let a = (0..<random.below(8)).map { _ in UInt8(random.below(3)) }
      let b = (0..<random.below(8)).map { _ in UInt8(random.below(3)) }
      for limit in 1...3 {
        let exact = slow(a, b)
        #expect(EditDistance.between(a, b, limit: limit) == (exact <= limit ? exact : nil))
      }
    }
  }
}
