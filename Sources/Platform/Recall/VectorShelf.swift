import CRecall

/// Vectors of length 1, one a row or none, as bytes: found again by their signs, ranked by bytes, told exactly by two.
///
/// For every question the heads of the signs are read (24 bytes a row), all signs only of the rows whose heads are nearest,
/// and the bytes of the few thousand of these whose signs are nearest. A sign that differs counts by how large the question's
/// number is there.
final class VectorShelf {
  static let endings = [".codes", ".fine", ".scales", ".signs"]
  static let width = Int(TH_RECALL_WIDTH)
  private static let words = Int(TH_RECALL_WORDS)
  private static let head = Int(TH_RECALL_HEAD)
  private static let block = Int(TH_RECALL_BLOCK)

  private let kernels: th_recall_kernels
  private let codes: Plane
  private let fine: Plane
  private let scales: Plane
  private let signs: Plane
  private let planes: [Plane]
  /// The beginnings of the signs, in memory alone; made when there is more than a few rows to look through.
  private let heads: Plane
  private var headed = 0
  private var distances: [UInt16] = []
  private var dots: [Int32] = []

  /// Rows whose signs are nearest that are looked at more closely: at least so many, and so great a part of all.
  private static let closer = 3_000
  private static let closerPart = 0.003
  /// Rows whose heads are nearest, for each of these.
  private static let headsEach = 4
  /// Of these, how many are told exactly.
  private static let exact = 64
  /// Up to so many allowed rows, all are looked at closely.
  private static let few = 20_000

  /// - Parameters:
  ///   - path: the beginning of the files' names; `nil` for memory alone.
  ///   - kernel: by name; the best by itself.
  init(_ path: String?, kernel: String? = nil) throws {
    kernels = Self.kernel(kernel)
    codes = try Plane(path.map { $0 + ".codes" }, rowBytes: Self.width)
    fine = try Plane(path.map { $0 + ".fine" }, rowBytes: Self.width)
    scales = try Plane(path.map { $0 + ".scales" }, rowBytes: 4)
    signs = try Plane(path.map { $0 + ".signs" }, rowBytes: Self.width / 8)
    planes = [codes, fine, scales, signs]
    heads = try Plane(nil, rowBytes: Self.head)
  }

  static var kernelNames: [String] { allKernels.map { String(cString: $0.name) } }

  private static var allKernels: [th_recall_kernels] {
    var sets = [UnsafePointer<th_recall_kernels>?](repeating: nil, count: Int(TH_RECALL_SETS))
    let count = th_recall_kernel_sets(&sets)
    return sets.prefix(Int(count)).compactMap { $0?.pointee }
  }

  private static func kernel(_ name: String?) -> th_recall_kernels {
    let all = allKernels
    return all.first { name == nil || String(cString: $0.name) == name } ?? all[all.count - 1]
  }

  func reserve(_ rows: Int) throws {
    for plane in planes { try plane.reserve(rows) }
  }

  /// Maps what every question reads.
  ///
  /// - Parameter isSearched: else it is only asked for the likeness of rows that are known.
  func populate(_ rows: Int, isSearched: Bool) throws {
    for plane in [codes, scales] { plane.populate(rows) }
    guard isSearched, rows > Self.few else { return }
    signs.populate(rows)
    try stand(rows)
  }

  /// Makes the heads of rows that have none yet.
  private func stand(_ rows: Int) throws {
    guard rows > headed else { return }
    try heads.reserve((rows + Self.block - 1) / Self.block * Self.block)
    th_recall_stand(signs.rows(of: UInt64.self), headed, rows, heads.rows(of: UInt8.self))
    headed = rows
  }

  private func standAgain(_ row: Int) {
    if row < headed { th_recall_stand(signs.rows(of: UInt64.self), row, row + 1, heads.rows(of: UInt8.self)) }
  }

  func bytes(_ rows: Int) -> Int { planes.reduce(0) { $0 + $1.bytes(rows) } }

  func sync() throws { for plane in planes { try plane.sync() } }

  func set(_ vector: [Float], _ row: Int) {
    precondition(vector.count == Self.width, "a vector has \(Self.width) numbers")
    th_recall_pack(
      vector, codes.row(row).assumingMemoryBound(to: Int8.self),
      fine.row(row).assumingMemoryBound(to: UInt8.self),
      scales.row(row).assumingMemoryBound(to: Float.self),
      signs.row(row).assumingMemoryBound(to: UInt64.self))
    standAgain(row)
  }

  /// Leaves nothing of the row's vector.
  func clear(_ row: Int) {
    for plane in planes {
      plane.row(row).initializeMemory(as: UInt8.self, repeating: 0, count: plane.bytes(1))
    }
    standAgain(row)
  }

  /// A row without a vector has the scale 0.
  func holds(_ row: Int) -> Bool { scales.rows(of: Float.self)[row] > 0 }

  /// A question's vector, packed once.
  struct Query {
    fileprivate let vector: [Float]
    fileprivate var codes = [Int8](repeating: 0, count: VectorShelf.width)
    fileprivate var signs = [UInt64](repeating: 0, count: VectorShelf.words)
    fileprivate var worths = [UInt8](repeating: 0, count: Int(TH_RECALL_WORTHS))
    fileprivate var signWorths = [UInt8](repeating: 0, count: VectorShelf.width)
    fileprivate var scale: Float = 0

    init(_ vector: [Float]) {
      precondition(vector.count == VectorShelf.width, "a vector has \(VectorShelf.width) numbers")
      self.vector = vector
      var fine = [UInt8](repeating: 0, count: VectorShelf.width)
      th_recall_pack(vector, &codes, &fine, &scale, &signs)
      th_recall_worths(vector, &worths)
      th_recall_sign_worths(vector, &signWorths)
    }
  }

  /// The cosines of some rows, to two digits or three; 0 for rows without a vector.
  func likenesses(_ query: Query, _ rows: [UInt32], into result: inout [Float]) {
    dots(query, rows)
    result.removeAll(keepingCapacity: true)
    let scales = scales.rows(of: Float.self)
    for (index, row) in rows.enumerated() {
      result.append(Float(dots[index]) * query.scale * scales[Int(row)] * 65_536)
    }
  }

  private func dots(_ query: Query, _ rows: [UInt32]) {
    if dots.count < rows.count { dots = [Int32](repeating: 0, count: rows.count + rows.count / 2) }
    kernels.dots(codes.rows(of: Int8.self), rows, rows.count, query.codes, &dots)
  }

  /// The rows nearest to the query, best first, with their cosines.
  ///
  /// - Parameters:
  ///   - count: of rows there are.
  ///   - allowed: a byte a row, 0 for one that does not exist for this search; `nil` allows all.
  ///   - isExact: by two bytes a number; otherwise by one, in no certain order.
  func nearest(_ query: Query, count: Int, allowed: [UInt8]?, limit: Int, isExact: Bool = true)
    -> [(row: UInt32, likeness: Float)]
  {
    let closer = max(Self.closer, Int(Double(count) * Self.closerPart), limit)
    let some = candidates(query, count: count, allowed: allowed, wanted: closer)
    var likenesses: [Float] = []
    self.likenesses(query, some, into: &likenesses)
    var found = zip(some, likenesses).map { (row: $0, likeness: $1) }
    BestRows.keep(max(limit, isExact ? Self.exact : 0), of: &found)
    guard isExact else { return found }
    let scales = scales.rows(of: Float.self)
    for index in found.indices {
      let row = Int(found[index].row)
      found[index].likeness = th_recall_exact(
        codes.row(row).assumingMemoryBound(to: Int8.self),
        fine.row(row).assumingMemoryBound(to: UInt8.self),
        scales[row], query.vector)
    }
    found.sort { ($0.likeness, $1.row) > ($1.likeness, $0.row) }
    return Array(found.prefix(limit))
  }

  private func candidates(_ query: Query, count: Int, allowed: [UInt8]?, wanted: Int) -> [UInt32] {
    if let allowed {
      var few = [UInt32](repeating: 0, count: Self.few + 1)
      let found = th_recall_open(allowed, count, &few, few.count)
      if found <= Self.few { return Array(few.prefix(found)) }
    } else if count <= Self.few {
      return (0..<UInt32(count)).map { $0 }
    }
    // Without memory for the heads, all rows are looked at.
    guard (try? stand(count)) != nil else { return (0..<UInt32(count)).filter { allowed?[Int($0)] != 0 } }
    if distances.count < count {
      distances = [UInt16](repeating: 0, count: (count + count / 2) / Self.block * Self.block + Self.block)
    }
    kernels.heads(heads.rows(of: UInt8.self), count, query.worths, &distances)
    let some = nearest(count, allowed, wanted: wanted * Self.headsEach)
    kernels.distances(
      signs.rows(of: UInt64.self), some, some.count, query.signs, query.signWorths, &distances)
    return nearest(some.count, nil, wanted: wanted).map { some[Int($0)] }
  }

  /// The rows of least distance, and all that are as near as the last of them.
  private func nearest(_ count: Int, _ allowed: [UInt8]?, wanted: Int) -> [UInt32] {
    let room = wanted * 2
    return [UInt32](unsafeUninitializedCapacity: room) { [kernels, distances] result, found in
      guard let start = result.baseAddress else { return }
      found = withUnsafePointer(to: kernels) { kernels in
        allowed.map { th_recall_nearest(kernels, distances, count, $0, wanted, start, room) }
          ?? th_recall_nearest(kernels, distances, count, nil, wanted, start, room)
      }
    }
  }

  private static let best = allKernels[0]

  /// The scan of scores by words, in this processor's instructions.
  static func above(
    _ scores: [Float], _ rows: Range<Int>, least: Float, into result: inout [UInt32]
  ) -> Int {
    best.above(scores, rows.lowerBound, rows.upperBound, least, &result)
  }
}
