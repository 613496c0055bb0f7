import Messaging
import Testing

@testable import Twilio

@Suite struct ErrorTableTests {
    private let table = ErrorTable.shipped

    @Test("every line of the shipped table is read")
    func shipped() {
        #expect(table.unreadableLines == [])
        #expect(table.codes.count == 222)
    }

    @Test(
        "the codes that decide most are judged as the dictionary says",
        arguments: [
            (20003, .auth, .no), (20429, .rate, .yes), (21211, .recipient, .no), (21606, .sender, .no),
            (21610, .optOut, .no), (21611, .rate, .delayed), (30003, .transient, .delayed), (30006, .recipient, .no),
            (30007, .content, .no), (63016, .content, .conditional), (11200, .transient, .notApplicable),
        ] as [(Int, ProviderError.Category, ProviderError.Retryable)])
    func known(code: Int, category: ProviderError.Category, retryable: ProviderError.Retryable) {
        let error = table.advice(for: code, httpStatus: nil)
        #expect(error.code == code)
        #expect(error.category == category)
        #expect(error.retryable == retryable)
        #expect(!error.name.isEmpty && !error.action.isEmpty && !error.action.hasPrefix("["))
    }

    @Test("quoted fields keep their commas and quotation marks")
    func quoting() {
        #expect(
            table.advice(for: 21612, httpStatus: nil).name
                == #"Message cannot be sent with the current combination of "To" and/or "From" parameters"#)
        #expect(csvRows(Array("a,\"b,\"\"c\"\"\",\r\n\"d\ne\",f".utf8)) == [["a", "b,\"c\"", ""], ["d\ne", "f"]])
    }

    @Test(
        "a code that is not in the table is judged by the HTTP status",
        arguments: [
            (nil, .unknown, .no), (400, .unknown, .no), (401, .auth, .no), (403, .auth, .no), (404, .config, .no),
            (422, .content, .no), (429, .rate, .yes), (500, .transient, .conditional), (599, .transient, .conditional),
        ] as [(Int?, ProviderError.Category, ProviderError.Retryable)])
    func unknown(status: Int?, category: ProviderError.Category, retryable: ProviderError.Retryable) {
        let error = table.advice(for: 99_999, httpStatus: status)
        #expect(error.category == category)
        #expect(error.retryable == retryable)
        #expect(error.name == "a code that the error table does not know")
    }

    @Test("an answer of 429 may always be retried")
    func tooManyRequests() {
        #expect(table.advice(for: 20404, httpStatus: 429).retryable == .yes)
        #expect(table.advice(for: 20404, httpStatus: 404).retryable == .no)
        #expect(table.advice(for: 21611, httpStatus: 429).retryable == .delayed)
        #expect(table.advice(for: 429, httpStatus: 429).name == "HTTP 429 without an error code")
    }

    @Test("a line that cannot be read costs that line only")
    func unreadable() {
        let csv = """
            code,name,category,retryable,processed,action
            1,One,auth,no,,act
            x,X,auth,no,,act
            2,Two,weather,no,,act
            3,Three,auth,perhaps,,act
            4,Four,auth,no,,
            1,Again,auth,no,,act
            5,Five,auth

            6,Six,auth,no,maybe,act
            """
        let table = ErrorTable(csv: Array(csv.utf8))
        #expect(table.codes == [1, 4])
        #expect(table.unreadableLines == [3, 4, 5, 7, 8, 9, 10])
        #expect(table.advice(for: 1, httpStatus: nil).name == "One")
    }

    @Test(
        "what is said of the whole account, and what of one message or channel",
        arguments: [
            (20003, 401, true), (20005, 400, true), (20404, 404, true), (401, 401, true), (404, 404, true),
            (307, 307, true), (407, 407, true), (63001, 400, false), (21211, 400, false), (21701, 404, false),
            (20429, 429, false), (20003, 429, false), (413, 413, false), (99_999, 404, false), (503, 503, false),
        ])
    func concernsAccount(code: Int, status: Int, expected: Bool) {
        #expect(table.advice(for: code, httpStatus: status).concernsAccount == expected)
    }

    @Test("only what the provider says it did not process counts so, whatever the status")
    func unprocessed() {
        #expect(table.codes.filter(table.saysUnprocessed) == [20429])
    }
}
