import Actions
import Base
import People
import Store
import Time

/// Brings a file of listings into a tenant's directory, some hundred a transaction.
enum ListingImporter {
  static let importer = Importer("listings", summary: "Businesses and places, from CSV or GeoJSON.") {
    file, name, columns, owner, store in
    try await run(file, name, columns, owner, store)
  }

  private static func run(
    _ file: ByteSource, _ name: String, _ columns: [String: String], _ owner: Person, _ store: TenantStore
  ) async throws -> Importer.Report {
    var file = try await ListingFile(file, name: name, map: columns)
    var report = Importer.Report()
    if !file.unread.isEmpty {
      let columns = file.unread.prefix(12).joined(separator: ", ")
      let places = file.hasPlaces ? "" : " It has no columns for lat and lon, so nothing in it is found by where it is."
      report.notes.append(
        (1, "Not understood, and left out: the columns \(columns); --map COLUMN=FIELD says what one is.\(places)"))
    }
    var batch: [Entry] = []
    var lines: [String: (line: Int, address: String)] = [:]
    while true {
      let entry = try await file.next()
      switch entry {
      case .problem(let line, let sentence): report.problems.append((line, sentence))
      case .listing(let row):
        if let listing = listing(row, owner, &lines, &report) { batch.append(listing) }
      case nil: break
      }
      guard batch.count == batchSize || entry == nil else { continue }
      let full = batch
      let counts = try await store.write { transaction in try save(full, in: &transaction) }
      report.added += counts.added
      report.updated += counts.updated
      report.unchanged += counts.unchanged
      guard entry != nil else { break }
      batch.removeAll(keepingCapacity: true)
    }
    report.problems.sort { $0.line < $1.line }
    return report
  }

  private static let batchSize = 500

  /// A row of the file. Where the file gives no ids, `branch` is its id if another branch has the one made of its place.
  private struct Entry {
    var listing: Listing
    var branch: String?
  }

  /// - Parameter lines: where each id stood first, and with which address.
  private static func listing(
    _ row: RawListing, _ owner: Person, _ lines: inout [String: (line: Int, address: String)],
    _ report: inout Importer.Report
  ) -> Entry? {
    do throws(RowProblem) {
      var (listing, branch, remark) = try row.listing(zone: owner.zone.identifier)
      if let first = lines[listing.id] {
        guard let own = branch else { throw RowProblem("it has the same id as line \(first.line), which is kept") }
        let other = lines[own]
        guard !listing.address.isEmpty, first.address != listing.address, other == nil else {
          throw RowProblem("it is the same place as line \((other ?? first).line), which is kept")
        }
        (listing.id, branch) = (own, listing.id)
      }
      lines[listing.id] = (row.line, listing.address)
      // the row is kept
      if let remark { report.notes.append((row.line, remark)) }
      return Entry(listing: listing, branch: branch)
    } catch {
      report.problems.append((row.line, error.sentence))
      return nil
    }
  }

  /// The id that a branch has since an earlier import: in another order of rows, the first of a place is another one.
  private static func known(_ entry: Entry, _ transaction: Transaction) throws -> String {
    guard let branch = entry.branch, !entry.listing.address.isEmpty else { return entry.listing.id }
    func address(_ id: String) throws -> String? {
      try transaction.first("SELECT address FROM listings WHERE tenant = :tenant AND id = ?", id) { $0.text(0) }
    }
    guard try address(entry.listing.id) != entry.listing.address, try address(branch) == entry.listing.address else {
      return entry.listing.id
    }
    return branch
  }

  private static func save(
    _ entries: [Entry], in transaction: inout Transaction
  ) throws -> (added: Int, updated: Int, unchanged: Int) {
    var counts = (added: 0, updated: 0, unchanged: 0)
    for entry in entries {
      var listing = entry.listing
      listing.id = try known(entry, transaction)
      let values: [(any SQLConvertible)?] = [
        listing.name, listing.category, listing.address, listing.place?.latitude, listing.place?.longitude,
        listing.phone, listing.website, listing.hours, listing.zone, transaction.now, listing.id,
      ]
      let before = try transaction.first(
        """
        SELECT number, id, name, category, address, phone, website, hours, zone, lat, lon, NULL, 0
        FROM listings WHERE tenant = :tenant AND id = ?
        """, listing.id, map: Listing.init)
      guard let before else {
        try transaction.execute(
          """
          INSERT INTO listings
            (tenant, name, category, address, lat, lon, phone, website, hours, zone, updated_at, id)
          VALUES (:tenant, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """, arguments: values)
        try index(listing, transaction.lastInsertRowID, in: &transaction)
        counts.added += 1
        continue
      }
      var same = listing
      same.number = before.number
      guard same != before else {
        counts.unchanged += 1
        continue
      }
      try transaction.execute(
        """
        UPDATE listings SET name = ?, category = ?, address = ?, lat = ?, lon = ?, phone = ?, website = ?, hours = ?,
          zone = ?, updated_at = ? WHERE tenant = :tenant AND id = ?
        """, arguments: values)
      for sql in [
        "DELETE FROM listings_words WHERE tenant = :tenant AND rowid = ?",
        "DELETE FROM listings_letters WHERE tenant = :tenant AND rowid = ?",
      ] { try transaction.execute(sql, before.number) }
      try index(listing, before.number, in: &transaction)
      counts.updated += 1
    }
    return counts
  }

  private static func index(_ listing: Listing, _ number: Int64, in transaction: inout Transaction) throws {
    try transaction.execute(
      "INSERT INTO listings_words (rowid, tenant, name, category, address) VALUES (?, :tenant, ?, ?, ?)", number,
      listing.name, listing.category, listing.address)
    try transaction.execute(
      "INSERT INTO listings_letters (rowid, tenant, name) VALUES (?, :tenant, ?)", number,
      SearchText.fold("\(listing.name) \(listing.address)"))
    for (sound, word) in Spellings.all(name: listing.name, address: listing.address) {
      try transaction.execute(
        "INSERT OR IGNORE INTO listing_sounds (tenant, sound, word) VALUES (:tenant, ?, ?)", sound, word)
    }
  }
}
