import Messaging

/// What tests program and read.
extension Exchange {
    /// Programs a number; false when too many are programmed already.
    func program(_ outcome: Outcome, for number: String) -> Bool {
        touch()
        return outcomes.program(outcome, for: number)
    }

    /// Forgets what was programmed.
    func forgetOutcomes() {
        touch()
        outcomes.removeAll()
    }

    /// Everything that was received and what became of it, oldest first, as JSON: `messages`, those that were taken and
    /// people's own, and `attempts`, every request to send that was in order, with its answer.
    ///
    /// - Parameter person: Only what this person heard and wrote; nil for everybody.
    func record(person: String?) -> [UInt8] {
        let shown = messages.newestFirst().reversed().filter { person == nil || $0.person == person }
        var json = JSONText(reservingCapacity: 512 * (shown.count + 1))
        json.object { json in
            json.array("messages") { json in for message in shown { message.writeRecord(to: &json) } }
            json.array("attempts") { json in
                for attempt in attempts where person == nil || attempt.to == person { attempt.write(to: &json) }
            }
        }
        return json.bytes
    }
}

extension SimulatedMessage {
    fileprivate func writeRecord(to json: inout JSONText) {
        json.object { json in
            json.value("sid", sid)
            json.value("accountSid", accountSID)
            json.value("direction", direction.rawValue)
            json.value("to", to)
            json.value("from", from)
            json.value("messagingServiceSid", serviceSID)
            json.value("body", body)
            json.array("media") { json in for url in media { json.value(nil, url) } }
            json.value("contentSid", contentSID)
            json.value("statusCallback", statusCallback)
            json.value("outcome", outcome.rawValue)
            json.value("status", state.rawValue)
            json.value("errorCode", errorCode)
            json.value("createdAt", formatRFC3339(createdAt))
            json.value("sentAt", sentAt.map(formatRFC3339))
            json.array("reports") { json in
                for report in reports {
                    json.object { json in
                        json.value("status", report.status.rawValue)
                        json.value("at", formatRFC3339(report.at))
                        json.value("attempts", report.attempts)
                        json.value("answer", report.answer)
                    }
                }
            }
        }
    }
}

extension Exchange.Attempt {
    fileprivate func write(to json: inout JSONText) {
        json.object { json in
            json.value("at", formatRFC3339(at))
            json.value("to", to)
            json.value("sid", sid)
            json.value("status", status)
            json.value("code", code)
        }
    }
}
