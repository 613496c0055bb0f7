import Messaging
import Testing

@testable import Outbound

@Suite("Texts of our own") struct TemplateTests {
    private let catalog: TemplateCatalog

    init() throws {
        catalog = try TemplateCatalog([
            "order-shipped": ["en": "Order {{order}} has shipped", "de": "Bestellung {{order}} ist unterwegs"],
            "otp": ["fr": "Code {{code}}", "es": "Código {{code}}"],
            "twice": ["en": "{{text}}{{text}}"],
        ])
    }

    private func text(
        _ name: String, locale: String? = nil, _ variables: [String: String] = ["order": "A-17"]
    ) throws(RequestProblem) -> String? {
        var json = JSONText()
        json.object { json in
            json.value("to", "+14155550132")
            json.object("template") { json in
                json.value("name", name)
                json.value("locale", locale)
                json.pairs("variables", variables)
            }
        }
        return try catalog.text(of: try SendRequest(json: json.bytes))
    }

    @Test("names and locales") func locales() throws {
        #expect(try text("order-shipped") == "Order A-17 has shipped")
        #expect(try text("order-shipped", locale: "de") == "Bestellung A-17 ist unterwegs")
        #expect(try text("order-shipped", locale: "de-AT") == "Bestellung A-17 ist unterwegs")
        #expect(try text("otp", ["code": "1"]) == "Código 1")
        #expect(
            try catalog.text(of: SendRequest(to: Address("+14155550132"), body: "as it is {{x}}")) == "as it is {{x}}")
    }

    @Test("values stand as they are: no HTML, no template within") func values() throws {
        #expect(
            try text("order-shipped", ["order": "<b>\"A\" & 'B'</b> {{order}} {{{x}}}"])
                == "Order <b>\"A\" & 'B'</b> {{order}} {{{x}}} has shipped")
    }

    @Test("what is wrong is named") func problems() throws {
        #expect(throws: RequestProblem(field: "template.name", problem: "is not a template of the configuration")) {
            try text("gone")
        }
        #expect(throws: RequestProblem(field: "template.locale", problem: "has no text of this template")) {
            try text("order-shipped", locale: "pt-BR")
        }
        #expect(throws: RequestProblem(field: "template", problem: "renders to nothing")) { try text("twice", [:]) }
        #expect(throws: RequestProblem(field: "template", problem: "renders to more than 1600 characters")) {
            try text("twice", ["text": String(repeating: "x", count: 801)])
        }
    }

    @Test("a text that is no template stops the start, by name") func configuration() {
        #expect(throws: RequestProblem(field: "templates.a.en", problem: "is not a Mustache template")) {
            try TemplateCatalog(["a": ["en": "{{#open}}"]])
        }
        #expect(throws: RequestProblem(field: "templates.a", problem: "has no text")) {
            try TemplateCatalog(["a": [:]])
        }
    }

    @Test("a rendered text is sent, counted and told; one that is not there is refused") func journey() async throws {
        var bench = try Bench()
        bench.templates = catalog
        let json = #"{"to": "+14155550132", "template": {"name": "NAME", "variables": {"order": "A-17"}}}"#
        try await bench.work(Deliveries.request(json.replacing("NAME", with: "order-shipped")))
        #expect(bench.carrier.calls.first?.body == "Order A-17 has shipped")
        #expect(bench.outbox.events.first?.body == "Order A-17 has shipped")
        #expect(bench.outbox.events.first?.segments == 1)
        _ = bench.steps()
        try await bench.work(Deliveries.request(json.replacing("NAME", with: "gone"), id: "b"))
        #expect(bench.steps() == ["event message.rejected", "publish dead transactional"])
        #expect(bench.outbox.events.last?.reason?.field == "template.name")
    }
}
