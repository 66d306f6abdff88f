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
    var batch: [Listing] = []
    var lines: [String: Int] = [:]
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

  /// - Parameter lines: where each id stood first.
  private static func listing(
    _ row: RawListing, _ owner: Person, _ lines: inout [String: Int], _ report: inout Importer.Report
  ) -> Listing? {
    do throws(RowProblem) {
      let (listing, remark) = try row.listing(zone: owner.zone.identifier)
      if let line = lines[listing.id] {
        report.problems.append((row.line, "it has the same id as line \(line), which is kept"))
        return nil
      }
      lines[listing.id] = row.line
      // the row is kept
      if let remark { report.notes.append((row.line, remark)) }
      return listing
    } catch {
      report.problems.append((row.line, error.sentence))
      return nil
    }
  }

  private static func save(
    _ listings: [Listing], in transaction: inout Transaction
  ) throws -> (added: Int, updated: Int, unchanged: Int) {
    var counts = (added: 0, updated: 0, unchanged: 0)
    for listing in listings {
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
