import ApusCore
import ApusData
import Foundation
import Testing

/// Files that Pillow wrote, at quality 100 without subsampling, of smooth colors. Where the machine has no library for JPEG, the
/// message says what to install.
@Suite struct JPEGTests {
  private static let baseline =
    """
    /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ\
    EBAQEBAQH/2wBDAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQH/wAARCAAM\
    ABADAREAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAACAn/xAAtEAAAAQcJCQAAAAAAAAAAAAABAAIGESEkMQMFBzNBUWGB4RMjQ1JxcpGh8f\
    /EABcBAQADAAAAAAAAAAAAAAAAAAkGCAr/xAAuEQAAAgcGAwkAAAAAAAAAAAABBwAhJEFSYXECBAUGMVEjNEIDESIyQ4GR0vD/2gAMAwEAAhED\
    EQA/AJOonQPVOdyh2emisIL8Zh2qvDXoNr1KhvNKtk4a3KtMA+ek/gRHcUTaJ0D1Tk1nDj6j8FqhI9DMO1fbtbrXXMZorROGtyrTB10/K0CqMl\
    E0PmFck6RVabeAcmfXMoQZma8bamqN1pwiMaZpyczFivddOPA4dgGL2opE2iaHzDu3Sw0YmsZ2YeGXEeZm5sxvjNUbrX3RWidzFirM0QOGWvim\
    ugJ//9k=
    """
  private static let progressive =
    """
    /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ\
    EBAQEBAQH/2wBDAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQH/wgARCAAM\
    ABADAREAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAABwj/xAAXAQEAAwAAAAAAAAAAAAAAAAAIBQcJ/9oADAMBAAIQAxAAAAGTl/VqaeVayw\
    maaaeVb//EABcQAQEBAQAAAAAAAAAAAAAAAAQAAwX/2gAIAQEAAQUCJwYnBiDwiDwv/8QAHhEAAAUFAQAAAAAAAAAAAAAAAAQGI1EFMTNB8CL/\
    2gAIAQMBAT8BRyrxORsI5V4nI2EdUTTXuOuEdUTTbkdcf//EAB8RAAEDAwUAAAAAAAAAAAAAAAYAI1EEBdEiMjNBQv/aAAgBAgEBPwEmNuR2fS\
    Jjbe7PaJrrWuuzOUTXat1uzOV//8QAFxAAAwEAAAAAAAAAAAAAAAAAAAEiof/aAAgBAQAGPwJRgowUik//xAAZEAACAwEAAAAAAAAAAAAAAAAA\
    0RBRkfH/2gAIAQEAAT8hgAOFRhaR/9oADAMBAAIAAwAAABAYT//EACERAAEBCAMBAAAAAAAAAAAAAAEAITFRYXGh0fARgZGx/9oACAEDAQE/EL\
    ztn4SYlbPDWOFVxfnMAcKMWDTJ/ZtAv//EABwRAAICAgMAAAAAAAAAAAAAAAABIWFR0UGhsf/aAAgBAgEBPxCHC/RZslr7XZpng2zqkf/EACIQ\
    AAADCAMBAAAAAAAAAAAAAAERIQAxUXGBodHxQWGR4f/aAAgBAQABPxCxEOnwunTNJrP0KkLGI5cxAGc6tQInoTHxIN//2Q==
    """
  private static let gray =
    """
    /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ\
    EBAQEBAQH/wAALCAAMABABAREA/8QAFgABAQEAAAAAAAAAAAAAAAAACggJ/8QAIBAAAAQGAwAAAAAAAAAAAAAAAAYIJAIlNUFTYUNjcf/aAAgB\
    AQAAPwDCtLabacwxcXmgkBLabacwxcXmhN6WyKW5cyxXg11hICWyKW5cyxXg11j/2Q==
    """
  private static let turned =
    """
    /9j/4AAQSkZJRgABAQAAAQABAAD/4QAiRXhpZgAATU0AKgAAAAgAAQESAAMAAAABAAYAAAAAAAD/2wBDAAEBAQEBAQEBAQEBAQEBAQEBAQEBAQ\
    EBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQH/2wBDAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB\
    AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQH/wAARCAAMABADAREAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAACAn/xAAtEAAAAQcJCQ\
    AAAAAAAAAAAAABAAIGESEkMQMFBzNBUWGB4RMjQ1JxcpGh8f/EABcBAQADAAAAAAAAAAAAAAAAAAkGCAr/xAAuEQAAAgcGAwkAAAAAAAAAAAAB\
    BwAhJEFSYXECBAUGMVEjNEIDESIyQ4GR0vD/2gAMAwEAAhEDEQA/AJOonQPVOdyh2emisIL8Zh2qvDXoNr1KhvNKtk4a3KtMA+ek/gRHcUTaJ0\
    D1Tk1nDj6j8FqhI9DMO1fbtbrXXMZorROGtyrTB10/K0CqMlE0PmFck6RVabeAcmfXMoQZma8bamqN1pwiMaZpyczFivddOPA4dgGL2opE2iaH\
    zDu3Sw0YmsZ2YeGXEeZm5sxvjNUbrX3RWidzFirM0QOGWvimugJ//9k=
    """
  private static let inks =
    """
    /9j/7gAOQWRvYmUAZAAAAAAA/9sAQwABAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ\
    EBAQEB/8AAFAgADAAQBEMRAE0RAFkRAEsRAP/EABcAAQEBAQAAAAAAAAAAAAAAAAoACQf/xAAuEAABAAMMCwAAAAAAAAAAAAAABQcIAQMGFxgj\
    JEVSYYPCNEFCVWJlcaKj0+L/2gAOBEMATQBZAEsAAD8ANuyTVmDlMj5EnKPB8moi21k6VSLe11vH8CgGSaswcpSJOUeD5Mv1trJ0qkW9rreQX9\
    kmrMHKKIingTuzue/UdoW2nUlSp63qdv4iFAMk1Zg5SingTuzue/UZfrbTqSpU9b1O38RH/9k=
    """
  private func open(_ base64: String) throws -> ImageDataset? {
    let folder = try TemporaryFolder()
    let path = try folder.write("a.jpg", [UInt8](#require(Data(base64Encoded: base64))))
    do {
      guard case .images(let set) = try DataSource.open(path).content else { throw ApusError("no images") }
      return set.training
    } catch let error as ApusError where error.problem.contains("no library") {
      #expect("\(error)".contains("apt-get install libturbojpeg0"))
      return nil
    }
  }

  private func color(_ x: Int, _ y: Int) -> [Int] { [10 * x + 20, 12 * y + 40, 200 - 5 * x - 4 * y] }

  @Test(arguments: [baseline, progressive, inks])
  func colors(_ base64: String) throws {
    guard let images = try open(base64) else { return }
    #expect(images.inputShape == [12, 16, 3])
    for y in 0..<12 {
      for x in 0..<16 {
        for (channel, expected) in color(x, y).enumerated() {
          #expect(abs(Int(images.bytes[(y * 16 + x) * 3 + channel]) - expected) <= 3)
        }
      }
    }
  }

  @Test func grays() throws {
    guard let images = try open(Self.gray) else { return }
    #expect(images.inputShape == [12, 16, 1])
    for (place, byte) in images.bytes.enumerated() {
      #expect(abs(Int(byte) - (9 * (place % 16) + 8 * (place / 16) + 10)) <= 2)
    }
  }

  /// A camera held upright: what was the left side is on top.
  @Test func asTheCameraWasHeld() throws {
    guard let images = try open(Self.turned) else { return }
    #expect(images.inputShape == [16, 12, 3])
    for y in 0..<16 {
      for x in 0..<12 {
        for (channel, expected) in color(y, 11 - x).enumerated() {
          #expect(abs(Int(images.bytes[(y * 12 + x) * 3 + channel]) - expected) <= 3)
        }
      }
    }
  }

  @Test func damagedFiles() throws {
    let good = [UInt8](try #require(Data(base64Encoded: Self.progressive)))
    let folder = try TemporaryFolder()
    func problem(_ bytes: [UInt8]) throws -> String {
      let path = try folder.write("a.jpg", bytes)
      return message { _ = try DataSource.open(path) }
    }
    for part in [good.count / 2, good.count - 40] {
      let text = try problem(Array(good[..<part]))
      #expect(text.contains("is damaged") || text.contains("no library"), "\(text)")
    }
    #expect(try problem(Array(good[..<30])).contains("is cut off after 30 bytes"))
    for place in 0..<good.count {
      var changed = good
      changed[place] ^= UInt8(1 << (place % 8))
      _ = try? DataSource.open(folder.write("b.jpg", changed))
      _ = try? DataSource.open(folder.write("b.jpg", Array(good[..<place])))
    }
  }
}
