import CCurl

/// Owns the header lines that libcurl adds to a request. libcurl reads them until the transfer ends.
final class HeaderList {
    private(set) var first: UnsafeMutablePointer<curl_slist>?

    deinit {
        curl_slist_free_all(first)
    }

    /// False when memory ran out; the list is as before then.
    func append(_ line: String) -> Bool {
        guard let head = curl_slist_append(first, line) else { return false }
        first = head
        return true
    }
}
