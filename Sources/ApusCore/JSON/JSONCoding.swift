/// Turns `Codable` values into ``JSONValue`` and back, without Foundation: doubles come back bit by bit,
/// and a wrong document is an ``ApusError`` that names the path within it.
package enum JSONCoding {
  /// - Parameter userInfo: what the values' own coding may ask for.
  /// - Throws: if the value holds an infinite number or NaN.
  package static func encode(
    _ value: some Encodable, userInfo: [CodingUserInfoKey: Any] = [:]
  ) throws(ApusError) -> JSONValue {
    do {
      let encoder = ValueEncoder(codingPath: [], userInfo: userInfo)
      try value.encode(to: encoder)
      return encoder.target.value
    } catch let error as ApusError {
      throw error
    } catch {
      throw ApusError("cannot be written as JSON: \(error)")
    }
  }

  /// - Parameters:
  ///   - name: what messages call the document.
  ///   - userInfo: what the values' own coding may ask for: a ``Vocabulary``, say.
  /// - Throws: if a member is missing or of another type.
  package static func decode<T: Decodable>(
    _ type: T.Type, from value: JSONValue, name: String = "JSON",
    userInfo: [CodingUserInfoKey: Any] = [:]
  ) throws(ApusError) -> T {
    do {
      return try T(from: ValueDecoder(value: value, codingPath: [], userInfo: userInfo))
    } catch let error as ApusError {
      throw error.at(name)
    } catch let error as DecodingError {
      throw message(error, name)
    } catch {
      throw ApusError("cannot be read: \(error)", at: name)
    }
  }

  private static func message(_ error: DecodingError, _ name: String) -> ApusError {
    func place(_ path: [any CodingKey]) -> String {
      path.isEmpty
        ? name
        : "\(name), \(path.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: "."))"
    }
    switch error {
    case .keyNotFound(let key, let context):
      return ApusError("the member \"\(key.stringValue)\" is missing", at: place(context.codingPath))
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      return ApusError(context.debugDescription, at: place(context.codingPath))
    @unknown default:
      return ApusError("cannot be read: \(error)", at: name)
    }
  }
}

struct AnyKey: CodingKey {
  var stringValue: String
  var intValue: Int?

  init(stringValue: String) { self.stringValue = stringValue }

  init(intValue: Int) {
    stringValue = String(intValue)
    self.intValue = intValue
  }
}
