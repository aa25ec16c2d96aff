@_exported public import ApusCore
@_exported public import ApusData
@_exported public import ApusMPI
@_exported public import ApusNN
@_exported public import ApusRuns
@_exported public import ApusTraining
@_exported public import ApusViews
