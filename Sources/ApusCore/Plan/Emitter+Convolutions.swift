import CApus

// What moves a window over images: convolutions, their gradients, pooling, with the program that comes after them.

extension Emitter {
  mutating func emitWindowed(
    _ index: Int, _ kernel: WindowKernel, _ window: Window, _ groups: Int,
    program: UnsafeMutablePointer<apus_program>?, _ group: FusedGroup
  ) {
    let node = graph.nodes[index]
    let operands = node.operands
    let output = node.type.shape.dimensions
    // The images and the places of the window on them, whichever of them is the result.
    let (images, places): ([Dimension], [Dimension]) =
      switch kernel {
      case .convolution, .maxPool, .averagePool, .maxPoolGather: (operands[0].shape, output)
      case .dataGradient, .averagePoolGradient: (output, operands[0].shape)
      case .weightGradient, .maxPoolScatter: (operands[0].shape, operands[1].shape)
      }
    let arguments = memory.allocate(apus_windowed.self)
    let base = UnsafeMutableRawPointer(arguments)
    memory.set(
      (base + MemoryLayout<apus_windowed>.offset(of: \.rows)!).assumingMemoryBound(to: Int64.self),
      to: Monomial(images[0]))
    arguments.pointee.height = Int64(images[1].size)
    arguments.pointee.width = Int64(images[2].size)
    arguments.pointee.channels = Int64(images[3].size)
    arguments.pointee.places_y = Int64(places[1].size)
    arguments.pointee.places_x = Int64(places[2].size)
    arguments.pointee.outputs = Int64(places[3].size)
    arguments.pointee.size_y = Int64(window.size.height)
    arguments.pointee.size_x = Int64(window.size.width)
    arguments.pointee.stride_y = Int64(window.stride.height)
    arguments.pointee.stride_x = Int64(window.stride.width)
    arguments.pointee.dilation_y = Int64(window.dilation.height)
    arguments.pointee.dilation_x = Int64(window.dilation.width)
    arguments.pointee.top = Int64(window.padding.top)
    arguments.pointee.left = Int64(window.padding.left)
    arguments.pointee.groups = Int64(groups)
    for (position, operand) in operands.enumerated() {
      let field =
        position == 0
        ? MemoryLayout<apus_windowed>.offset(of: \.a)! : MemoryLayout<apus_windowed>.offset(of: \.b)!
      memory.set(base + field, toBufferOf: operand.root, offset: operand.offset)
    }
    memory.set(base + MemoryLayout<apus_windowed>.offset(of: \.c)!, toBufferOf: index)
    arguments.pointee.epilogue = program.map { UnsafePointer($0) }
    arguments.pointee.caches = caches
    let (run, scratch, nanoseconds) = kernels.entry(kernel)
    if let scratch { windows.append((instructions.count, arguments, scratch)) }
    let after = group.members.filter { $0 != index }.count
    append(
      run, arguments,
      InstructionInfo(
        name: name(group.members), work: group.members.map { graph.nodes[$0].work }, traffic: traffic(group),
        cost: [
          (node.work, nanoseconds),
          (product(node.type.shape.dimensions), 0.1 * Double(after)),
        ]))
  }
}

/// Floats of scratch for each of so many parts.
typealias WindowScratch = @convention(c) (UnsafePointer<apus_windowed>?, Int32) -> Int64

extension apus_kernels {
  /// The kernel, the scratch memory that it needs, and its nanoseconds for a floating-point operation.
  fileprivate func entry(_ kernel: WindowKernel) -> (apus_kernel?, WindowScratch?, Double) {
    switch kernel {
    case .convolution: (convolution, apus_convolution_scratch, 1.0 / 180)
    case .dataGradient: (convolution_data, apus_convolution_data_scratch, 1.0 / 180)
    case .weightGradient: (convolution_weights, apus_convolution_weights_scratch, 1.0 / 180)
    case .maxPool: (max_pool, nil, 0.15)
    case .maxPoolScatter: (max_pool_scatter, nil, 0.3)
    case .maxPoolGather: (max_pool_gather, nil, 0.2)
    case .averagePool: (average_pool, nil, 0.15)
    case .averagePoolGradient: (average_pool_gradient, nil, 0.3)
    }
  }
}
