#if canImport(Glibc)
  import Glibc
#endif

/// A place on Earth, WGS 84 degrees.
package struct Coordinate: Hashable, Sendable, Codable {
  package var latitude: Double
  package var longitude: Double

  /// `nil` outside ±90 / ±180 or when not a number.
  package init?(latitude: Double, longitude: Double) {
    guard latitude.isFinite, longitude.isFinite, abs(latitude) <= 90, abs(longitude) <= 180 else { return nil }
    self.latitude = latitude
    self.longitude = longitude
  }

  /// Great-circle metres by the haversine formula on a sphere of 6,371,008.8 m (mean radius, IUGG).
  package func distance(to other: Coordinate) -> Double {
    let radians = Double.pi / 180
    let dLat = (other.latitude - latitude) * radians
    let dLon = (other.longitude - longitude) * radians
    let a =
      sin(dLat / 2) * sin(dLat / 2)
      + cos(latitude * radians) * cos(other.latitude * radians) * sin(dLon / 2) * sin(dLon / 2)
    return 2 * 6_371_008.8 * asin(min(1, a.squareRoot()))
  }
}
