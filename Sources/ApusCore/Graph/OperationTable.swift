/// Every operation of the graph: the tests of values, gradients, errors and bits are generated from it.
package enum OperationTable {
  package static let all: [any GraphOperation.Type] = [
    // Arithmetic
    Add.self, Subtract.self, Multiply.self, Divide.self, Maximum.self, Minimum.self, Power.self,
    // Functions
    Negate.self, Absolute.self, Sign.self, Square.self, SquareRoot.self, Reciprocal.self,
    Exp.self, ExpMinusOne.self, Log.self, LogOnePlus.self, Sin.self, Cos.self, TanhFunction.self,
    SigmoidFunction.self,
    ErrorFunction.self, GaussianErrorLinear.self, GaussianErrorLinearSlope.self, SoftplusFunction.self,
    Rectifier.self, Floor.self, Ceiling.self, Round.self,
    Flush.self,
    // Comparisons
    Equal.self, NotEqual.self, Less.self, LessOrEqual.self, And.self, Or.self, Not.self, IsFinite.self,
    Select.self, Cast.self,
    // Reductions
    Reduce.self, Mean.self, Moments.self, WindowSum.self, Standardize.self, SoftmaxOperation.self,
    LogSoftmaxOperation.self,
    // Products
    MatrixProduct.self, SelfAttention.self, SelfAttentionGradient.self,
    // Windows over images
    Convolution.self, ConvolutionDataGradient.self, ConvolutionWeightGradient.self,
    MaxPool.self, MaxPoolScatter.self, MaxPoolGather.self, AveragePool.self, AveragePoolGradient.self,
    // Movement
    ReshapeOperation.self, Transpose.self, Broadcast.self, Slice.self, Concatenate.self, StopGradient.self,
    Gather.self, ScatterAdd.self, OneHot.self,
    // Random numbers
    RandomUniform.self, RandomNormal.self, RandomBernoulli.self,
    // Sources
    Placeholder.self, Constant.self, ElementCount.self,
  ]
}
