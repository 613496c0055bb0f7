import Foundation

/// The package that this test belongs to.
enum SourceTree {
    /// The folder that holds Package.swift.
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// What the manifest declares and the sources import.
    static func graph() throws -> PackageGraph {
        let manifest = Manifest(try String(contentsOf: root.appending(path: "Package.swift"), encoding: .utf8))
        var graph = PackageGraph()
        for (name, declared) in manifest.dependencies {
            let folder = root.appending(path: name.hasSuffix("Tests") ? "Tests" : "Sources").appending(path: name)
            graph.targets[name] = PackageGraph.Target(declared: declared, imports: try imports(in: folder))
        }
        return graph
    }

    /// The modules' folders.
    static func folders() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: root.appending(path: "Sources").path)
            .filter { !$0.hasPrefix(".") }
    }

    private static func imports(in folder: URL) throws -> Set<Import> {
        // A folder that is a symbolic link would not be walked.
        let files = FileManager.default.enumerator(
            at: folder.resolvingSymlinksInPath(), includingPropertiesForKeys: nil)
        var imports: Set<Import> = []
        while let file = files?.nextObject() as? URL {
            guard file.pathExtension == "swift" else { continue }
            imports.formUnion(Import.statements(of: try String(contentsOf: file, encoding: .utf8)))
        }
        return imports
    }
}
