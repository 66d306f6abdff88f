import Base
import Glibc

/// The rows of an index and their terms in files, or in memory alone; holds no word, only hashes.
///
/// A row counts once the header says so, and is trusted after a crash once it was synced: the rest is read again from the
/// store.
final class RecallFile {
  private struct Header {
    var magic: UInt64 = 0
    /// Rows that were written, and how many of these are on the disk for certain.
    var count: Int64 = 0
    var synced: Int64 = 0
    var terms: Int64 = 0
  }

  static let endings = [".rows", ".terms"]
  private static let magic: UInt64 = 0x7468_7265_6361_0001
  private static let recordBytes = MemoryLayout<RecallRecord>.stride
  private static let postingBytes = 5

  private let records: Plane
  private let terms: Plane

  init(_ path: String?) throws {
    records = try Plane(path.map { $0 + ".rows" }, rowBytes: Self.recordBytes)
    terms = try Plane(path.map { $0 + ".terms" }, rowBytes: Self.postingBytes)
    if header.magic != Self.magic { header = Header(magic: Self.magic) }
    if header.count != header.synced {
      header.count = header.synced
      header.terms = count == 0 ? 0 : record(count - 1).firstTerm + Int64(record(count - 1).terms)
    }
  }

  private var header: Header {
    get { records.start.load(as: Header.self) }
    set { records.start.storeBytes(of: newValue, as: Header.self) }
  }

  var count: Int { Int(header.count) }
  var bytes: Int { records.bytes(count + 1) + terms.bytes(Int(header.terms)) }

  // The first record is the header.
  func record(_ row: Int) -> RecallRecord { records.row(row + 1).load(as: RecallRecord.self) }

  func append(_ record: RecallRecord, _ postings: [Postings.Posting]) throws {
    var (record, header) = (record, header)
    record.firstTerm = header.terms
    record.terms = UInt32(postings.count)
    try records.reserve(count + 2)
    try terms.reserve(Int(header.terms) + postings.count)
    for (index, posting) in postings.enumerated() {
      let place = terms.row(Int(header.terms) + index)
      place.storeBytes(of: posting.term, as: UInt32.self)
      place.storeBytes(of: posting.impact, toByteOffset: 4, as: UInt8.self)
    }
    records.row(count + 1).storeBytes(of: record, as: RecallRecord.self)
    header.terms += Int64(postings.count)
    header.count += 1
    self.header = header
  }

  func postings(_ record: RecallRecord) -> some Sequence<Postings.Posting> {
    (0..<Int(record.terms)).lazy.map { [terms] index in
      let place = terms.row(Int(record.firstTerm) + index)
      return Postings.Posting(
        term: place.loadUnaligned(as: UInt32.self),
        impact: place.load(fromByteOffset: 4, as: UInt8.self))
    }
  }

  /// Leaves nothing of the row but its number.
  func clear(_ row: Int) {
    let record = record(row)
    terms.row(Int(record.firstTerm)).initializeMemory(
      as: UInt8.self, repeating: 0, count: terms.bytes(Int(record.terms)))
    let empty = RecallRecord(
      id: record.id, at: 0, firstTerm: record.firstTerm, terms: record.terms,
      session: record.session, isLive: false)
    records.row(row + 1).storeBytes(of: empty, as: RecallRecord.self)
  }

  /// Takes away the last row, which was cleared.
  func removeLast() {
    var header = header
    header.terms = record(count - 1).firstTerm
    header.count -= 1
    header.synced = min(header.synced, header.count)
    self.header = header
  }

  func sync() throws {
    try terms.sync()
    try records.sync()
    header.synced = header.count
    try records.sync()
  }
}
