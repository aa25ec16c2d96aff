import Apus

/// A network with its first weights.
let model: Model = {
  do {
    return try Model(input: [2], seed: 1) {
      Dense(4); Tanh(); Dense(2)
    }
  } catch {
    fatalError("\(error)")
  }
}()
/// The class of each row.
let labels = [0, 1, 1, 0]
