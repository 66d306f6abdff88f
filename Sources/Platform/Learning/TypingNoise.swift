import Base

/// Copies of a sentence as a hurried thumb would write it: letters left out, doubled, swapped, or taken from the next key.
struct TypingNoise {
  private static let keys: [[UInt8]] = ["qwertyuiop", "asdfghjkl", "zxcvbnm"].map { Array($0.utf8) }
  /// What stands around a key, itself left out.
  private static let around: [UInt8: [UInt8]] = {
    var around: [UInt8: [UInt8]] = [:]
    for (row, line) in keys.enumerated() {
      for (column, key) in line.enumerated() {
        for other in max(0, row - 1)...min(keys.count - 1, row + 1) {
          for place in column - 1...column + 1 where keys[other].indices.contains(place) && keys[other][place] != key {
            around[key, default: []].append(keys[other][place])
          }
        }
      }
    }
    return around
  }()

  private let random: SeededRandom

  init(seed: UInt64) { random = SeededRandom(seed: seed) }

  /// - Parameter share: of letters that are damaged, 0 to 1.
  func damaged(_ text: WordForms, share: Double) -> WordForms {
    let limit = Int(share * 1_000_000)
    var copy = text
    // Other scripts keep their letters: half a letter is no slip.
    for index in copy.words.indices where copy.words[index].allSatisfy({ $0 < 0x80 }) {
      copy.words[index] = damaged(copy.words[index], limit)
    }
    return copy
  }

  private func damaged(_ word: [UInt8], _ limit: Int) -> [UInt8] {
    var out: [UInt8] = []
    var index = 0
    while index < word.count {
      let letter = word[index]
      defer { index += 1 }
      guard letter >= UInt8(ascii: "a"), letter <= UInt8(ascii: "z"), random.below(1_000_000) < limit else {
        out.append(letter)
        continue
      }
      switch random.below(4) {
      case 0: break
      case 1: out.append(any())
      case 2: out += [letter, any()]
      default:
        if index + 1 < word.count {
          out += [word[index + 1], letter]
          index += 1
        } else {
          let near = Self.around[letter] ?? [letter]
          out.append(near[random.below(near.count)])
        }
      }
    }
    return out
  }

  private func any() -> UInt8 { UInt8(ascii: "a") + UInt8(random.below(26)) }
}
