import ArgumentParser

/// Records the lines of a file, many at once, so that they share commits.
struct LineImport<Value: Sendable> {
    /// Whether a line told something new.
    let record: @Sendable (Value) async throws -> Bool
    /// Told after every line how many are done.
    var progress: (Int) -> Void = { _ in }

    /// How many may be on their way to the ledger.
    private static var window: Int { 256 }

    func apply(_ values: [(line: Int, Value)]) async -> LineImportOutcome {
        var outcome = LineImportOutcome()
        var rest = values.makeIterator()
        await withTaskGroup(of: Result<Bool, LineFailure>.self) { group in
            func add() {
                guard outcome.failures.isEmpty, let (line, value) = rest.next() else { return }
                group.addTask { [record] in
                    do {
                        return .success(try await record(value))
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
}

struct LineImportOutcome: Equatable {
    /// Told something new.
    var changed = 0
    /// Told nothing that was not known.
    var unchanged = 0
    /// What could not be recorded; the rest is not tried after the first.
    var failures: [String] = []

    /// - Throws: exit code 1 after telling what could not be recorded first.
    func throwFirst() throws {
        guard let first = failures.first else { return }
        complain(first)
        complain("the import ended there; the same file may be imported again")
        throw ExitCode.failure
    }
}

private struct LineFailure: Error {
    let description: String
}
