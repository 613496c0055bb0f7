/// The ranges of issuer identification numbers (ISO/IEC 7812) by brand, with the lengths that the brand's numbers have.
///
/// Facts from braintree/credit-card-type (MIT), without the lengths at which mostly other numbers would be hit: 12 and 13
/// digits are those of parcels, articles and clocks.
enum CardIssuers {
    private struct Range {
        /// Of the first six digits.
        let first: Int
        let last: Int
        let lengths: ClosedRange<Int>
    }

    /// Whether a number begins and is as long as a brand's.
    ///
    /// - Parameter beginning: its first six digits.
    static func issued(_ beginning: Int, length: Int) -> Bool {
        ranges.contains { $0.first <= beginning && beginning <= $0.last && $0.lengths.contains(length) }
    }

    private static let ranges = [
        // Visa
        Range(first: 400_000, last: 499_999, lengths: 16...16), Range(first: 400_000, last: 499_999, lengths: 18...19),
        // Mastercard
        Range(first: 510_000, last: 559_999, lengths: 16...16), Range(first: 222_100, last: 272_099, lengths: 16...16),
        // American Express
        Range(first: 340_000, last: 349_999, lengths: 15...15), Range(first: 370_000, last: 379_999, lengths: 15...15),
        // Diners Club
        Range(first: 300_000, last: 305_999, lengths: 14...19), Range(first: 360_000, last: 369_999, lengths: 14...19),
        Range(first: 380_000, last: 399_999, lengths: 14...19),
        // Discover
        Range(first: 601_100, last: 601_199, lengths: 16...19), Range(first: 644_000, last: 659_999, lengths: 16...19),
        // JCB
        Range(first: 352_800, last: 358_999, lengths: 16...19), Range(first: 213_100, last: 213_199, lengths: 15...19),
        Range(first: 180_000, last: 180_099, lengths: 15...19),
        // UnionPay
        Range(first: 620_000, last: 629_999, lengths: 16...19), Range(first: 810_000, last: 819_999, lengths: 16...19),
        // Maestro
        Range(first: 500_000, last: 509_999, lengths: 16...19), Range(first: 560_000, last: 589_999, lengths: 16...19),
        Range(first: 630_000, last: 639_999, lengths: 16...19), Range(first: 670_000, last: 679_999, lengths: 16...19),
        // Mir
        Range(first: 220_000, last: 220_499, lengths: 16...19),
    ]
}
