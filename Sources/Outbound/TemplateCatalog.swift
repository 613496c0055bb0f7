public import Messaging
import Mustache

/// The texts of our own, by name and locale, as Mustache templates without HTML escaping.
public struct TemplateCatalog: Sendable {
    private struct Entry: Sendable {
        let fallbackLocale: String
        let byLocale: [String: MustacheTemplate]
    }

    private let entries: [String: Entry]

    /// Compiles the templates.
    ///
    /// - Parameter templates: name → locale → text; the first locale in alphabetical order, or `en` where it stands,
    ///   serves requests that name none.
    /// - Throws: ``RequestProblem`` that names the template whose text does not compile.
    public init(_ templates: [String: [String: String]] = [:]) throws(RequestProblem) {
        var entries: [String: Entry] = [:]
        for (name, texts) in templates {
            var byLocale: [String: MustacheTemplate] = [:]
            for (locale, text) in texts {
                do {
                    byLocale[locale] = try MustacheTemplate(string: "{{% CONTENT_TYPE:TEXT}}" + text)
                } catch {
                    throw RequestProblem(field: "templates.\(name).\(locale)", problem: "is not a Mustache template")
                }
            }
            guard let fallback = texts.keys.contains("en") ? "en" : texts.keys.min() else {
                throw RequestProblem(field: "templates.\(name)", problem: "has no text")
            }
            entries[name] = Entry(fallbackLocale: fallback, byLocale: byLocale)
        }
        self.entries = entries
    }

    /// The text of a request: its body, or its template with the variables filled in; nil when it has neither.
    ///
    /// - Throws: ``RequestProblem`` that names the field.
    public func text(of request: SendRequest) throws(RequestProblem) -> String? {
        guard let template = request.template else { return request.body }
        guard let entry = entries[template.name] else {
            throw RequestProblem(field: "template.name", problem: "is not a template of the configuration")
        }
        let locale = template.locale ?? entry.fallbackLocale
        guard let text = entry.byLocale[locale] ?? entry.byLocale[String(locale.prefix { $0 != "-" })] else {
            throw RequestProblem(field: "template.locale", problem: "has no text of this template")
        }
        let rendered = text.render(template.variables)
        guard !rendered.isEmpty else { throw RequestProblem(field: "template", problem: "renders to nothing") }
        guard rendered.unicodeScalars.count <= SendRequest.maximumBodyLength else {
            throw RequestProblem(
                field: "template", problem: "renders to more than \(SendRequest.maximumBodyLength) characters")
        }
        return rendered
    }
}
