import Postgres
import Testing

@Suite("The database's URL") struct PostgresURLTests {
    private func reason(_ text: String) -> String? {
        do throws(PostgresError) {
            _ = try PostgresURL(text)
            return nil
        } catch {
            return error.description
        }
    }

    @Test("shows hosts and database, and neither user nor password") func shown() throws {
        let url = try PostgresURL("postgres://ann:secret%2F@db.example:5433/ledger?sslmode=verify-full")
        #expect("\(url)" == "postgres://db.example:5433/ledger")
        #expect(String(reflecting: url) == "postgres://db.example:5433/ledger")
        var dumped = ""
        dump(url, to: &dumped)
        #expect(!dumped.contains("secret"))
        #expect("\(try PostgresURL("postgresql://u@a:1,[::1]:2/x"))" == "postgres://a:1,[::1]:2/x")
        #expect("\(try PostgresURL("postgres:///x?host=/run/postgresql"))" == "postgres:///run/postgresql/x")
    }

    @Test(
        "what is wrong is refused without being repeated",
        arguments: [
            "mysql://ann:secret@db/x", "secret", "postgres://ann:secret@db/x?sslmod=require",
            "postgres://ann:sec%ret@db/x", "postgres://ann@db:secret/x", "postgres://ann@db:0/x",
            "postgres://ann:secret@db/x?options=-csearch_path%3Dsecret", "postgres://ann@db/x?service=secret",
            "postgres://ann@db:99999/secret", "postgres://ann:secret@[::1/x", "postgres://a\u{0}secret@db/x",
        ])
    func refused(text: String) throws {
        let found = try #require(reason(text))
        #expect(found.hasPrefix("the database's URL is invalid: "))
        #expect(!found.contains("secret") && !found.contains("sec%ret"))
    }

    @Test("a parameter that is not allowed is named") func named() {
        #expect(reason("postgres://db/x?service=y")?.contains("service") == true)
    }
}
