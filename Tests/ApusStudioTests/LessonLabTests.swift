import ApusLabs
import ApusStudio
import Testing

/// Lessons name the lab that measures what they show, and labs the lesson that shows what they measure.
@Suite struct LessonLabTests {
  @Test func lessonsNameALab() {
    let names = Labs.table.map(\.name)
    for preset in Preset.table {
      #expect(names.contains(preset.lab), "\(preset.name): \(preset.lab)")
    }
  }

  @Test func labsNameALesson() {
    for lab in Labs.table {
      guard let lesson = lab.lesson else { continue }
      let preset = Preset.table.first { $0.title == lesson }
      #expect(preset?.lab == lab.name, "\(lab.name): \(lesson)")
    }
  }

  /// A lab of a lesson names one of the lessons that name it.
  @Test func bothWays() {
    for lab in Labs.table where Preset.table.contains(where: { $0.lab == lab.name }) {
      #expect(lab.lesson != nil, "\(lab.name) has a lesson")
    }
  }
}
