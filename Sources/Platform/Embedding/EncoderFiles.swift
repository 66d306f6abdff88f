import Glibc

/// Where the encoder's files lie: the launcher fetches them, nothing else does.
package enum EncoderFiles {
  /// The first folder that holds weights and vocabulary: under `THINNAI_MODELS` and nowhere else when that is set; else
  /// under the share's `.build/models`, else under the home's `models`.
  package static func find(share: String?, home: String?, environment: [String: String]) -> String? {
    let folders =
      environment["THINNAI_MODELS"].map { [$0] }
      ?? [share.map { $0 + "/.build/models" }, home.map { $0 + "/models" }].compactMap { $0 }
    return folders.map { $0 + "/minilm" }.first { folder in
      [weights, vocabulary].allSatisfy { access(folder + "/" + $0, R_OK) == 0 }
    }
  }

  static let weights = "model.safetensors", vocabulary = "vocab.txt"
}
