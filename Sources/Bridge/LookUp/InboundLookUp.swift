import EventLoop
import FoundationEssentials
import Logging
import Messaging
import Observability
import Policy
import Twilio

/// Compares an account's messages from people with the provider's list, after every outage and daily, and publishes those
/// that no webhook brought, on the webhooks' own way.
struct InboundLookUp: Sendable {
    let account: BridgeConfiguration.Account
    let source: any MessageSource
    let ledger: any InboundLedger & LedgerUpkeep
    let options: LookUpOptions
    let intake: WebhookIntake
    let outages: Outages
    let alarm: Alarm
    let loop: EventLoop
    let logger: Logger

    /// Compares whenever it must, until the task is cancelled.
    func run() async {
        var trouble = LookUpTrouble("messages from people", account: account.alias, options: options, logger: logger)
        for await _ in alarm.wakes {
            do {
                let hasCompared = try await compareOutages()
                if try await compareDaily() || hasCompared { trouble.isOver() }
                alarm.set(after: options.comparisonCheck)
            } catch {
                guard !Task.isCancelled else { return }
                Instruments.shared.countComparison(.failed)
                alarm.set(after: trouble.pause(after: error))
            }
        }
    }

    /// Compares what outages left open; whether there was anything.
    @discardableResult func compareOutages() async throws -> Bool {
        var hasCompared = false
        while let owed = outages.owed(by: account.alias, at: intake.now()) {
            try await compare(since: owed.since, until: nil)
            outages.settle(owed, by: account.alias)
            hasCompared = true
            // Where another one has begun meanwhile, the next list is not asked for at once.
            await loop.sleep(for: .seconds(options.requestInterval))
        }
        return hasCompared
    }

    /// Compares what has come since the last daily comparison, when that is due and no other bridge is at it; then forgets
    /// what no later comparison will ask for. Whether it compared.
    @discardableResult func compareDaily() async throws -> Bool {
        let now = intake.now()
        let until = now.addingTimeInterval(-options.settlingTime)
        let created = try await ledger.status().createdAt
        let since = try await ledger.takeListing(
            account: account.alias, now: now, before: now.addingTimeInterval(-options.comparisonInterval),
            first: max(created, now.addingTimeInterval(-options.comparisonInterval)),
            leasedUntil: now.addingTimeInterval(1.5 * options.longestListing))
        guard let since, since < until else { return false }
        do {
            try await compare(since: since, until: until)
        } catch {
            // Given back, or nobody could try again before the lease has ended.
            try? await ledger.noteListing(account: account.alias, completeTo: since)
            throw error
        }
        try await ledger.noteListing(account: account.alias, completeTo: until)
        let memory = options.longestWindow + 86_400
        while try await ledger.forgetInbound(before: now.addingTimeInterval(-memory), limit: 1000) == 1000 {}
        return true
    }

    /// Reads the list from the newest message back to `since`, and publishes what is not known.
    private func compare(since: Date, until: Date?) async throws {
        let start = intake.now()
        let oldest = max(since, start.addingTimeInterval(-options.longestWindow))
            .addingTimeInterval(-options.windowMargin)
        var place: ListPlace? = .since(oldest)
        var pages = 0
        var found = 0
        while let next = place, pages < options.maximumPages,
            intake.now().timeIntervalSince(start) < options.longestListing
        {
            try Task.checkCancellation()
            if pages > 0 { await loop.sleep(for: .seconds(options.requestInterval)) }
            let page = try await source.page(next)
            pages += 1
            found += try await publishMissed(page, from: oldest, until: until)
            // Not by the last alone: what is scheduled for later may be out of the order.
            let isPast =
                !page.messages.isEmpty
                && page.messages.allSatisfy { message in
                    message.created.map { $0.addingTimeInterval(-page.clockLead) < oldest } ?? false
                }
            place = isPast ? nil : page.next
        }
        Instruments.shared.countComparison(place == nil ? .complete : .truncated)
        if found > 0 {
            logger.notice(
                "Messages from people were missed, and are published now",
                metadata: ["account": "\(account.alias)", "count": "\(found)"])
        }
        if place != nil {
            // To begin anew would end here again.
            logger.error(
                "The provider's list is longer than is read; older messages from people stay missed, if any were",
                metadata: ["account": "\(account.alias)", "pages": "\(pages)"])
        }
    }

    /// Publishes those of a page that are not known, the oldest first; how many.
    private func publishMissed(_ page: ListedMessages, from oldest: Date, until: Date?) async throws -> Int {
        let listed = page.messages.filter { message in
            guard message.direction == "inbound" else { return false }
            guard let received = message.created?.addingTimeInterval(-page.clockLead) else { return true }
            return received >= oldest && received <= until ?? .distantFuture
        }
        guard !listed.isEmpty else { return 0 }
        let seen = try await ledger.seenInbound(listed.map(\.sid))
        var count = 0
        for resource in listed.reversed() where !seen.contains(resource.sid) {
            guard let inbound = InboundMessage(resource, accountSID: account.sid) else { continue }
            try await publish(inbound, received: resource.created?.addingTimeInterval(-page.clockLead))
            count += 1
            Instruments.shared.countMissedInbound()
        }
        return count
    }

    /// The provider tells the second in which it received a message. Within that second a no is taken for the last word.
    private func publish(_ inbound: InboundMessage, received: Date?) async throws {
        let now = intake.now()
        var wish = intake.events.wish(inbound)
        var time = min(received ?? now, now)
        if case .revoke(let keyword, let everything) = wish {
            time = min(time.addingTimeInterval(0.999), now)
            // Whether it was written to a service, the list may not say; then it is a no to each of the account's.
            let coversServices = inbound.messagingServiceSID == nil && account.usesMessagingServices
            wish = .revoke(keyword: keyword, everything: everything || coversServices)
        }
        try await intake.publish(
            await intake.inbound(inbound, account: account.alias, wish: wish, at: time))
    }
}
