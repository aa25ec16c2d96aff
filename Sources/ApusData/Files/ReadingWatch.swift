import ApusCore

/// Hears the step of reading data that is in progress and the part of it that is done, from 0 to 1; ends it by throwing.
typealias ReadingWatch = (_ step: String, _ part: Double) throws(ApusError) -> Void
