import Messaging

/// Where the recipient of a message may be: time zones and laws, by the number and by what a trusted app says.
struct RecipientPlaces: Sendable {
    /// The answer for one message.
    struct Answer: Sendable {
        var place: LawBook.Place
        /// Indexes into the database; empty where no zone is known.
        var zones: [Int] = []
        /// Their names.
        var zoneNames: [String] = []
        /// What stands behind the zones; nil without any.
        var zoneSource: String?
        /// A zone that the request names and that does not exist.
        var hasUnknownRequestZone = false
    }

    private let recipients: RecipientZones
    private let database: TimeZoneDatabase
    private let book: LawBook
    /// For each area of `recipients`: the zones' indexes, or nothing when the database lacks one of them.
    private let zones: [[Int]]
    /// For each area with states or provinces.
    private let places: [LawBook.Place?]

    init(_ recipients: RecipientZones, _ database: TimeZoneDatabase, _ book: LawBook) {
        self.recipients = recipients
        self.database = database
        self.book = book
        zones = recipients.areas.map { area in
            let indexes = area.zones.compactMap(database.index)
            return indexes.count == area.zones.count ? indexes : []
        }
        places = recipients.areas.map { area in
            area.regions.first.map { book.place(country: String($0.prefix(2)), regions: area.regions) }
        }
    }

    func answer(_ request: SendRequest, country: String?, isTrusted: Bool) -> Answer {
        var answer = ofNumber(request.to, country: country)
        guard isTrusted else { return answer }
        // What the app says replaces the zones that the number allows, and only adds laws.
        if let name = request.recipient.timeZone {
            if let index = database.index(of: name) {
                answer.zones = [index]
                answer.zoneNames = [name]
                answer.zoneSource = "request"
            } else {
                answer.hasUnknownRequestZone = true
            }
        }
        if let region = request.recipient.region { book.add(region, to: &answer.place) }
        return answer
    }

    private func ofNumber(_ address: Address, country: String?) -> Answer {
        guard address.isE164, let area = recipients.area(address.number.utf8.dropFirst()) else {
            return Answer(place: book.place(country: country))
        }
        // Toll-free numbers have no country; of +1 they are judged as American.
        let place = places[area.index] ?? book.place(country: country ?? (area.source == .states ? "US" : nil))
        let zones = zones[area.index]
        return Answer(
            place: place, zones: zones, zoneNames: zones.isEmpty ? [] : recipients.areas[area.index].zones,
            zoneSource: zones.isEmpty ? nil : area.source.rawValue)
    }
}
