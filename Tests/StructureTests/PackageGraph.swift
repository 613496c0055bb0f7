/// One import statement.
struct Import: Hashable {
    let module: String
    /// `public`, `internal` and the like; nil where nothing is said, which is internal here.
    var access: String?
    /// Whether everybody who imports the importer gets the module, too.
    var isReexported = false

    /// Reads a line of source; nil when it is no import.
    init?(line: some StringProtocol) {
        var words = line.split(whereSeparator: { " \t;".contains($0) }).map { String($0) }
        while let word = words.first, word.hasPrefix("@") {
            isReexported = isReexported || word == "@_exported"
            words.removeFirst()
        }
        if let word = words.first, ["public", "package", "internal", "fileprivate", "private"].contains(word) {
            access = words.removeFirst()
        }
        guard words.first == "import", words.count > 1 else { return nil }
        words.removeFirst()
        if words.count > 1,
            ["struct", "class", "enum", "protocol", "typealias", "func", "let", "var"].contains(words[0])
        {
            words.removeFirst()
        }
        // A line of another language, in a text.
        guard !words[0].contains(",") else { return nil }
        module = words[0].split(separator: ".").first.map(String.init) ?? words[0]
    }

    /// All imports of a file; what a text of several lines holds, another language's program say, is not its own.
    static func statements(of source: String) -> [Import] {
        var isText = false
        return source.split(separator: "\n").compactMap { line in
            let quotes = line.replacing("\\\"", with: "").ranges(of: "\"\"\"").count
            defer { if quotes % 2 == 1 { isText.toggle() } }
            return isText ? nil : Import(line: line)
        }
    }

    init(_ module: String, access: String? = nil, isReexported: Bool = false) {
        self.module = module
        self.access = access
        self.isReexported = isReexported
    }
}

/// What every target of the package declares and imports.
struct PackageGraph {
    struct Target {
        /// The dependencies in the manifest: targets, and products, which are named as their modules.
        var declared: Set<String> = []
        var imports: Set<Import> = []
    }

    var targets: [String: Target] = [:]

    /// Modules of the toolchain: nothing declares them.
    static let ofTheToolchain: Set = [
        "Dispatch", "Foundation", "FoundationEssentials", "Glibc", "Swift", "Synchronization", "Testing",
    ]

    /// Every breach of the design's table and of the manifest, as sentences in order.
    func breaches(of table: DesignTable) -> [String] {
        var breaches: [String] = []
        for (name, target) in targets where !name.hasSuffix("Tests") {
            guard table.column(of: name) != nil else {
                breaches.append("\(name) stands nowhere in the design's table")
                continue
            }
            let allowed = table.allowed(to: name)
            for statement in target.imports {
                let module = statement.module
                if table.column(of: module) != nil, module != name, !allowed.contains(module) {
                    breaches.append("\(name) may not import \(module)")
                }
                if table.isCLibrary(module), statement.isReexported || !isInternal(statement) {
                    breaches.append("\(name) imports \(module) otherwise than internally")
                }
                if module == "Foundation", DesignTable.withoutFoundation.contains(name) {
                    breaches.append("\(name) imports Foundation instead of FoundationEssentials")
                }
            }
        }
        for (name, target) in targets {
            let imported = Set(target.imports.map(\.module)).subtracting(Self.ofTheToolchain).subtracting([name])
            breaches += imported.subtracting(target.declared).map { "\(name) imports \($0) and does not declare it" }
            breaches += target.declared.subtracting(imported).map { "\(name) declares \($0) and does not import it" }
        }
        return breaches.sorted()
    }

    private func isInternal(_ statement: Import) -> Bool {
        statement.access == nil || statement.access == "internal"
    }
}
