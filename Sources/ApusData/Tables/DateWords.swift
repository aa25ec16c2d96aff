/// The words of written dates in the main languages of Europe: months, weekdays, and what stands between numbers.
enum DateWords {
  /// The number of a month by its name, whole or shortened, in small letters; nil for other words.
  static func month(_ word: String) -> Int? { monthOf[word] }

  /// A Boolean value that indicates whether a word says nothing of the date, as `de`, `th` or a weekday.
  static func isFiller(_ word: String) -> Bool { fillers.contains(word) }

  private static let monthOf: [String: Int] = {
    var numbers: [String: Int] = [:]
    for (number, names) in months.enumerated() {
      for name in names.split(separator: " ") { numbers[String(name)] = number + 1 }
    }
    return numbers
  }()

  /// English, German, French, Spanish, Italian, Portuguese, Dutch, Polish, and the Scandinavian languages.
  private static let months = [
    "january jan januar jänner janvier janv enero ene gennaio gen janeiro januari stycznia styczeń sty",
    "february feb februar februari février fevrier févr fev febrero febbraio fevereiro lutego luty lut",
    "march mar märz maerz mär mrz mars marzo março marco maart mrt marca marzec marts",
    "april apr avril avr abril abr aprile kwietnia kwiecień kwi",
    "may mai mayo maggio mag maio mei maja maj",
    "june jun juni juin junio giugno giu junho czerwca czerwiec cze",
    "july jul juli juillet juil julio luglio lug julho lipca lipiec lip",
    "august aug août aout agosto ago augustus augusti sierpnia sierpień sie",
    "september sep sept septembre septiembre setiembre settembre set setembro września wrzesień wrz",
    "october oct oktober okt octobre octubre ottobre ott outubro out października październik paź",
    "november nov novembre noviembre novembro listopada listopad lis",
    "december dec dezember dez décembre decembre déc diciembre dic dicembre dezembro grudnia grudzień gru",
  ]

  private static let fillers: Set<String> = Set(
    ("st nd rd th er ème º ª of de del di le la el den der the at à às um alle a.d kl uhr h "
      + "mon tue tues wed thu thur thurs fri sat sun monday tuesday wednesday thursday friday saturday sunday "
      + "mo di mi do fr sa so montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag "
      + "lun mer jeu ven sam dim lundi mardi mercredi jeudi vendredi samedi dimanche "
      + "lunes martes miércoles jueves viernes sábado domingo mié jue vie sáb dom "
      + "lunedì martedì mercoledì giovedì venerdì sabato domenica gio sab "
      + "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag ma wo vr za zo")
      .split(separator: " ").map(String.init))
}
