import Formats
import Foundation
import Synchronization
import Testing

/// What is promised, by `Tests/promises.yaml`.
struct Promises {
  struct Break: CustomTestStringConvertible {
    let promise: String
    let file: String
    let from: String
    let to: String
    /// `Target.Suite/function`, or `Target/function` outside of a suite.
    let test: String

    var testDescription: String { "\(promise) by \(test)" }
    var target: String { String(test.prefix { $0 != "." && $0 != "/" }) }
    var function: String { String(test.suffix(from: test.index(after: test.lastIndex(of: "/") ?? test.startIndex))) }
  }

  static let all: Result<[Break], any Error> = Result {
    let file = "Tests/promises.yaml"
    let list = try YAML.parse(SourceTree.house.files[file] ?? "", file: file).sequence()
    return try list.flatMap { promise in
      let id = try promise.required("id").string()
      _ = try promise.required("promise").string()
      return try promise.required("breaks").sequence().map { node in
        Break(
          promise: id, file: try node.required("in").string(), from: try node.required("from").string(),
          to: try node.required("to").string(), test: try node.required("test").string())
      }
    }
  }
}

@Suite("Promises")
struct PromiseTests {
  @Test("each names a test that is there and a break that still fits the code, in one place")
  func listed() throws {
    let house = SourceTree.house
    for item in try Promises.all.get() {
      let places = house.files[item.file, default: ""].components(separatedBy: item.from).count - 1
      #expect(places == 1, "\(item.promise): what is broken stands in \(places) places of \(item.file)")
      #expect(item.from != item.to, "\(item.promise): the break changes nothing")
      let isThere = house.paths(under: "Tests/\(item.target)", ".swift").contains {
        house.files[$0, default: ""].contains("func \(item.function)(")
      }
      #expect(isThere, "\(item.promise): there is no test \(item.test)")
    }
  }

  @Test(
    "a break turns its test red", .enabled(if: !Broken.wanted.isEmpty), arguments: Broken.wanted)
  func broken(_ item: Promises.Break) throws {
    let isRed = try Broken.house.withLock { house throws(any Error) in try house.turnsRed(item) }
    #expect(isRed, "\(item.testDescription): broken on purpose, the test stayed green")
  }
}
