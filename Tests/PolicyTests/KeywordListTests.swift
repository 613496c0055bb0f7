import Messaging
import Testing

@testable import Policy

@Suite("The list of keywords") struct KeywordListTests {
    @Test("every row of the list is found, in upper and lower case") func everyRow() {
        let rows = csvRows(PackageResources.keywords_csv)
        #expect(rows.first == ["keyword", "language", "effect", "source"])
        #expect(rows.count == 72)
        for row in rows.dropFirst() {
            #expect(row.count == 4)
            let effect = KeywordTable.shipped.effect(of: row[0])?.effect
            let expected: KeywordEffect? =
                switch row[2] {
                case "opt_out", "opt_out_phrase", "opt_out_fuzzy": .optOut
                case "opt_out_all": .optOutAll
                case "opt_in": .optIn
                case "opt_in_conditional": .optInConditional
                case "help": .help
                default: nil
                }
            #expect(expected != nil)
            #expect(effect == expected, "\(row[0])")
            #expect(KeywordTable.shipped.effect(of: row[0].lowercased())?.effect == expected, "\(row[0])")
        }
    }

    @Test("where a word has two effects, opting out wins; unknown effects and short rows are skipped") func clashes() {
        let table = KeywordTable(
            csv: Array(
                "keyword,language,effect,source\r\nALTO,it,help,x\r\nalto,es,opt_out,\"a, \"\"b\"\"\"\r\nX,en,y,z\r\nQ"
                    .utf8))
        #expect(table.effect(of: "Alto")?.effect == .optOut)
        #expect(table.effect(of: "x") == nil)
        #expect(table.effect(of: "q") == nil)
    }

    @Test("values with commas, quotes and line ends") func values() {
        #expect(csvRows(Array("a,\"b, \"\"c\"\"\nd\",\r\n\n,x".utf8)) == [["a", "b, \"c\"\nd", ""], [""], ["", "x"]])
        #expect(csvRows([]) == [])
        #expect(csvRows(Array("\"open".utf8)) == [["open"]])
    }
}
