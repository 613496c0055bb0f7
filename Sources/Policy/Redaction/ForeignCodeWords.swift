/// Words for a one-time code in scripts other than the Latin one.
enum ForeignCodeWords {
    /// How many of the last scalars are such a word; nil when they end in none.
    static func endingLength(_ scalars: [Unicode.Scalar]) -> Int? {
        guard let last = scalars.last, let words = byLast[last] else { return nil }
        return words.first { scalars.count >= $0.count && scalars.suffix($0.count).elementsEqual($0) }?.count
    }

    private static let words = [
        "код", "пароль", "пін", "пин", "κωδικος", "קוד", "סיסמה", "رمز", "كود", "کد", "कोड", "ओटीपी", "रहस्यकोड",
        "কোড", "รหัส", "验证码", "驗證碼", "校验码", "动态码", "動態碼", "認証コード", "確認コード", "認証番号", "인증번호", "인증코드",
        "보안코드",
    ]

    private static let byLast: [Unicode.Scalar: [[Unicode.Scalar]]] = {
        var table: [Unicode.Scalar: [[Unicode.Scalar]]] = [:]
        for word in words {
            var scalars: [Unicode.Scalar] = []
            for scalar in word.unicodeScalars { FoldingTable.fold(scalar, into: &scalars) }
            if let last = scalars.last { table[last, default: []].append(scalars) }
        }
        return table
    }()
}
