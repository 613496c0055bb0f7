import CCurl

/// Owns one of libcurl's easy handles, and the buffer for its error text.
///
/// Not thread-safe, as libcurl's is not: it stays on the loop of its client.
final class EasyHandle {
    let pointer: UnsafeMutableRawPointer
    private let errorText: UnsafeMutablePointer<CChar>

    init() throws(HTTPTransferError) {
        guard let pointer = curl_easy_init() else { throw .library(.init(CURLE_OUT_OF_MEMORY.rawValue)) }
        self.pointer = pointer
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        ccurl_set_pointer(pointer, CURLOPT_ERRORBUFFER, errorText)
    }

    deinit {
        curl_easy_cleanup(pointer)
        errorText.deallocate()
    }

    func set(_ option: CURLoption, _ value: Int) throws(HTTPTransferError) {
        try check(ccurl_set_long(pointer, option, value))
    }

    func set(_ option: CURLoption, _ value: Bool) throws(HTTPTransferError) {
        try check(ccurl_set_long(pointer, option, value ? 1 : 0))
    }

    func set(_ option: CURLoption, _ value: String?) throws(HTTPTransferError) {
        try check(ccurl_set_string(pointer, option, value))
    }

    /// Milliseconds, at least one: to libcurl zero means no limit.
    func set(_ option: CURLoption, _ value: Duration) throws(HTTPTransferError) {
        try check(ccurl_set_long(pointer, option, value.wholeMilliseconds))
    }

    func setSize(_ option: CURLoption, _ value: Int) throws(HTTPTransferError) {
        try check(ccurl_set_size(pointer, option, curl_off_t(value)))
    }

    /// Copied by libcurl, and sent in one piece with the headers when it is small.
    func setBody(_ body: [UInt8]) throws(HTTPTransferError) {
        try setSize(CURLOPT_POSTFIELDSIZE_LARGE, body.count)
        let code = body.withUnsafeBytes { bytes in
            // The address of an empty array may be null, which would mean a body from elsewhere.
            guard let start = bytes.baseAddress, !bytes.isEmpty else {
                return ccurl_set_string(pointer, CURLOPT_COPYPOSTFIELDS, "")
            }
            return ccurl_set_string(pointer, CURLOPT_COPYPOSTFIELDS, start.assumingMemoryBound(to: CChar.self))
        }
        try check(code)
    }

    /// What libcurl wrote about the last failure, printable ASCII alone: some of it comes from the server.
    var error: String {
        let bytes = UnsafeBufferPointer(start: errorText, count: Int(CURL_ERROR_SIZE)).prefix { $0 != 0 }
        return String(decoding: bytes.lazy.map { 0x20...0x7E ~= $0 ? UInt8(bitPattern: $0) : 0x3F }, as: UTF8.self)
    }

    func clearError() {
        errorText.pointee = 0
    }

    private func check(_ code: CURLcode) throws(HTTPTransferError) {
        guard code == CURLE_OK else { throw .library(Int(code.rawValue)) }
    }
}

extension Duration {
    /// Rounded up, between one and the largest that libcurl adds up without overflow.
    var wholeMilliseconds: Int {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 1 }
        guard seconds < 1_000_000 else { return 1_000_000_000 }
        let rest = Int((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
        return max(1, Int(seconds) * 1000 + rest)
    }
}
