#if Server
  import NIOCore
  import NIOHTTPTypes

  /// Closes a connection whose request does not come to its end in time, though a byte of it comes now and then: the idle
  /// timeout alone would let such clients take all connections.
  final class RequestDeadline: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart

    private var deadline: Scheduled<Void>?

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch unwrapInboundIn(data) {
      case .head:
        let channel = context.channel
        deadline = context.eventLoop.scheduleTask(in: .seconds(Limits.requestSeconds)) {
          channel.close(promise: nil)
        }
      case .body: break
      case .end: cancel()
      }
      context.fireChannelRead(data)
    }

    func channelInactive(context: ChannelHandlerContext) {
      cancel()
      context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { cancel() }

    private func cancel() {
      deadline?.cancel()
      deadline = nil
    }
  }
#endif
