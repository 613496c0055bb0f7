import Messaging

/// Applies the lines of a file, many at once, so that they share commits.
struct ConsentImport {
    let ledger: any StatusLedger
    /// Told after every line how many are done.
    var progress: (Int) -> Void = { _ in }

    /// How many may be on their way to the ledger.
    private static let window = 256

    struct Outcome: Equatable {
        /// Became the last word.
        var changed = 0
        /// Stood already, or a later word does.
        var unchanged = 0
        /// What could not be recorded; the rest is not tried after the first.
        var failures: [String] = []
    }

    func apply(_ changes: [(line: Int, ConsentChange)]) async -> Outcome {
        var outcome = Outcome()
        var rest = changes.makeIterator()
        await withTaskGroup(of: Result<Bool, LineFailure>.self) { group in
            func add() {
                guard outcome.failures.isEmpty, let (line, change) = rest.next() else { return }
                group.addTask { [ledger] in
                    do {
                        return .success(try await ledger.apply(change))
                    } catch {
                        return .failure(LineFailure(description: "line \(line): \(error)"))
                    }
                }
            }
            for _ in 0..<Self.window { add() }
            while let result = await group.next() {
                switch result {
                case .success(true): outcome.changed += 1
                case .success(false): outcome.unchanged += 1
                case .failure(let failure): outcome.failures.append(failure.description)
                }
                progress(outcome.changed + outcome.unchanged)
                add()
            }
        }
        return outcome
    }

    private struct LineFailure: Error {
        let description: String
    }
}
