/// The API's other verbs: fetch, list, cancel, redact, delete.
extension Exchange {
    /// A message of the account.
    func message(_ sid: String, account: String) throws(APIError) -> SimulatedMessage {
        guard let message = messages[sid], message.accountSID == account else {
            throw .notFound("/2010-04-01/Accounts/\(account)/Messages/\(sid).json")
        }
        return message
    }

    /// One page of the account's messages, newest first.
    func list(_ query: MessageListQuery, account: String) -> MessageList {
        var found: [SimulatedMessage] = []
        // A token names the place; without one the page's number counts from the start.
        var skipped = query.after == nil ? query.page * query.pageSize : 0
        for message in messages.newestFirst(after: query.after)
        where message.accountSID == account && query.matches(message) {
            if skipped > 0 {
                skipped -= 1
                continue
            }
            found.append(message)
            if found.count > query.pageSize { break }
        }
        return MessageList(
            messages: Array(found.prefix(query.pageSize)), hasNext: found.count > query.pageSize, query: query,
            accountSID: account)
    }

    /// Stops a message that has not left yet.
    func cancel(_ sid: String, account: String) throws(APIError) -> SimulatedMessage {
        let message = try message(sid, account: account)
        let now = environment.now()
        let canceled = change(message.sid) { message in
            guard message.state.isCancelable else { return }
            message.state = .canceled
            message.updatedAt = now
        }
        guard message.state.isCancelable, let canceled else {
            throw APIError(30409, "This message cannot be canceled", status: 409)
        }
        return canceled
    }

    /// Removes a message's text.
    func redact(_ sid: String, account: String) throws(APIError) -> SimulatedMessage {
        let message = try message(sid, account: account)
        guard message.state.isFinal else {
            throw APIError(20409, "The message cannot be redacted before it has reached a final status", status: 409)
        }
        let now = environment.now()
        return change(sid) { message in
            message.body = ""
            message.updatedAt = now
        } ?? message
    }

    /// Removes a message.
    func delete(_ sid: String, account: String) throws(APIError) {
        let message = try message(sid, account: account)
        guard message.state.isFinal else {
            throw APIError(20409, "The message cannot be deleted before it has reached a final status", status: 409)
        }
        messages.remove(message)
        touch()
    }
}
