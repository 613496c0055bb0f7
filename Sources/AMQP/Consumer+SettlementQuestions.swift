internal import EventLoop

extension Consumer {
    /// Returns when the broker has read everything that was settled so far of a queue's deliveries.
    ///
    /// A settlement has no answer of its own, and what a process has written is lost when it dies before the other end
    /// has read it. So a question is asked after it on the same channel: setting the prefetch to what it is. For
    /// whoever must not begin the next thing before; it costs a round trip.
    ///
    /// - Throws: an ``AMQPError`` when the queue is not being consumed, or the connection or channel went before the answer:
    ///   then what was settled may be delivered again.
    public func awaitSettlements(of queue: String) async throws(AMQPError) {
        let result = await withCheckedContinuation { continuation in
            do throws(AMQPError) {
                // Asked and waited for in one go: the answer may come before the task is back.
                try askAboutSettlements(of: queue, continuation)
            } catch {
                continuation.resume(returning: .failure(error))
                if error.isConnectionDead, link.connection != nil { drop(error) }
            }
        }
        try result.get()
    }

    private func askAboutSettlements(
        of queue: String, _ continuation: CheckedContinuation<Result<Void, AMQPError>, Never>
    ) throws(AMQPError) {
        guard let connection = link.connection,
            let channel = subscriptions.first(where: { $0.queue == queue })?.channel, channel.state == .consuming
        else { throw AMQPError(.notConnected, "the queue is not being consumed", isConnectionDead: false) }
        try sendSettlements(connection)
        guard !channel.unsettled.hasUnsent else {
            throw AMQPError(.blocked, "the broker does not read what is settled")
        }
        try connection.limitDeliveries(to: channel.prefetch, on: channel.number)
        channel.settlementQuestions.append(continuation)
        expectSettlementAnswer(channel)
    }

    /// Gives the connection up when the question is still open after a while.
    private func expectSettlementAnswer(_ channel: ConsumeChannel) {
        let (number, epoch, answered) = (channel.number, channel.epoch, channel.answeredQuestions)
        loop.schedule(after: link.options.answerTimeout) { [weak self] in
            self?.assumeIsolated { consumer in
                guard let channel = consumer.channels[number], channel.epoch == epoch,
                    channel.answeredQuestions == answered, channel.settlementQuestions.first != nil
                else { return }
                consumer.drop(.noAnswer)
            }
        }
    }

    /// Whether an answer was to such a question.
    func answeredSettlementQuestion(_ channel: ConsumeChannel) -> Bool {
        guard let continuation = channel.settlementQuestions.popFirst() else { return false }
        channel.answeredQuestions += 1
        continuation.resume(returning: .success(()))
        return true
    }

    /// The channel is gone, and nobody will answer.
    func failSettlementQuestions(_ channel: ConsumeChannel) {
        for continuation in channel.settlementQuestions.removeAll() {
            continuation.resume(returning: .failure(AMQPError(.connectionLost, "the channel went before the answer")))
        }
    }
}
