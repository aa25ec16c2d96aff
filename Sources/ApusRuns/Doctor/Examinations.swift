extension Examinations {
  /// In the order in which they are shown.
  public static let table: [any Examination.Type] = [
    // Data
    ColumnVariety.self, CopiedColumns.self, LeakingColumns.self, FarOffValues.self, ClassBalance.self,
    SharedRows.self,
    // Start
    InitialLoss.self, RegularisedLoss.self, EqualUnits.self, GradientFlow.self, UnitActivity.self,
    BatchNormRows.self, GradientCorrectness.self,
    // Training
    FewSamples.self, RateRange.self, FiniteTraining.self, UpdateRatio.self,
    // Result
    GeneralizationGap.self, HonestResult.self,
  ]
}
