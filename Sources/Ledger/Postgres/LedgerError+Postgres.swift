import Postgres

extension LedgerError {
    /// Names what the driver reported. SQLSTATEs: <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
    init(postgres error: PostgresError, path: String? = nil) {
        self.init(Self.code(of: error), sqlState: error.sqlState, path: path)
    }

    private static func code(of error: PostgresError) -> Code {
        switch error.code {
        case .connect, .lost, .timeout, .malformedAnswer: return .unreachable
        case .limit: return .noMemory
        case .closed: return .closed
        case .invalidParameter: return .invalid
        case .statement: return error.sqlState.map(code(ofState:)) ?? .other
        default: return .other
        }
    }

    private static func code(ofState state: String) -> Code {
        switch state {
        case "40001", "40P01", "55P03", "57014": return .busy
        case "53100": return .diskFull
        case "53200": return .noMemory
        case "25006", "42501": return .readOnly
        case "42P01", "42883", "3F000": return .missing
        case "42703", PostgresSchema.notALedger: return .notALedger
        case PostgresSchema.replaced: return .replaced
        case PostgresSchema.absent: return .absent
        default: break
        }
        switch state.prefix(2) {
        // A value of a wrong form, against a constraint, or beyond a limit of the database.
        case "22", "23", "54": return .invalid
        case "08", "28", "3D", "57": return .unreachable
        case "53": return .busy
        case "XX": return .corrupt
        default: return .other
        }
    }
}
