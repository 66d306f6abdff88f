/// What people call a kind of business, and the words under which directories file it.
enum Categories {
  /// Stems to search for (any of them), the asked word first; just that word when nothing is known about it.
  static func stems(_ word: String) -> [String] {
    let stem = SearchText.stem(word)
    for group in groups where group.contains(where: { SearchText.stem($0) == stem }) {
      var stems = [stem]
      for other in group.map(SearchText.stem) where !stems.contains(other) { stems.append(other) }
      return stems
    }
    return [stem]
  }

  /// Two words that mean one kind, joined before the search (`medical shop`).
  static func joined(_ words: [String]) -> [String] {
    var out: [String] = []
    var index = 0
    while index < words.count {
      let next = index + 1 < words.count ? words[index + 1] : ""
      if let one = pairs[SearchText.stem(words[index]) + " " + SearchText.stem(next)] {
        out.append(one)
        index += 2
      } else {
        out.append(words[index])
        index += 1
      }
    }
    return out
  }

  private static let pairs: [String: String] = [
    "medical shop": "pharmacy", "medical store": "pharmacy", "drug store": "pharmacy", "petrol bunk": "fuel",
    "petrol station": "fuel", "petrol pump": "fuel", "gas station": "fuel",
    "fuel station": "fuel", "coffee shop": "cafe", "tea shop": "cafe", "beauty parlour": "salon",
    "beauty salon": "salon", "book shop": "bookshop", "book store": "bookshop", "hardware shop": "hardware",
    "hardware store": "hardware", "sweet shop": "sweets", "cash machine": "atm", "grocery store": "supermarket",
    "eye doctor": "optician",
  ]

  private static let groups: [[String]] = [
    ["pharmacy", "chemist", "drugstore", "medical", "medicine"],
    ["restaurant", "eatery", "diner", "bistro", "mess", "food", "eat", "meals"],
    ["cafe", "coffee", "coffeehouse", "tea"],
    ["bar", "pub", "tavern", "brewery"],
    ["supermarket", "grocery", "groceries", "convenience", "provision"],
    ["fuel", "petrol", "gas", "filling"],
    ["doctor", "clinic", "physician", "gp", "medical"],
    ["hospital", "emergency"],
    ["dentist", "dental", "orthodontist"],
    ["salon", "hairdresser", "barber", "hair", "beauty", "parlour"],
    ["bank", "credit"],
    ["atm", "cash"],
    ["hotel", "lodge", "motel", "guesthouse", "accommodation", "hostel"],
    ["gym", "fitness"],
    ["lawyer", "solicitor", "attorney", "advocate", "legal"],
    ["vet", "veterinary", "veterinarian"],
    ["mechanic", "garage", "automotive"],
    ["plumber", "plumbing"],
    ["electrician", "electrical"],
    ["carpenter", "joinery", "carpentry"],
    ["bakery", "baker", "bakers"],
    ["bookshop", "bookstore", "books", "bookseller"],
    ["hardware", "doityourself", "diy"],
    ["sweets", "confectionery", "mithai"],
    ["school", "education"],
    ["physiotherapist", "physiotherapy", "physio"],
    ["optician", "optometrist", "eyewear"],
    ["tailor", "tailoring", "dressmaker"],
    ["florist", "flowers", "flower"],
    ["cinema", "theatre", "movies"],
    ["greengrocer", "vegetable", "vegetables", "fruit", "fruits"],
    ["jeweller", "jewellery", "jewelry", "jeweler"],
    ["clothes", "clothing", "garments", "textile", "textiles", "apparel", "boutique"],
    ["shoe", "shoes", "footwear"],
    ["butcher", "meat", "mutton", "chicken"],
    ["fish", "seafood", "fishmonger"],
    ["stationery", "stationer"],
    ["photocopy", "copyshop", "xerox"],
    ["laundry", "laundromat", "cleaners"],
    ["phone", "mobile", "mobiles"],
    ["tyre", "tyres", "tire"],
  ]
}
