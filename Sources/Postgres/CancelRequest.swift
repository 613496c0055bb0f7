internal import CLinux
internal import CPostgres

/// Asks the server to stop what a connection runs, on a thread of its own: libpq connects and waits for it.
///
/// Nobody waits for the thread. It ends when the server has closed its connection, or the system gives that up.
enum CancelRequest {
    static func send(_ connection: OpaquePointer) {
        guard let cancel = PQgetCancel(connection) else { return }
        let code = linux_start_thread(
            1 << 20,
            { context in
                guard let context else { return nil }
                linux_name_thread("postgres-cancel")
                var reason = [CChar](repeating: 0, count: 256)
                let cancel = OpaquePointer(context)
                PQcancel(cancel, &reason, Int32(reason.count))
                PQfreeCancel(cancel)
                return nil
            }, UnsafeMutableRawPointer(cancel))
        if code != 0 { PQfreeCancel(cancel) }
    }
}
