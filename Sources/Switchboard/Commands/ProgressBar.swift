import Glibc

/// How far a command is, on standard error: drawn over and over on a terminal, and once, at the end, into a file.
struct ProgressBar {
    private static let width = 40
    private let total: Int

    init(total: Int) {
        self.total = total
    }

    func show(_ done: Int) {
        guard isatty(STDERR_FILENO) == 1 || done == total else { return }
        showProgress("\r\(text(done))" + (done == total ? "\n" : ""))
    }

    /// Such as `[####....] 4/8`.
    func text(_ done: Int) -> String {
        let filled = total == 0 ? Self.width : min(max(done, 0), total) * Self.width / total
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: Self.width - filled)
        return "[\(bar)] \(done)/\(total)"
    }
}
