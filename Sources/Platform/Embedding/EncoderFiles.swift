import Glibc

/// Where the encoder's files lie: the launcher fetches them, nothing else does.
package enum EncoderFiles {
  /// The folders that are looked into: under `THINNAI_MODELS` and nowhere else when that is set; else under the share's
  /// `.build/models`, then under the home's `models`.
  package static func places(share: String?, home: String?, environment: [String: String]) -> [String] {
    let folders =
      environment["THINNAI_MODELS"].map { [$0] }
      ?? [share.map { $0 + "/.build/models" }, home.map { $0 + "/models" }].compactMap { $0 }
    return folders.map { $0 + "/minilm" }
  }

  /// The first of the places that holds weights and vocabulary.
  package static func find(share: String?, home: String?, environment: [String: String]) -> String? {
    places(share: share, home: home, environment: environment).first { folder in
      [weights, vocabulary].allSatisfy { access(folder + "/" + $0, R_OK) == 0 }
    }
  }

  static let weights = "model.safetensors", vocabulary = "vocab.txt"
}
