import Glibc

extension Journal {
    /// What a folder holds, oldest first, without taking it: whoever uses it goes on, and what is removed meanwhile may be
    /// in the answer or not.
    ///
    /// - Returns: nil where there is no folder; else the records, and whether all could be read: what is damaged, or whose
    ///   key was not given, cannot. A record that is being written just now counts as none.
    /// - Throws: ``JournalError`` when the folder cannot be read.
    public static func records(
        in path: String, keys: JournalKeys
    ) throws(JournalError) -> (records: [JournalRecord], isWhole: Bool)? {
        var records: [JournalRecord] = []
        var isWhole = true
        var status = stat()
        guard stat(path, &status) == 0 else {
            guard errno == ENOENT else { throw JournalError(.inputOutput, number: errno, subject: path) }
            return nil
        }
        for name in try JournalFolder.segments(in: path) {
            let bytes: [UInt8]
            do {
                bytes = try readFile(path + "/" + name.description, limit: 1 << 30)
            } catch {
                // Emptied and removed since it was listed.
                guard error.number != ENOENT else { continue }
                throw error
            }
            let scan = SegmentScan(bytes, cipher: RecordCipher(segment: name, keys: keys))
            records += scan.records
            if !scan.damage.isEmpty || scan.missingKey != nil { isWhole = false }
        }
        return (records, isWhole)
    }
}
