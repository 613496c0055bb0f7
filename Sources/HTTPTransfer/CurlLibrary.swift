import CCurl

/// libcurl as a whole: what is set up once for the process.
enum CurlLibrary {
    /// The first use initialises the library, before any other call to it; Swift makes it happen once.
    static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    /// The bundle of certificate authorities that the library was built for.
    static let systemCAFile: String? = ccurl_system_ca_file().map { String(cString: $0) }
}
