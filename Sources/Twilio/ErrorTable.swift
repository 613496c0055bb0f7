public import Messaging

/// What the provider's error codes mean and what to do about each.
///
/// The table is data, `Resources/error_codes.csv`: names are those of Twilio's error dictionary (2023-05 and 2025-02);
/// category, retryable and action are this project's judgement of the dictionary's causes and solutions. `processed` is
/// `no` where the dictionary says that the request was certainly not processed.
public struct ErrorTable: Sendable {
    /// The table that comes with the program.
    public static let shipped = ErrorTable(csv: PackageResources.error_codes_csv)

    /// Where the category does not tell whether an error concerns the whole account. 20404 and 20410 answer a call to a
    /// place where there is no such account; 63001 is said of one channel.
    private static let accountCodes = [20404: true, 20410: true, 63001: false]

    private var entries: [Int: ProviderError] = [:]
    private var unprocessed: Set<Int> = []
    /// The lines that could not be read; a test holds the shipped table to none.
    private(set) var unreadableLines: [Int] = []

    /// Reads a table with the columns `code,name,category,retryable,processed,action`, the first line being their names.
    /// A line that cannot be read is left out, so that its code counts as an unknown one.
    init(csv: [UInt8]) {
        for (index, row) in csvRows(csv).enumerated().dropFirst() {
            guard row.count == 6, let code = Int(row[0]), let category = ProviderError.Category(rawValue: row[2]),
                let retryable = ProviderError.Retryable(rawValue: row[3]), ["", "no"].contains(row[4]),
                entries[code] == nil
            else {
                unreadableLines.append(index + 1)
                continue
            }
            entries[code] = ProviderError(
                code: code, name: row[1], category: category, retryable: retryable, action: row[5],
                concernsAccount: Self.accountCodes[code])
            if row[4] == "no" { unprocessed.insert(code) }
        }
    }

    /// The codes that the table knows, in order.
    public var codes: [Int] { entries.keys.sorted() }

    /// Whether the provider says of this code that it has not processed the request, whatever the HTTP status.
    func saysUnprocessed(_ code: Int) -> Bool { unprocessed.contains(code) }

    /// The advice about a code, from an answer of the API with its status, or from a callback without one.
    ///
    /// An answer of 429 was never processed, so it may always be retried. A code that is not in the table, or that the
    /// provider did not give (0, or the HTTP status itself), is judged by the status.
    public func advice(for code: Int, httpStatus: Int?) -> ProviderError {
        guard let entry = entries[code] else { return ProviderError(code: code, httpStatus: httpStatus) }
        guard httpStatus == 429, entry.retryable != .yes, entry.retryable != .delayed else { return entry }
        return ProviderError(
            code: code, name: entry.name, category: .rate, retryable: .yes,
            action: "the provider took too many requests; \(entry.action)", concernsAccount: false)
    }
}

extension ProviderError {
    /// An error that the table does not know.
    fileprivate init(code: Int, httpStatus: Int?) {
        let (category, retryable, action): (Category, Retryable, String) =
            switch httpStatus {
            case 401, 403:
                (.auth, .no, "check the account's SID, token or key, and that the key is of the region called")
            case 301, 302, 307, 308, 404, 405, 407, 410:
                (.config, .no, "check the base URL, the account's SID and the proxy")
            case 413, 414, 415, 422: (.content, .no, "the provider does not take the request in this form")
            case 425, .some(500...599): (.transient, .conditional, "look the message up before it is sent again")
            case 429: (.rate, .yes, "the request was not processed; retry with backoff and jitter")
            default: (.unknown, .no, "look the code up in the provider's error dictionary")
            }
        // Nobody who knows the API answers a new message so: it is a proxy, or another place than the provider's.
        let isElsewhere = code == httpStatus && category == .config
        let name =
            code == httpStatus ? "HTTP \(code) without an error code" : "a code that the error table does not know"
        self.init(
            code: code, name: name, category: category, retryable: retryable, action: action,
            concernsAccount: isElsewhere ? true : nil)
    }
}
