import Policy
import Testing

@Suite("Keywords") struct KeywordTableTests {
    @Test(
        "replies that are keywords",
        arguments: [
            ("STOP", .optOut, "STOP"), ("stop", .optOut, "STOP"), (" Stop!\n", .optOut, "STOP"),
            ("“stop.”", .optOut, "STOP"), ("STOP 🛑", .optOut, "STOP"), ("ＳＴＯＰ", .optOut, "STOP"),
            ("𝐒𝐓𝐎𝐏", .optOut, "STOP"), ("ⓢⓣⓞⓟ", .optOut, "STOP"), ("st\u{200B}op", .optOut, "STOP"),
            ("S̶T̶O̶P̶", .optOut, "STOP"), ("stopall", .optOutAll, "STOPALL"), ("Stop  all", .optOutAll, "STOP ALL"),
            ("opt out", .optOut, "OPT OUT"), ("Opt-Out", .optOut, "OPT OUT"), ("opt‑out", .optOut, "OPT OUT"),
            ("OptOut", .optOut, "OPTOUT"), ("please opt me out", .optOut, "PLEASE OPT ME OUT"),
            ("Stop, please", .optOut, "STOP PLEASE"), ("stpo", .optOut, "STPO"), ("Arrêt", .optOut, "ARRET"),
            ("arre\u{302}t", .optOut, "ARRET"), ("stopp", .optOut, "STOPP"), ("no más", .optOut, "NO MAS"),
            ("iptal", .optOut, "IPTAL"), ("İptal", .optOut, "IPTAL"), ("ıptal", .optOut, "IPTAL"),
            ("стоп", .optOut, "СТОП"), ("СТОП!", .optOut, "СТОП"), ("停止", .optOut, "停止"), ("退订。", .optOut, "退订"),
            ("إلغاء", .optOut, "إلغاء"), ("الغاء", .optOut, "إلغاء"), ("ﺇﻟﻐﺎﺀ", .optOut, "إلغاء"),
            ("START", .optIn, "START"), ("unstop", .optIn, "UNSTOP"), ("début", .optIn, "DEBUT"),
            ("Yes", .optInConditional, "YES"), ("oui", .optInConditional, "OUI"), ("help", .help, "HELP"),
            ("INFO?", .help, "INFO"), ("aide", .help, "AIDE"),
        ] as [(String, KeywordEffect, String)]) func keywords(reply: String, effect: KeywordEffect, keyword: String)
    {
        let found = KeywordTable.shipped.effect(of: reply)
        #expect(found?.effect == effect)
        #expect(found?.keyword == keyword)
    }

    @Test(
        "replies that are not",
        arguments: [
            "", " ", "...", "🛑", "thanks", "please stop by on Monday", "I cannot stop laughing", "nonstop",
            "start over",
            "yes please", "helpful", "st op", "1", "stop1",
        ]) func others(reply: String)
    {
        #expect(KeywordTable.shipped.effect(of: reply) == nil)
    }

    @Test("a reply of any size costs little") func long() {
        #expect(KeywordTable.shipped.effect(of: String(repeating: "stop ", count: 20_000)) == nil)
    }
}
