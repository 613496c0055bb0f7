/// Which module may know which (Docs, "Modules"): a module may import only what stands before it in its own cell or to
/// its left; drivers and words do not know each other; services do not know each other.
struct DesignTable {
    /// A column of the table: the stages of its cell, each before the next.
    struct Column {
        let title: String
        let stages: [[String]]
        /// Columns to the left that this one does not know all the same.
        var strangers: Set<String> = []
    }

    let columns: [Column]

    static let switchboard = DesignTable(columns: [
        Column(title: "C libraries", stages: [["CLinux", "CRabbitMQ", "CCurl", "CPostgres"]]),
        Column(title: "drivers", stages: [["EventLoop"], ["AMQP", "HTTPTransfer", "Postgres", "Journal"]]),
        Column(title: "words and rules", stages: [["Messaging"], ["Policy"]], strangers: ["C libraries", "drivers"]),
        Column(
            title: "adapters", stages: [["Twilio", "Ledger", "Topics", "Observability"]], strangers: ["C libraries"]),
        Column(
            title: "services", stages: [["Outbound", "Bridge", "Recorder", "Simulator"]], strangers: ["C libraries"]),
        Column(title: "the program", stages: [["Switchboard"]], strangers: ["C libraries"]),
    ])

    /// Modules that take what they need of Foundation from its small part alone, so that a worker loads no ICU.
    static let withoutFoundation: Set = ["Messaging", "Policy", "Twilio", "Topics", "Outbound", "Bridge"]

    var modules: [String] { columns.flatMap { $0.stages.joined() } }

    func column(of module: String) -> Column? {
        columns.first { $0.stages.contains { $0.contains(module) } }
    }

    func isCLibrary(_ module: String) -> Bool { column(of: module)?.title == "C libraries" }

    /// Everything that the module may import.
    func allowed(to module: String) -> Set<String> {
        var left: Set<String> = []
        for column in columns {
            guard let stage = column.stages.firstIndex(where: { $0.contains(module) }) else {
                left.formUnion(column.stages.joined())
                continue
            }
            for stranger in columns where column.strangers.contains(stranger.title) {
                left.subtract(stranger.stages.joined())
            }
            return left.union(column.stages[..<stage].joined())
        }
        return []
    }
}
