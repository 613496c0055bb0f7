extension Decision {
    /// Writes the decision record (contract, section 4).
    public func write(to json: inout JSONText, key: String? = nil) {
        json.object(key) { json in
            json.value("outcome", outcome.rawValue)
            json.array("reasons") { json in
                for reason in reasons {
                    json.object { json in
                        json.value("rule", reason.rule)
                        json.value("effect", reason.effect.rawValue)
                        json.value("why", reason.why)
                        json.value("reference", reason.reference)
                    }
                }
            }
            json.array("passed") { json in for rule in passed { json.value(nil, rule) } }
            json.array("notRun") { json in for rule in notRun { json.value(nil, rule) } }
            json.value("notBefore", notBefore.map(formatRFC3339))
            json.value("expiresAt", expiresAt.map(formatRFC3339))
            json.object("facts") { json in
                if !facts.zones.isEmpty {
                    json.array("zones") { json in for zone in facts.zones { json.value(nil, zone) } }
                }
                json.value("zoneSource", facts.zoneSource)
                if !facts.jurisdictions.isEmpty {
                    json.array("jurisdictions") { json in for code in facts.jurisdictions { json.value(nil, code) } }
                }
                json.value("consent", facts.consent)
                json.value("country", facts.country)
                json.value("sentIn24h", facts.sentIn24Hours)
                json.value("segments", facts.segments)
                json.value("encoding", facts.encoding)
            }
            json.array("redactions") { json in
                for redaction in redactions {
                    json.object { json in
                        json.value("rule", redaction.rule)
                        json.value("sink", redaction.sink)
                        json.value("start", redaction.start)
                        json.value("end", redaction.end)
                    }
                }
            }
            json.object("policy") { json in
                json.value("name", policy.name)
                json.value("revision", policy.revision)
                json.value("timeZones", policy.timeZones)
            }
        }
    }

    /// The decision record as one line of JSON.
    public var json: [UInt8] {
        var json = JSONText(reservingCapacity: 512)
        write(to: &json)
        return json.bytes
    }
}
