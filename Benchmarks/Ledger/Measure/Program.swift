import Foundation
import Ledger
import Logging

/// `bench-ledger LEDGER MESSAGES END SAMPLES POSTMASTER`: makes the ledger when MESSAGES is 0, else measures it. END is the instant
/// of the last message in seconds since 1970; POSTMASTER the database's first process, or `none`. Figures are JSON lines.
@main enum Program {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 6, let location = try LedgerLocation(arguments[1]), let count = Int(arguments[2]),
            let end = Double(arguments[3]), let samples = Int(arguments[4])
        else {
            FileHandle.standardError.write(Data("bench-ledger LEDGER MESSAGES END SAMPLES POSTMASTER\n".utf8))
            exit(64)
        }
        let ledger = try await location.open(creates: count == 0, logger: Logger(label: "bench"))
        if count > 0 {
            let measurement = Measurement(
                ledger: ledger, rows: Rows(count: count, end: Date(timeIntervalSince1970: end)), samples: samples,
                postmaster: Int32(arguments[5]))
            try await measurement.messages()
            try await measurement.lookUps()
            try await measurement.numbers()
            try await measurement.caps()
            try await measurement.pruning()
        }
        await ledger.close()
    }
}
