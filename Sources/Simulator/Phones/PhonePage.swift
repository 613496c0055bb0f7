import FoundationEssentials
import HTTPTypes
import Hummingbird
import Messaging
import Mustache
import NIOCore

/// Renders the phones as pages of HTML, everything from outside escaped by the templates.
struct PhonePage: Sendable {
    static let phonesPerPage = 24
    static let messagesInOverview = 6
    static let messagesOfOne = 200

    private let library: MustacheLibrary
    private let environment: SimulationEnvironment
    /// Tells this run's pages from those of an earlier one, whose revisions began at 0 too.
    private let run: String

    init(environment: SimulationEnvironment) throws {
        library = MustacheLibrary(templates: [
            "phones": try MustacheTemplate(string: String(decoding: PackageResources.phones_mustache, as: UTF8.self)),
            "phone": try MustacheTemplate(string: String(decoding: PackageResources.phone_mustache, as: UTF8.self)),
        ])
        self.environment = environment
        run = environment.identifier()
    }

    /// A page as the template wants it, but for what each answer has of its own.
    struct Content {
        var title: String
        var phones: [PhoneView]
        var isSingle: Bool
        /// Nil when nothing is searched for: to the template, even an empty text is there.
        var search: String?
        var count: String
        var previous: String?
        var next: String?
    }

    /// Answers 304 without rendering when the page's script has this state already.
    func answer(_ request: Request, revision: Int, _ content: () async -> Content) async throws -> Response {
        let tag = "\"\(run.prefix(8))-\(revision)\""
        if request.headers[.ifNoneMatch] == tag { return Response(status: .notModified, headers: [.eTag: tag]) }
        let nonce = environment.identifier()
        let page = Page(content: await content(), nonce: nonce, tag: tag)
        guard let html = library.render(page, withTemplate: "phones") else { throw HTTPError(.internalServerError) }
        var response = Response(
            status: .ok, headers: [.contentType: "text/html; charset=utf-8", .cacheControl: "no-store", .eTag: tag],
            body: ResponseBody(byteBuffer: ByteBuffer(string: html)))
        response.headers[.contentSecurityPolicy] =
            "default-src 'none'; style-src 'nonce-\(nonce)'; script-src 'nonce-\(nonce)'; connect-src 'self'; "
            + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        response.headers[.xContentTypeOptions] = "nosniff"
        if let name = HTTPField.Name("Referrer-Policy") { response.headers[name] = "same-origin" }
        return response
    }

    /// All phones, or those that were searched for.
    func overview(of phones: [Exchange.Phone], all: Int, page: Int, searching text: String) -> Content {
        let query = text.isEmpty ? "" : "&q=\(percentEncoded(text))"
        let hasNext = (page + 1) * Self.phonesPerPage < all
        return Content(
            title: "Phones", phones: phones.map { PhoneView($0, isSingle: false) }, isSingle: false,
            search: text.isEmpty ? nil : text,
            count: all == 1 ? "1 phone" : "\(all) phones",
            previous: page > 0 ? "/?page=\(page - 1)\(query)" : nil, next: hasNext ? "/?page=\(page + 1)\(query)" : nil)
    }

    /// One phone with its whole conversation.
    func single(_ phone: Exchange.Phone) -> Content {
        Content(title: phone.person, phones: [PhoneView(phone, isSingle: true)], isSingle: true, search: nil, count: "")
    }

    /// What the template reads, by name.
    private struct Page {
        let title: String
        let phones: [PhoneView]
        let isEmpty: Bool
        let isSingle: Bool
        let search: String?
        let count: String
        let previous: String?
        let next: String?
        let nonce: String
        let tag: String
        let scripted: [ScriptedView]

        init(content: Content, nonce: String, tag: String) {
            title = content.title
            phones = content.phones
            isEmpty = content.phones.isEmpty
            isSingle = content.isSingle
            search = content.search
            count = content.count
            previous = content.previous
            next = content.next
            self.nonce = nonce
            self.tag = tag
            scripted = content.isSingle ? [] : ScriptedNumber.all.map(ScriptedView.init)
        }
    }

    private struct ScriptedView {
        let number: String
        let outcomeName: String
        let summary: String

        init(_ scripted: ScriptedNumber) {
            number = scripted.number
            outcomeName = scripted.outcome.rawValue
            summary = scripted.summary
        }
    }
}
