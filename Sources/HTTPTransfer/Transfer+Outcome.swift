import CCurl

/// What libcurl's result means to the caller.
extension Transfer {
    func outcome(_ code: CURLcode) -> Result<HTTPResponse, HTTPTransferError> {
        guard code == CURLE_OK else { return .failure(failure(code)) }
        let status = ccurl_get_long(easy.pointer, CURLINFO_RESPONSE_CODE)
        guard status > 0 else { return .failure(error(.malformedAnswer)) }
        // A connection that closes within the header lines is the end of an answer to libcurl, and a success.
        guard hasWholeHead else { return .failure(error(.receive)) }
        return .success(HTTPResponse(status: status, block: block, body: body))
    }

    /// The end that we brought about ourselves: the caller left, the client closes, a limit is reached.
    func error(_ code: HTTPTransferError.Code) -> HTTPTransferError {
        HTTPTransferError(code: code, mayHaveBeenProcessed: hasStarted, detail: endpoint)
    }

    private func failure(_ code: CURLcode) -> HTTPTransferError {
        switch refusal {
        case .late: error(.timeout)
        case .headersTooLarge: error(.headersTooLarge)
        case .bodyTooLarge: error(.bodyTooLarge)
        // One of several addresses may have been refused and another failed: the refusal is what must be known.
        case .address where !hasStarted: error(.refusedAddress)
        case .repetition: error(.receive, code, "no answer came, and sending again was refused")
        case .address, nil: hasStarted ? failureAfterStart(code) : failureBeforeStart(code)
        }
    }

    private func failureBeforeStart(_ code: CURLcode) -> HTTPTransferError {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: error(.resolve, code, easy.error)
        case CURLE_COULDNT_CONNECT: error(.connect, code, easy.error)
        case CURLE_OPERATION_TIMEDOUT: error(.timeout, code)
        case CURLE_PROXY: error(.proxy, code, easy.error)
        case CURLE_RECV_ERROR where connectStatus > 0: error(.proxy, code, "status \(connectStatus)")
        case CURLE_RECV_ERROR where limits.proxy != nil: error(.proxy, code)
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL, CURLE_LOGIN_DENIED: error(.invalidRequest, code)
        case CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT: error(.library, code)
        case _ where code.concernsTLS: error(.tls, code, easy.error)
        default: error(.connect, code)
        }
    }

    private func failureAfterStart(_ code: CURLcode) -> HTTPTransferError {
        switch code {
        case CURLE_OPERATION_TIMEDOUT: error(.timeout, code)
        case CURLE_SEND_ERROR: error(.send, code)
        case CURLE_FILESIZE_EXCEEDED: error(.bodyTooLarge, code)
        case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_CONTENT_ENCODING, CURLE_HTTP2:
            error(.malformedAnswer, code)
        // libcurl calls a line over 100 KiB so, since its buffer may not grow further.
        case CURLE_OUT_OF_MEMORY where !hasWholeHead: error(.headersTooLarge, code)
        case CURLE_OUT_OF_MEMORY: error(.library, code)
        // Among them the connection that broke while the request was sent a second time, which we refuse: whatever
        // happened then, the first time it had been sent, and no answer came.
        default: error(.receive, code)
        }
    }

    /// The status of a proxy's answer to CONNECT; zero when there was none.
    private var connectStatus: Int { ccurl_get_long(easy.pointer, CURLINFO_HTTP_CONNECTCODE) }

    /// `text` is libcurl's own, which is safe to show for failures before the request: it knows no more by then than
    /// names, addresses and certificates.
    private func error(
        _ code: HTTPTransferError.Code, _ curlCode: CURLcode, _ text: String = ""
    ) -> HTTPTransferError {
        let reason = text.isEmpty ? String(cString: curl_easy_strerror(curlCode)) : text
        return HTTPTransferError(
            code: code, mayHaveBeenProcessed: hasStarted, libraryCode: Int(curlCode.rawValue),
            detail: "\(endpoint): \(reason)")
    }
}

extension CURLcode {
    fileprivate var concernsTLS: Bool {
        switch self {
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM,
            CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CRL_BADFILE, CURLE_SSL_ENGINE_INITFAILED,
            CURLE_SSL_INVALIDCERTSTATUS, CURLE_USE_SSL_FAILED:
            true
        default: false
        }
    }
}

extension HTTPTransferError {
    static func library(_ code: Int) -> HTTPTransferError {
        let text = String(cString: curl_easy_strerror(CURLcode(rawValue: UInt32(clamping: code))))
        return HTTPTransferError(code: .library, mayHaveBeenProcessed: false, libraryCode: code, detail: text)
    }
}
