import Formats
import Testing
import Workflows

@Suite struct ExpressionTests {
  private func value(_ text: String, _ names: [String: JSON] = [:]) throws -> JSON {
    try Expression(parsing: text).value { names[$0] ?? .null }
  }

  @Test(arguments: [
    ("1 + 2 * 3", JSON.integer(7)), ("(1 + 2) * 3", 9), ("7 / 2", 3.5), ("8 / 2", 4), ("7 % 4", 3), ("1 / 0", .null),
    ("\"a\" + 1", "a1"), ("\"a\" - 1", .null), ("1 < 2 && 2 <= 2", true), ("!true || null", .null),
    ("null ?? \"x\"", "x"), ("1 == 1.0", true), ("\"b\" > \"a\"", true), ("\"a\" < 1", false),
    ("1 > 2 ? \"yes\" : \"no\"", "no"), ("[1, 2] contains 2", true), ("\"Hello\" contains \"ell\"", true),
    ("-3 + 1", -2), ("length(\"வணக்கம்\")", 5), ("join(split(\"a,b\", \",\"), \"-\")", "a-b"), ("round(2.345, 2)", 2.35),
    ("max(1, 3, 2)", 3), ("sum([1, 2, 3])", 6), ("9223372036854775807 + 1", 9_223_372_036_854_775_808.0),
    ("number(\" 12.5 \")", 12.5), ("upper(\"ab\")", "AB"),
    ("earlier(\"2026-03-01T08:00:00Z\", \"PT1H\")", "2026-03-01T07:00:00Z"), ("earlier(\"soon\", \"PT1H\")", .null),
    ("earlier(null, \"1 hour\")", .null), ("moment(\"2026-03-01T08:00:00Z\")", "2026-03-01T08:00:00Z"),
    ("moment(12)", .null), ("9007199254740993 == 9007199254740992", false),
    ("9007199254740993 > 9007199254740992", true),
    ("max(9007199254740992, 9007199254740993)", .integer(9_007_199_254_740_993)),
    ("sum([4503599627370497000, 1])", .integer(4_503_599_627_370_497_001)),
    ("round(9007199254740993)", .integer(9_007_199_254_740_993)), ("sum([1, 2.5])", 3.5),
  ])
  func evaluates(_ text: String, _ expected: JSON) throws { #expect(try value(text) == expected) }

  @Test func followsPaths() throws {
    let names: [String: JSON] = ["inputs": ["list": [["name": "a", "open": true], ["name": "b"]], "n": 2]]
    #expect(try value("inputs.list[1].name", names) == "b")
    #expect(try value("inputs.list[-1].name", names) == "b")
    #expect(try value("inputs.list[9].name", names) == .null)
    #expect(try value("inputs[\"n\"] - 1", names) == 1)
    #expect(try value("pluck(inputs.list, \"name\")", names) == ["a", "b"])
    #expect(try value("where(inputs.list, \"open\", true)[0].name", names) == "a")
    #expect(try value("nobody.knows.this", names) == .null)
  }

  @Test(arguments: ["", "1 +", "(1", "a.", "nothing(1)", "\"open", "1 2", "a ? b", "join(1)", "[a]", "${x}"])
  func refuses(_ text: String) { #expect(throws: ExpressionError.self) { try Expression(parsing: text) } }

  @Test func boundsNesting() {
    #expect(throws: ExpressionError.self) {
      try Expression(parsing: String(repeating: "(", count: 2_000) + "1" + String(repeating: ")", count: 2_000))
    }
    #expect(throws: ExpressionError.self) { try Expression(parsing: String(repeating: "!", count: 2_000) + "1") }
  }

  @Test func fillsTemplates() throws {
    let names: (String) -> JSON = { $0 == "inputs" ? ["n": 3, "list": [1, 2]] : .null }
    #expect(try Template(parsing: "${inputs.n}").value(names) == 3)
    #expect(try Template(parsing: "n is ${inputs.n}!").value(names) == "n is 3!")
    #expect(try Template(parsing: "${inputs.list}").value(names) == [1, 2])
    #expect(try Template(parsing: "${\"}\" + 1}").value(names) == "}1")
    #expect(throws: ExpressionError.self) { try Template(parsing: "${inputs.n") }
  }
}
