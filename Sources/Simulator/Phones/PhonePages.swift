import FoundationEssentials
import HTTPTypes
import Hummingbird
import Mustache
import NIOCore
import Twilio

/// Renders the phones as pages of HTML, everything from outside escaped by the templates.
struct PhonePages: Sendable {
    private let library: MustacheLibrary
    private let policy: String
    /// Tells this run's pages from those of an earlier one, whose revisions began at 0 too.
    private let run: String

    init(environment: SimulationEnvironment) throws {
        let template = String(decoding: PackageResources.phones_mustache, as: UTF8.self)
        library = MustacheLibrary(templates: [
            "phones": try MustacheTemplate(string: template),
            "phone": try MustacheTemplate(string: String(decoding: PackageResources.phone_mustache, as: UTF8.self)),
        ])
        policy =
            "default-src 'none'; style-src \(Self.source(of: "style", in: template)); "
            + "script-src \(Self.source(of: "script", in: template)); connect-src 'self'; form-action 'self'; "
            + "base-uri 'none'; frame-ancestors 'none'"
        run = String(environment.identifier().prefix(8))
    }

    /// Answers 304 without rendering when the page's script has this state already.
    func answer(_ request: Request, revision: Int, _ view: () async -> PageView) async throws -> Response {
        let tag = "\"\(run)-\(revision)\""
        if request.headers[.ifNoneMatch] == tag { return Response(status: .notModified, headers: [.eTag: tag]) }
        var view = await view()
        view.tag = tag
        guard let html = library.render(view, withTemplate: "phones") else { throw HTTPError(.internalServerError) }
        var headers: HTTPFields = [
            .contentType: "text/html; charset=utf-8", .cacheControl: "no-store", .eTag: tag,
            .contentSecurityPolicy: policy, .xContentTypeOptions: "nosniff",
        ]
        if let name = HTTPField.Name("Referrer-Policy") { headers[name] = "same-origin" }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: html)))
    }

    /// Allows the template's one element of that name, by the digest of its text, and no other (W3C, "Content Security
    /// Policy Level 3"). The text holds nothing that changes from page to page.
    private static func source(of element: String, in template: String) -> String {
        guard let start = template.firstRange(of: "<\(element)>"), let end = template.firstRange(of: "</\(element)>"),
            start.upperBound <= end.lowerBound
        else { return "'none'" }
        let digits = Array(WebhookSignature.bodyDigest(Array(template[start.upperBound..<end.lowerBound].utf8)))
        let bytes = stride(from: 0, to: digits.count - 1, by: 2).compactMap {
            UInt8(String(digits[$0...$0 + 1]), radix: 16)
        }
        return "'sha256-\(Data(bytes).base64EncodedString())'"
    }
}
