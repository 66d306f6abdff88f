/// What the guard knows of the schema.
struct Catalog {
  init() {}
  init(reading connection: Connection) throws {}
  func guardTenant(_ statement: Statement) throws {}
}
