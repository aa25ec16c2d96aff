/// One of the five lectures that the labs measure.
package enum Lecture: Int, Sendable, CaseIterable, Comparable {
  case stevens = 1, wisconsin, newYork, irvine, bucharest

  /// Its university and course.
  package var title: String {
    switch self {
    case .stevens: "Stevens CS 559, lecture 13"
    case .wisconsin: "Wisconsin CS 540, Neural Networks II"
    case .newYork: "NYU Summer STEM, day 6"
    case .irvine: "UC Irvine, lecture 13, part 2"
    case .bucharest: "Bucharest, Introduction to Deep Learning"
    }
  }

  package static func < (left: Lecture, right: Lecture) -> Bool { left.rawValue < right.rawValue }
}

/// A slide, by its title.
package struct Slide: Sendable {
  package let lecture: Lecture
  package let title: String

  package init(_ lecture: Lecture, _ title: String) {
    (self.lecture, self.title) = (lecture, title)
  }
}

extension [Slide] {
  /// `lecture 1: Optimization · lecture 3: SGD`
  package var words: String {
    map { "lecture \($0.lecture.rawValue): \($0.title)" }.joined(separator: " · ")
  }
}
