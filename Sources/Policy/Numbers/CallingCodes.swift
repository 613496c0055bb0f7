/// Which country a calling code belongs to (ITU-T E.164, list of assigned country codes).
///
/// Where countries share a code, the longest listed prefix decides, and `-` says that the digits do not tell; small
/// territories whose numbers lie among those of a large neighbour count as the neighbour. The codes of networks and
/// services (800, 808, 87x, 88x, 979) belong to no country and are left out, and so is 1, whose area codes stand in
/// ``AreaCodes``.
enum CallingCodes {
    /// The codes of two digits. They decide how long a code is, assigned or not.
    static let ofTwoDigits: Set<Int> = [
        20, 27, 30, 31, 32, 33, 34, 36, 39, 40, 41, 43, 44, 45, 46, 47, 48, 49, 51, 52, 53, 54, 55, 56, 57, 58, 60,
        61, 62, 63, 64, 65, 66, 81, 82, 84, 86, 90, 91, 92, 93, 94, 95, 98,
    ]

    /// The longest listed prefix has this many digits.
    private static let longest = 7

    /// The country of the digits after the plus sign.
    static func country(_ digits: Substring.UTF8View) -> String? {
        var prefix = 0
        var found: String?
        for digit in digits.prefix(longest) {
            prefix = prefix * 10 + Int(digit) - 0x30
            if let country = countries[prefix] { found = country }
        }
        return found == "-" ? nil : found
    }

    private static let countries: [Int: String] = {
        var countries: [Int: String] = [:]
        for entry in table.split(whereSeparator: \.isWhitespace) {
            let parts = entry.split(separator: ":")
            if parts.count == 2, let code = Int(parts[0]) { countries[code] = String(parts[1]) }
        }
        return countries
    }()

    private static let table = """
        20:EG 211:SS 212:MA 21252:- 213:DZ 216:TN 218:LY 220:GM 221:SN 222:MR 223:ML 224:GN 225:CI 226:BF 227:NE 228:TG
        229:BJ 230:MU 231:LR 232:SL 233:GH 234:NG 235:TD 236:CF 237:CM 238:CV 239:ST 240:GQ 241:GA 242:CG 243:CD 244:AO
        245:GW 246:IO 247:AC 248:SC 249:SD 250:RW 251:ET 252:SO 253:DJ 254:KE 255:TZ 256:UG 257:BI 258:MZ 260:ZM 261:MG
        262:- 262262:RE 262263:RE 262692:RE 262693:RE 262269:YT 262639:YT 263:ZW 264:NA 265:MW 266:LS 267:BW 268:SZ
        269:KM 27:ZA 290:SH 2908:TA 291:ER 297:AW 298:FO 299:GL
        30:GR 31:NL 32:BE 33:FR 34:ES 350:GI 351:PT 352:LU 353:IE 354:IS 355:AL 356:MT 357:CY 358:FI 35818:AX 359:BG
        36:HU 370:LT 371:LV 372:EE 373:MD 374:AM 375:BY 376:AD 377:MC 378:SM 380:UA 381:RS 382:ME 383:XK 385:HR 386:SI
        387:BA 389:MK 39:IT 3906698:VA
        40:RO 41:CH 420:CZ 421:SK 423:LI 43:AT 44:GB 441481:GG 447781:GG 447839:GG 441534:JE 447509:JE 447797:JE
        447829:JE 447937:JE 441624:IM 447524:IM 447624:IM 447457:- 447700:- 447911:- 447924:- 45:DK 46:SE 47:NO 4779:- 48:PL 49:DE
        500:FK 501:BZ 502:GT 503:SV 504:HN 505:NI 506:CR 507:PA 508:PM 509:HT 51:PE 52:MX 53:CU 54:AR 55:BR 56:CL 57:CO
        58:VE 590:- 591:BO 592:GY 593:EC 594:GF 595:PY 596:MQ 597:SR 598:UY 599:- 5993:BQ 5994:BQ 5997:BQ 5999:CW
        60:MY 61:AU 6189162:CC 6189164:CX 62:ID 63:PH 64:NZ 65:SG 66:TH 670:TL 672:- 6723:NF 673:BN 674:NR 675:PG
        676:TO 677:SB 678:VU 679:FJ 680:PW 681:WF 682:CK 683:NU 685:WS 686:KI 687:NC 688:TV 689:PF 690:TK 691:FM 692:MH
        7:RU 76:KZ 77:KZ
        81:JP 82:KR 84:VN 850:KP 852:HK 853:MO 855:KH 856:LA 86:CN 880:BD 886:TW
        90:TR 91:IN 92:PK 93:AF 94:LK 95:MM 960:MV 961:LB 962:JO 963:SY 964:IQ 965:KW 966:SA 967:YE 968:OM 970:PS 971:AE
        972:IL 973:BH 974:QA 975:BT 976:MN 977:NP 98:IR 992:TJ 993:TM 994:AZ 995:GE 996:KG 998:UZ
        """
}
