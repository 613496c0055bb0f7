/// A page as the template reads it, by the names of its properties.
struct PageView {
    static let phonesPerPage = 24
    static let messagesInOverview = 6
    static let messagesOfOne = 200

    let title: String
    let phones: [PhoneView]
    let isEmpty: Bool
    let isSingle: Bool
    /// Nil when nothing is searched for: to the template, even an empty text is there.
    var search: String?
    var count = ""
    var previous: String?
    var next: String?
    let scripted: [ScriptedView]
    /// Names the state that is shown, for the page's script to ask for a newer one.
    var tag = ""

    struct ScriptedView {
        let number: String
        let outcomeName: String
        let summary: String
    }

    /// All phones, or those that were searched for.
    init(overview phones: [Exchange.Phone], all: Int, page: Int, searching text: String) {
        title = "Phones"
        self.phones = phones.map { PhoneView($0, isSingle: false) }
        isEmpty = phones.isEmpty
        isSingle = false
        scripted = ScriptedNumber.all.map {
            ScriptedView(number: $0.number, outcomeName: $0.outcome.rawValue, summary: $0.summary)
        }
        search = text.isEmpty ? nil : text
        count = all == 1 ? "1 phone" : "\(all) phones"
        let query = text.isEmpty ? "" : "&q=\(percentEncoded(text))"
        previous = page > 0 ? "/?page=\(page - 1)\(query)" : nil
        next = (page + 1) * Self.phonesPerPage < all ? "/?page=\(page + 1)\(query)" : nil
    }

    /// One phone with its whole conversation.
    init(single phone: Exchange.Phone) {
        title = phone.person
        phones = [PhoneView(phone, isSingle: true)]
        isEmpty = false
        isSingle = true
        scripted = []
    }
}
