internal import CLinux
internal import EventLoop
internal import Logging

/// Giving up on answers that do not come.
extension Publisher {
    /// Looks for overdue publishes from now on, a few times within the time that they have. Once is enough: the look goes
    /// on while something is unanswered.
    func watchDeadlines() {
        guard deadlineWatch == nil else { return }
        deadlineWatch = loop.schedule(after: link.options.confirmTimeout / 4) { [weak self] in
            self?.assumeIsolated { publisher in
                publisher.deadlineWatch = nil
                publisher.giveUpOverdue()
                if !publisher.isIdle { publisher.watchDeadlines() }
            }
        }
    }

    /// The message stays counted where it was sent: its bytes may stand in the broker's buffers.
    ///
    /// Said once, and once more when nothing is overdue: the broker may go on confirming other messages meanwhile.
    private func giveUpOverdue() {
        let patience = UInt64(max(0, link.options.confirmTimeout / .nanoseconds(1)))
        let now = linux_monotonic_nanoseconds()
        func isOverdue(_ ticket: PublishTicket) -> Bool { now &- ticket.offeredAt >= patience }
        var isAnyOverdue = false
        var count = 0
        for channel in channels.values {
            channel.unconfirmed.forEach { ticket in
                guard isOverdue(ticket) else { return false }
                isAnyOverdue = true
                if !ticket.isResolved { count += 1 }
                ticket.resolve(.unknown(reason: "the broker did not confirm in time"))
                return true
            }
        }
        while let (_, ticket) = waiting.first, isOverdue(ticket) {
            _ = waiting.popFirst()
            count += 1
            ticket.fail(AMQPError(.blocked, "the messages before it are not confirmed"))
        }
        switch (isAnyOverdue || count > 0, saidThatConfirmsAreOverdue) {
        case (true, false): link.logger.warning("The broker does not confirm", metadata: [LogKey.count: "\(count)"])
        case (false, true): link.logger.notice("The broker has confirmed what was overdue")
        default: return
        }
        saidThatConfirmsAreOverdue.toggle()
    }
}
