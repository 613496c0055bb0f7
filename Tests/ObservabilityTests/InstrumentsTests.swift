import Messaging
import Observability
import Testing

@Suite("The services' instruments") struct InstrumentsTests {
    private let registry = MetricRegistry()

    private func value(_ series: String) -> String? {
        registry.prometheusText.split(separator: "\n").first { $0.hasPrefix(series + " ") }
            .map { String($0.dropFirst(series.count + 1)) }
    }

    @Test("every name is explained, and none clashes") func names() {
        let instruments = Instruments(registry)
        instruments.countWebhook(path: "/twilio/status", status: 204)
        instruments.setAccountPaused("default", false)
        for name in Instruments.help.keys {
            #expect(registry.prometheusText.contains("# HELP \(name) "), "\(name)")
        }
        let families = registry.prometheusText.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }
        #expect(families.count == Instruments.help.count + 1)
        #expect(value(#"switchboard_metrics_refused_total{reason="clash"}"#) == "0")
    }

    @Test("messages by outcome and class") func messages() {
        let instruments = Instruments(registry)
        instruments.count(.accepted, .transactional)
        instruments.count(.accepted, .transactional)
        instruments.count(.rejected, nil)
        instruments.countCopy(.promotional)
        #expect(value(#"switchboard_messages_total{class="transactional",outcome="accepted"}"#) == "2")
        #expect(value(#"switchboard_messages_total{class="none",outcome="rejected"}"#) == "1")
        #expect(value(#"switchboard_messages_total{class="promotional",outcome="blocked"}"#) == "0")
        #expect(value(#"switchboard_queue_copies_total{class="promotional"}"#) == "1")
    }

    @Test("durations, in seconds") func durations() {
        let instruments = Instruments(registry)
        instruments.recordCall(.unknown, took: .milliseconds(1500))
        instruments.recordConfirm(took: .seconds(2))
        instruments.recordCommit(rows: 40, took: .microseconds(250))
        instruments.recordConfirm(took: .seconds(Int64.max))
        #expect(value(#"switchboard_provider_call_seconds_sum{outcome="unknown"}"#) == "1.5")
        #expect(value("switchboard_publish_confirm_seconds_count") == "2")
        #expect(value("switchboard_ledger_commit_seconds_sum") == "0.00025")
        #expect(value(#"switchboard_ledger_commit_rows_bucket{le="50.0"}"#) == "1")
        instruments.setConsentAge(seconds: 2.5)
        #expect(value("switchboard_consent_age_seconds") == "2.5")
        instruments.countOptOutsNotCurrent()
        #expect(value("switchboard_opt_outs_not_current_total") == "1")
    }

    @Test("accounts that are paused, and a worker that takes nothing for it") func pauses() {
        let instruments = Instruments(registry)
        #expect(value("switchboard_worker_suspended") == "0.0")
        instruments.setAccountPaused("retail", true)
        instruments.setAccountPaused("default", false)
        instruments.setSuspended(true)
        #expect(value(#"switchboard_account_paused{account="retail"}"#) == "1.0")
        #expect(value(#"switchboard_account_paused{account="default"}"#) == "0.0")
        #expect(value("switchboard_worker_suspended") == "1.0")
        instruments.setAccountPaused("retail", false)
        #expect(value(#"switchboard_account_paused{account="retail"}"#) == "0.0")
    }

    @Test("what waits on the bridge's disk") func spool() {
        let instruments = Instruments(registry)
        instruments.setSpool(records: 3, bytes: 4096, oldestAge: 1.5)
        #expect(value("switchboard_bridge_spool_records") == "3.0")
        #expect(value("switchboard_bridge_spool_bytes") == "4096.0")
        #expect(value("switchboard_bridge_spool_oldest_age_seconds") == "1.5")
    }

    @Test("what is asked of the provider because no webhook told it") func lookUps() {
        let instruments = Instruments(registry)
        instruments.countStatusLookUp(.abandoned)
        instruments.countComparison(.truncated)
        instruments.countMissedInbound()
        instruments.setUncomparedAge(seconds: 7.5)
        #expect(value(#"switchboard_status_look_ups_total{outcome="abandoned"}"#) == "1")
        #expect(value(#"switchboard_status_look_ups_total{outcome="final"}"#) == "0")
        #expect(value(#"switchboard_inbound_comparisons_total{outcome="truncated"}"#) == "1")
        #expect(value("switchboard_missed_inbound_total") == "1")
        #expect(value("switchboard_bridge_outage_age_seconds") == "7.5")
    }

    @Test("webhooks by path and answer, with labels that no caller can make up") func webhooks() {
        let instruments = Instruments(registry)
        for path in [
            "/twilio/status", "/twilio/callbacks/verify", "/twilio/callbacks/other", "/twilio/statusx", "/x", "",
        ] {
            instruments.countWebhook(path: path, status: 204)
        }
        instruments.countWebhook(path: "/twilio/status", status: 999_999)
        #expect(value(#"switchboard_webhooks_total{path="/twilio/status",status="204"}"#) == "1")
        #expect(value(#"switchboard_webhooks_total{path="/twilio/callbacks",status="204"}"#) == "2")
        #expect(value(#"switchboard_webhooks_total{path="other",status="204"}"#) == "3")
        #expect(value(#"switchboard_webhooks_total{path="/twilio/status",status="0"}"#) == "1")
    }
}
