import Base
import Formats
import Store
import Text

/// The listings that a person saw last, so that "the second one" and "book it" mean something.
enum LastShown {
  /// After so long nobody remembers a list.
  private static let memory: Duration = .hours(24)

  /// A list that was shown, and what it was asked for with; of one, that one is "it".
  static func save(
    list: [String], query: JSONObject, for person: PersonID, in transaction: Transaction
  ) throws {
    try transaction.execute(
      """
      INSERT INTO listing_shown (tenant, person, listings, current, query, at) VALUES (:tenant, ?, ?, ?, ?, ?)
      ON CONFLICT (tenant, person) DO UPDATE SET listings = excluded.listings, current = excluded.current,
        query = excluded.query, at = excluded.at
      """, person, JSON.array(list.map { .string($0) }).text(), list.count == 1 ? list[0] : nil,
      JSON.object(query).text(), transaction.now)
  }

  /// What the list that was shown last was asked for with; `nil` when none was.
  static func query(of person: PersonID, at now: Instant, _ reader: some Querying) throws -> JSON? {
    try reader.first(
      "SELECT query FROM listing_shown WHERE tenant = :tenant AND person = ? AND at > ? AND query IS NOT NULL", person,
      now - memory
    ) { try JSON.parse($0.text(0)) }
  }

  /// One that was looked at; the list that it came from stays.
  static func save(one: String, for person: PersonID, in transaction: Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO listing_shown (tenant, person, listings, current, at) VALUES (:tenant, ?, '[]', ?, ?)
      ON CONFLICT (tenant, person) DO UPDATE SET current = excluded.current, at = excluded.at
      """, person, one, transaction.now)
  }

  /// - Returns: `nil` when the words are no pointer; several when it is not clear which, none when nothing was shown.
  static func meant(
    by text: String?, _ spoken: Spoken, of person: PersonID, at now: Instant, _ reader: some Querying
  ) throws -> [Listing]? {
    guard let pointer = text.map({ Pointer($0) ?? Pointer(spoken.english($0)) }) ?? Pointer.it else { return nil }
    // a button names a listing by its id, and a shop may be called "First"
    if let text,
      try reader.exists(
        "SELECT 1 FROM listings WHERE tenant = :tenant AND (id = ? OR name = ? COLLATE NOCASE)", text, text)
    {
      return nil
    }
    let row = try reader.first(
      "SELECT listings, current FROM listing_shown WHERE tenant = :tenant AND person = ? AND at > ?", person,
      now - memory
    ) { row in (list: try JSON.parse(row.text(0)), current: row.optionalText(1)) }
    let list = (row?.list.array ?? []).compactMap(\.string)
    let ids: [String]
    switch pointer {
    case .it: ids = row?.current.map { [$0] } ?? list
    case .last: ids = list.suffix(1)
    case .number(let number): ids = list.indices.contains(number - 1) ? [list[number - 1]] : []
    }
    return try ids.prefix(5).compactMap { id in
      try reader.first(
        "SELECT \(Listing.columns) FROM listings l WHERE l.tenant = :tenant AND l.id = ?", id, map: Listing.init)
    }
  }

  private enum Pointer {
    case it, last
    case number(Int)

    private static let numbers = [
      "first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "fifth": 5, "5th": 5,
    ]
    private static let small: Set<String> = [
      "the", "one", "place", "number", "no", "no.", "result", "listing", "shop", "please", "#", "option",
    ]

    init?(_ text: String) {
      let words = Normaliser.normalise(text).split(separator: " ").map(String.init)
      var telling = words.filter { !Self.small.contains($0) }
      // "that pharmacy" is the one that was spoken of
      if telling.count == 2, ["that", "this"].contains(telling[0]) { telling.removeLast() }
      guard telling.count <= 1 else { return nil }
      switch telling.first {
      case nil, "it", "its", "this", "that", "there", "them", "they", "their", "he", "his", "him", "she", "her":
        self = .it
      // "uska number", "avanga": of whom was spoken
      case "uska", "uski", "uske", "unka", "unki", "iska", "iski", "avar", "avanga", "avaroda", "avangaloda", "adhoda":
        self = .it
      case "last": self = .last
      case let word?:
        guard let number = Self.numbers[word] ?? Int(word.hasPrefix("#") ? String(word.dropFirst()) : word),
          (1...20).contains(number)
        else { return nil }
        self = .number(number)
      }
    }
  }
}
