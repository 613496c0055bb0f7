/// Where the texts and blobs of the statement at work lie until it is done, one buffer for all statements of a
/// connection: SQLite would allocate a copy of each.
///
/// It belongs to the thread of its connection.
final class BoundValues {
    private let memory: UnsafeMutableRawBufferPointer
    private var used = 0

    init(capacity: Int = 16 << 10) {
        memory = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 16)
    }

    deinit {
        memory.deallocate()
    }

    func removeAll() { used = 0 }

    /// Copies the bytes and tells where they lie until ``removeAll()``; nil when they do not fit.
    func keep(_ bytes: UnsafeRawBufferPointer) -> UnsafeMutablePointer<UInt8>? {
        guard let start = memory.baseAddress, bytes.count <= memory.count - used else { return nil }
        let place = start + used
        if let source = bytes.baseAddress { place.copyMemory(from: source, byteCount: bytes.count) }
        used += bytes.count
        return place.assumingMemoryBound(to: UInt8.self)
    }
}
