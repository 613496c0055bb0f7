import Messaging

/// The laws of a policy by where a recipient may be.
struct LawBook: Sendable {
    /// Where a recipient may be, and what holds there.
    struct Place: Sendable {
        /// Groups, country, states: as decision records list them.
        var jurisdictions: [String]
        var laws: [Law]
    }

    private let jurisdictions: [String: PolicyDocument.Jurisdiction]
    /// By country: of those that the file names, or that are members of a group.
    private let countries: [String: Place]
    private let world: [Law]

    init(_ document: PolicyDocument) {
        var named: [String: PolicyDocument.Jurisdiction] = [:]
        for jurisdiction in document.jurisdictions { named[jurisdiction.code] = jurisdiction }
        jurisdictions = named
        let world = named["world"]?.law ?? Law(name: "world")
        self.world = [world]
        var places: [String: Place] = [:]
        let listed = document.jurisdictions.filter { !$0.code.contains("-") && $0.code != "world" }
        for country in Set(listed.flatMap { $0.members + [$0.code] }) {
            let holding = listed.filter { $0.members.contains(country) || $0.code == country }
            var laws = holding.map(\.law)
            if var rest = world.completing(laws) {
                rest.country = country
                laws.append(rest)
            }
            var codes = holding.map(\.code)
            if !codes.contains(country) { codes.append(country) }
            places[country] = Place(jurisdictions: codes, laws: laws)
        }
        countries = places
    }

    /// - Parameters:
    ///   - country: nil where the number does not tell.
    ///   - regions: states and provinces; they add to the country's laws.
    func place(country: String?, regions: [String] = []) -> Place {
        guard let country else { return Place(jurisdictions: [], laws: world) }
        var place = countries[country] ?? Place(jurisdictions: [country], laws: world)
        for region in regions { add(region, to: &place) }
        return place
    }

    /// Adds a country or a region, with the country that it is part of. Nothing is taken away.
    func add(_ code: String, to place: inout Place) {
        let country = String(code.prefix(2))
        if !place.jurisdictions.contains(country) {
            let other = self.place(country: country)
            for code in other.jurisdictions where !place.jurisdictions.contains(code) {
                place.jurisdictions.append(code)
            }
            for law in other.laws
            where !place.laws.contains(where: { $0.name == law.name && $0.country == law.country }) {
                place.laws.append(law)
            }
        }
        guard code != country, !place.jurisdictions.contains(code) else { return }
        place.jurisdictions.append(code)
        if let law = jurisdictions[code]?.law { place.laws.append(law) }
    }
}
