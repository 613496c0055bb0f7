/// The targets and their dependencies as Package.swift writes them: calls of `module`, `tests`, `.executableTarget` and
/// `.systemLibrary` whose first text is the name and whose first list are the dependencies.
struct Manifest {
    private(set) var dependencies: [String: Set<String>] = [:]

    init(_ source: String) {
        let text = source.split(separator: "\n", omittingEmptySubsequences: false)
            .map { line in line.firstRange(of: " //").map { line[..<$0.lowerBound] } ?? line }
            .filter { !$0.hasPrefix("//") }.joined(separator: "\n")
        let constants = Self.constants(text)
        for call in ["module(", "tests(", ".executableTarget(", ".systemLibrary("] {
            var rest = text[...]
            while let found = rest.firstRange(of: call) {
                rest = rest[found.upperBound...]
                let arguments = Self.upToClosing(rest, "(", ")")
                // A declaration or a parameter's use holds no text.
                guard let name = Self.firstText(arguments), arguments.first != "_" else { continue }
                let list = arguments.firstRange(of: "[").map { Self.upToClosing(arguments[$0.upperBound...], "[", "]") }
                dependencies[name] = Set((list.map(Self.elements) ?? []).compactMap { Self.module($0, constants) })
            }
        }
    }

    /// `let crypto: Target.Dependency = .product(name: "Crypto", …)`, by name.
    private static func constants(_ text: String) -> [String: String] {
        var constants: [String: String] = [:]
        for line in text.split(separator: "\n") where line.contains(": Target.Dependency = .product(") {
            let name = line.dropFirst("let ".count).prefix { $0 != ":" }
            constants[String(name)] = firstText(line)
        }
        return constants
    }

    private static func module(_ element: Substring, _ constants: [String: String]) -> String? {
        element.first == "\"" || element.hasPrefix(".product(") ? firstText(element) : constants[String(element)]
    }

    private static func firstText(_ text: Substring) -> String? {
        guard let start = text.firstIndex(of: "\"") else { return nil }
        return String(text[text.index(after: start)...].prefix { $0 != "\"" })
    }

    /// What stands before the bracket that closes.
    private static func upToClosing(_ text: Substring, _ open: Character, _ close: Character) -> Substring {
        var depth = 1
        for index in text.indices {
            if text[index] == open { depth += 1 }
            if text[index] == close { depth -= 1 }
            if depth == 0 { return text[..<index] }
        }
        return text
    }

    /// The elements of a list, without the space around them.
    private static func elements(_ list: Substring) -> [Substring] {
        var elements: [Substring] = []
        var (depth, start) = (0, list.startIndex)
        for index in list.indices {
            switch list[index] {
            case "(", "[": depth += 1
            case ")", "]": depth -= 1
            case "," where depth == 0:
                elements.append(list[start..<index])
                start = list.index(after: index)
            default: break
            }
        }
        elements.append(list[start...])
        return elements.compactMap { element in
            guard let first = element.firstIndex(where: { !$0.isWhitespace }),
                let last = element.lastIndex(where: { !$0.isWhitespace })
            else { return nil }
            return element[first...last]
        }
    }
}
