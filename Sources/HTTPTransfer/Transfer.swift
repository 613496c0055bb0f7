import CCurl

/// One easy handle and the request and answer it carries at the moment; used again for another when it has ended.
///
/// libcurl holds unretained pointers to it (the `DATA` options and `CURLOPT_PRIVATE`). They are used only while the
/// handle is in the multi handle, and all that time ``MultiHandle`` retains the transfer.
final class Transfer {
    /// Why we ended the transfer ourselves; libcurl's code would say only that a callback did.
    enum Refusal {
        case address, late, repetition, headersTooLarge, bodyTooLarge
    }

    /// libcurl waits for 100 Continue from 1 MiB on; half of that stays clear of its own idea of the limit.
    private static let sizeOfLargeBody = 512 << 10

    let easy: EasyHandle
    let limits: HTTPTransferOptions
    let sockets: SocketTable
    private(set) var id: UInt64 = 0
    private(set) var endpoint = ""
    private(set) var timeout = Duration.zero
    /// How long after the call the request may leave, and when that is if the request says so.
    private(set) var startLimit = Duration.zero
    private(set) var latestStart: ContinuousClock.Instant?
    var continuation: CheckedContinuation<Result<HTTPResponse, HTTPTransferError>, Never>?

    /// Whether the request was handed to a connection, so that bytes of it may have left.
    var hasStarted = false
    var refusal: Refusal?
    private(set) var mayRepeat = false

    private var headers: HeaderList?

    // The answer.
    var block = HeaderBlock()
    var headerSize = 0
    /// At the start, and after the empty line that ends a head.
    var expectsStatusLine = true
    var body: [UInt8] = []

    var hasWholeHead: Bool { headerSize > 0 && expectsStatusLine }

    init(limits: HTTPTransferOptions, sockets: SocketTable) throws(HTTPTransferError) {
        self.limits = limits
        self.sockets = sockets
        easy = try EasyHandle()
        try setUpConnection()
        setUpCallbacks()
    }

    /// What stays the same from request to request.
    private func setUpConnection() throws(HTTPTransferError) {
        // Without it each call saves and restores the SIGPIPE handler; libcurl 7.88 writes with MSG_NOSIGNAL anyway.
        try easy.set(CURLOPT_NOSIGNAL, true)
        // Giving up on a name lookup must not wait for getaddrinfo(3) to return: that would stop the whole loop.
        try easy.set(CURLOPT_QUICK_EXIT, true)
        try easy.set(CURLOPT_PROTOCOLS_STR, "http,https")
        try easy.set(CURLOPT_FOLLOWLOCATION, false)
        try easy.set(CURLOPT_PATH_AS_IS, true)
        try easy.set(CURLOPT_DISALLOW_USERNAME_IN_URL, true)
        try easy.set(CURLOPT_HTTPAUTH, ccurl_basic_authentication)
        try easy.set(CURLOPT_USERAGENT, limits.userAgent)
        try easy.setSize(CURLOPT_MAXFILESIZE_LARGE, limits.maximumBodySize)
        try easy.set(CURLOPT_CONNECTTIMEOUT_MS, limits.connectTimeout)
        // libcurl compares whole seconds with "more than": 3 lets a connection idle for just under 4.
        try easy.set(CURLOPT_MAXAGE_CONN, limits.maximumIdleTime.wholeMilliseconds / 1000 - 1)
        try easy.set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        // With a directory besides the file, libcurl parses all authorities again for each connection: 21 ms of CPU
        // instead of 0.7.
        try easy.set(CURLOPT_CAPATH, nil as String?)
        try easy.set(CURLOPT_CAINFO, limits.caFile ?? CurlLibrary.systemCAFile)
        // An empty string, unlike none, keeps libcurl from reading the environment.
        try easy.set(CURLOPT_PROXY, limits.proxy ?? "")
        try easy.set(CURLOPT_NOPROXY, "")
        try easy.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, true)
        try easy.set(CURLOPT_HEADEROPT, Int(CURLHEADER_SEPARATE))
    }

    /// Makes the handle ready for `request`, which was checked.
    func prepare(_ request: HTTPRequest, id: UInt64, endpoint: String) throws(HTTPTransferError) {
        self.id = id
        self.endpoint = endpoint
        timeout = request.timeout ?? limits.timeout
        startLimit = min(request.startLimit ?? timeout, timeout)
        latestStart = request.startLimit.map { ContinuousClock.now.advanced(by: $0) }
        hasStarted = false
        refusal = nil
        mayRepeat = request.method == .get
        block = HeaderBlock()
        headerSize = 0
        expectsStatusLine = true
        body = []
        easy.clearError()
        try setUpRequest(request)
    }

    private func setUpRequest(_ request: HTTPRequest) throws(HTTPTransferError) {
        try easy.set(CURLOPT_URL, request.url)
        try easy.set(CURLOPT_TIMEOUT_MS, timeout)
        try easy.set(CURLOPT_USERNAME, request.credentials?.user)
        try easy.set(CURLOPT_PASSWORD, request.credentials?.password)
        // HTTP/2 is agreed on by TLS; without, asking for it would make requests wait for the first one's answer.
        let mayUseHTTP2 = limits.offersHTTP2 && endpoint.hasPrefix("https:")
        try easy.set(
            CURLOPT_HTTP_VERSION, Int(mayUseHTTP2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1))
        // Many requests at once wait for the first connection to say whether it can carry them all.
        try easy.set(CURLOPT_PIPEWAIT, mayUseHTTP2)
        try setUpMethod(request)
        try setUpHeaders(request)
    }

    private func setUpMethod(_ request: HTTPRequest) throws(HTTPTransferError) {
        if request.method == .get || (request.method == .delete && request.body.isEmpty) {
            try easy.set(CURLOPT_HTTPGET, true)
        } else {
            try easy.set(CURLOPT_POST, true)
            try easy.setBody(request.body)
        }
        let isPlain = request.method == .get || request.method == .post
        try easy.set(CURLOPT_CUSTOMREQUEST, isPlain ? nil : request.method.rawValue)
    }

    private func setUpHeaders(_ request: HTTPRequest) throws(HTTPTransferError) {
        let list = HeaderList()
        var isComplete = true
        var hasContentType = false
        for header in request.headers {
            // A semicolon is libcurl's way to write a header without a value.
            isComplete =
                isComplete && list.append(header.value.isEmpty ? "\(header.name);" : "\(header.name): \(header.value)")
            hasContentType = hasContentType || header.name.equalsIgnoringCase("content-type")
        }
        // A colon without a value takes away what libcurl would add: the type of a form, and for a large body the wait
        // for 100 Continue, after which it may send the request again without it.
        if !hasContentType { isComplete = isComplete && list.append("Content-Type:") }
        if request.body.count >= Self.sizeOfLargeBody { isComplete = isComplete && list.append("Expect:") }
        guard isComplete else { throw .library(Int(CURLE_OUT_OF_MEMORY.rawValue)) }
        ccurl_set_headers(easy.pointer, list.first)
        headers = list
    }

    /// Lets go of what the last request held.
    func clear() {
        body = []
        block.removeAll()
        continuation = nil
    }
}
