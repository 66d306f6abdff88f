import CEncoder

/// The sets of C kernels, chosen when an encoder is loaded.
enum Kernels {
  /// What this processor can run, best first.
  static var all: [th_kernels] {
    withUnsafeTemporaryAllocation(of: UnsafePointer<th_kernels>?.self, capacity: Int(TH_KERNEL_SETS)) { sets in
      let count = Int(th_kernel_sets(sets.baseAddress))
      return (0..<count).compactMap { sets[$0]?.pointee }
    }
  }

  /// - Parameter name: the best when `nil`.
  static func named(_ name: String?) throws -> th_kernels {
    let all = all
    guard let found = name.map({ name in all.first { String(cString: $0.name) == name } }) ?? all.first else {
      throw EmbeddingError.kernel(name ?? "")
    }
    return found
  }
}
